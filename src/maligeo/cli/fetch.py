"""`maligeo fetch`: official boundaries, events, places and people from their publishers."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from maligeo.cli.command import Application, told
from maligeo.cli.progress import progress_bar
from maligeo.core import words
from maligeo.core.errors import ArgumentError
from maligeo.core.session import session_language
from maligeo.core.version import release
from maligeo.downloads import fetching, offers
from maligeo.downloads.accounts import not_given
from maligeo.downloads.cache import accept, is_accepted, read_record, today
from maligeo.downloads.fetching import Fetched, FetchOptions
from maligeo.downloads.offers import Offer, PublishedFile
from maligeo.downloads.trying import try_offers

_KB: Final = 1_000
_SHOWN: Final = 10
_HERE: Final = "https://github.com/maligeo/maligeo/issues"
_NOT_TRIED: Final = "These addresses were not tried when this list was written."
_SAID: Final = {
    "cached": "was in the cache",
    "by hand": "was put there by hand, and is taken",
    "fetched": "is there",
    "unchanged": "is the same at its publisher",
    "changed": "is there in its new form",
}

NameArgument = Annotated[
    str | None, typer.Argument(help="What to fetch, such as cod-ab or hdx; --list names all.")
]
ListOption = Annotated[
    bool, typer.Option("--list", help="Show what there is, with licence, size and address.")
]
EditionOption = Annotated[
    str | None,
    typer.Option("--edition", help="Level, version, year or data set; --list names them."),
]
CountryOption = Annotated[
    str | None, typer.Option("--country", help="ISO 3166-1 code of three letters.")
]
CacheOption = Annotated[
    Path | None, typer.Option("--cache", help="Folder of downloads, instead of MALIGEO_CACHE.")
]
SourcesOption = Annotated[
    Path | None, typer.Option("--sources", help="A list of downloads of your own, as JSON.")
]
AcceptOption = Annotated[
    bool, typer.Option("--accept-licence", help="Accept the licence without being asked.")
]
RefreshOption = Annotated[
    bool, typer.Option("--refresh", help="Ask the publisher again for a file that is there.")
]
OutputOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Where to write what must not lie in a cache (ACLED)."),
]
TryOption = Annotated[
    bool,
    typer.Option("--try", help="Ask whether all addresses hold, and print a report to send back."),
]


def register(app: Application) -> None:
    """Add the command to the application."""
    app.command("fetch")(fetch_file)


def fetch_file(
    name: NameArgument = None,
    show: ListOption = False,
    edition: EditionOption = None,
    country: CountryOption = None,
    cache: CacheOption = None,
    sources: SourcesOption = None,
    accept_licence: AcceptOption = False,
    refresh: RefreshOption = False,
    output: OutputOption = None,
    is_trial: TryOption = False,
) -> None:
    """Fetch an official file into the cache; what is there needs no network.

    A download that breaks off is continued by the same command.
    """
    asks = _asked if sys.stdin.isatty() else None
    options = FetchOptions(cache=cache, sources=sources, output=output, ask=asks)
    if is_trial:
        _try(offers.list_downloads(country, sources=sources), name, options)
        return
    if show or name is None:
        _list(offers.list_downloads(country, sources=sources), name, options)
        return
    offer = offers.find_offer(name, edition, country=country, sources=sources)
    fetched = None if refresh else fetching.cached(offer, options)
    if fetched is None:
        fetching.require_output(offer, options)
        fetched = _fetch(offer, country, options, accept_licence=accept_licence)
    _tell(offer, fetched)


def _fetch(
    offer: Offer, country: str | None, options: FetchOptions, *, accept_licence: bool
) -> Fetched:
    asks = options.ask is not None
    if not accept_licence and not asks and offer.licence.signs:
        fetching.require_accepted(offer, str(offer.licence), options)
    found = fetching.resolve(offer, options)
    offer = fetching.settled(offer, found, country, options)
    licence = fetching.licence_of(offer, found)
    _show(offer, found, licence, options)
    if not is_accepted(options.folder, offer.accepted_as, licence):
        question = told("Accept this licence and fetch?")
        if not accept_licence and asks and not typer.confirm(question):
            raise ArgumentError("the licence was not accepted; nothing was fetched")
        if accept_licence or asks:
            accept(options.folder, offer.accepted_as, licence)
    fetching.require_accepted(offer, licence, options)
    if options.ask is not None:  # before the bar, which a question would break
        typed = {name: options.ask(name) for name in not_given(offer)}
        options = replace(options, ask=typed.get)
    with progress_bar("ko" if session_language() == "fr" else "kB") as advance:

        def in_kilobytes(done: int, total: int | None) -> None:
            advance(done // _KB, None if total is None else total // _KB)

        return fetching.download(offer, found, replace(options, progress=in_kilobytes))


def _asked(variable: str) -> str:
    """Ask for what an account needs; what is typed is not shown."""
    hidden = "PASSWORD" in variable
    return str(typer.prompt(variable, hide_input=hidden, err=True))


def _show_line(heading: str, text: str) -> None:
    typer.echo(f"  {told(heading):<9}{text}")


def _show(offer: Offer, found: PublishedFile, licence: str, options: FetchOptions) -> None:
    """Show before a download what it is, whose it is, and how large."""
    title, _ = offer.said(session_language())
    typer.echo(f"{title}, {offer.edition}")
    _show_line("from", f"{offer.publisher} <{offer.page}>")
    _show_line("licence", f"{licence}")
    _show_line("name", f"{found.attribution or offer.attribution}")
    _show_line("size", f"{_size(found.size or offer.about_bytes)}")
    _show_line("address", f"{found.address}")
    to = options.output if offer.private else options.folder / offer.file
    _show_line("to", f"{to}")


def _tell(offer: Offer, fetched: Fetched) -> None:
    size = _size(fetched.record.size)
    typer.echo(f"{fetched.path} ({size}) {told(_SAID[fetched.outcome])}")
    if fetched.before is not None:
        typer.echo(told(fetching.change_message(fetched)))
    for remark in fetched.record.remarks[:_SHOWN]:
        _show_line("note", told(remark))
    more = len(fetched.record.remarks) - _SHOWN
    if more > 0:
        _show_line("note", told(f"{more} more stand in {fetched.path}.json"))
    typer.echo(told(f"Next: {offer.next_step(fetched.path)}"))


def _named(known: list[Offer], name: str | None) -> list[Offer]:
    shown = [offer for offer in known if name in (None, offer.name)]
    if not shown:
        names = ", ".join(dict.fromkeys(offer.name for offer in known))
        raise ArgumentError(f"there is no download {name!r}; there is {names}")
    return shown


def _list(known: list[Offer], name: str | None, options: FetchOptions) -> None:
    shown = _named(known, name)
    for before, offer in zip([None, *shown], shown, strict=False):
        title, note = offer.said(session_language())
        if before is None or before.name != offer.name:
            typer.echo(f"{offer.name}: {title}")
            _show_line("from", f"{offer.publisher} <{offer.page}>")
            _show_line("note", f"{note}")
            if not offer.verified:
                _show_line("note", told(_NOT_TRIED))
        if before is None or (before.name, before.licence) != (offer.name, offer.licence):
            _show_line("licence", f"{offer.licence}")
        size = _size(offer.about_bytes)
        if offer.about_bytes and offer.sha256 is None:
            size = told(f"about {size}")
        edition = told(f"such as {offer.edition}") if offer.pattern else offer.edition
        _show_line("edition", f"{edition}: {size}, {offer.address}")
        typer.echo(f"           {_in_cache(offer, options)}")
    typer.echo(f"cache: {options.folder}")


def _try(known: list[Offer], name: str | None, options: FetchOptions) -> None:
    """Print what came of asking for each file, for those who keep the list."""
    options = replace(options, retries=options.retries.new(total=1))  # it tries many
    typer.echo(told(f"Trial of downloads, maligeo {release()}, {today()}"))
    for trial in try_offers(_named(known, name), options):
        typer.echo(f"{trial.name} {trial.editions} – {told(trial.finding)}")
        for said in trial.said:
            typer.echo(f"  {told(said)}")
    typer.echo(told(f"Nothing was downloaded. Please send this report to {_HERE}"))


def _in_cache(offer: Offer, options: FetchOptions) -> str:
    """Say what the cache holds, without changing or hashing it."""
    path = options.folder / offer.file
    if not path.is_file():
        return told("not in the cache")
    record = read_record(path)
    came = told("put there by hand")
    if record is not None and record.address:
        came = told(f"fetched on {record.fetched}")
    return told(f"in the cache: {path.name}, {_size(path.stat().st_size)}, {came}")


def _size(count: int | None) -> str:
    if count is None:
        return told("size not known beforehand")
    return words.size_text(count, session_language())
