"""Addresses: which are safe to follow, and how they are shown."""

import re
from typing import Final
from urllib.parse import urlsplit

from maligeo.core.errors import InputFileError

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_COUNT: Final = re.compile(r"[0-9]{1,18}")


def parse_count(value: object) -> int | None:
    """Read a whole number, given as a number or as text; None where it is none."""
    text = str(value)
    return int(text) if _COUNT.fullmatch(text) else None


def require_safe(address: str, *, local: bool) -> None:
    """Refuse an address that is neither https nor, where that is allowed, on this machine.

    Parameters
    ----------
    address : str
        The address.
    local : bool
        Whether this machine is allowed, then also over http.

    Raises
    ------
    InputFileError
        Naming the address without what follows its path.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError as error:
        raise InputFileError(f"{address!r} is no address: {error}") from error
    here = host in _THIS_MACHINE
    allowed = parts.scheme == "https" or (parts.scheme == "http" and here)
    if not host or not allowed or "@" in parts.netloc or (here and not local):
        raise InputFileError(f"{plain(address)} is not followed: only https addresses are safe")


def is_local(address: str) -> bool:
    """Tell whether an address is on this machine."""
    return urlsplit(address).hostname in _THIS_MACHINE


def plain(address: str) -> str:
    """Give an address without what may be somebody's key: its user and its query."""
    scheme, mark, rest = address.partition("?")[0].partition("#")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
