"""The user's own account with a publisher: asked for when it is needed, and never kept.

What somebody gives stands in the environment or is typed in. It is sent to the publisher, over
https, and goes into no file, no record, no address and no message.
"""

import base64
import os
from collections.abc import Callable
from urllib.parse import urlsplit

from maligeo.core.errors import ArgumentError, InputFileError
from maligeo.downloads.http import HttpsSession
from maligeo.downloads.offers import Account, Offer

Ask = Callable[[str], str | None]


def sign_in(session: HttpsSession, offer: Offer, ask: Ask | None) -> dict[str, str]:
    """Give the headers by which a publisher knows the user.

    Parameters
    ----------
    session : HttpsSession
        Over which a token is had.
    offer : Offer
        What is wanted.
    ask : callable, optional
        Takes the name of a variable that is not in the environment, and gives its value.

    Returns
    -------
    dict of str to str
        None where no account is needed.

    Raises
    ------
    ArgumentError
        If something is not known and nobody can be asked.
    InputFileError
        If the publisher does not accept the account.
    """
    account = offer.account
    if account is None:
        return {}
    asked: Ask = ask or (lambda _name: None)
    given = [os.environ.get(name) or asked(name) or "" for name in account.variables]
    if not all(given):
        raise ArgumentError(
            f"{offer.name} needs an account of your own with its publisher: put "
            f"{' and '.join(account.variables)} into the environment, or start the command in "
            "a terminal, where it asks"
        )
    if account.kind == "identifier":
        return {account.address: base64.b64encode(f"maligeo:{given[0]}".encode()).decode()}
    return {"Authorization": f"Bearer {_token(session, account, given)}"}


def not_given(offer: Offer) -> list[str]:
    """Name what a publisher asks for and the environment does not have."""
    wanted = offer.account.variables if offer.account else ()
    return [name for name in wanted if not os.environ.get(name)]


def _token(session: HttpsSession, account: Account, given: list[str]) -> str:
    """Have a token for an e-mail address and a password: OAuth 2.0, RFC 6749, section 4.3."""
    host = urlsplit(account.address).hostname
    form = {
        "username": given[0],
        "password": given[1],
        "grant_type": "password",
        "client_id": account.client,
        "scope": "authenticated",
    }
    try:
        answer = session.read_json(account.address, form=form)
    except InputFileError as error:
        raise InputFileError(f"{host} gave no token for this account: {error}") from None
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise InputFileError(f"{host} gave no token for this account")
    return token
