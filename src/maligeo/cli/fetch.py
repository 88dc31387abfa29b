"""`maligeo fetch`: official boundaries, events and rasters of people from their publishers."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from maligeo.cli.command import Application
from maligeo.cli.output import progress_bar
from maligeo.core.errors import ArgumentError
from maligeo.downloads import fetching, offers
from maligeo.downloads.cache import accept, is_accepted, read_record
from maligeo.downloads.fetching import Fetched, FetchOptions
from maligeo.downloads.offers import Offer, PublishedFile

_KB: Final = 1_000
_SAID: Final = {
    "cached": "was in the cache",
    "by hand": "was put there by hand, and is taken",
    "fetched": "is there",
    "unchanged": "is the same at its publisher",
    "changed": "is there in its new form",
}

NameArgument = Annotated[
    str | None, typer.Argument(help="cod-ab, geoboundaries, ucdp-ged or worldpop.")
]
ListOption = Annotated[
    bool, typer.Option("--list", help="Show what there is, with licence, size and address.")
]
EditionOption = Annotated[
    str | None, typer.Option("--edition", help="Level, version or year; --list names them.")
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
) -> None:
    """Fetch an official file into the cache; what is there needs no network.

    A download that breaks off is continued by the same command.
    """
    options = FetchOptions(cache=cache, sources=sources)
    if show or name is None:
        _list(offers.list_downloads(country, sources=sources), name, options)
        return
    offer = offers.find_offer(name, edition, country=country, sources=sources)
    fetched = None if refresh else fetching.cached(offer, options)
    if fetched is None:
        fetched = _fetch(offer, options, accept_licence=accept_licence)
    _tell(offer, fetched)


def _fetch(offer: Offer, options: FetchOptions, *, accept_licence: bool) -> Fetched:
    asks = sys.stdin.isatty()
    if not accept_licence and not asks:
        fetching.require_accepted(offer, str(offer.licence), options)
    found = fetching.resolve(offer, options)
    licence = fetching.licence_of(offer, found)
    _show(offer, found, licence, options)
    if not is_accepted(options.folder, offer.name, licence):
        if not accept_licence and asks and not typer.confirm("Accept this licence and fetch?"):
            raise ArgumentError("the licence was not accepted; nothing was fetched")
        if accept_licence or asks:
            accept(options.folder, offer.name, licence)
    fetching.require_accepted(offer, licence, options)
    with progress_bar("kB") as advance:

        def in_kilobytes(done: int, total: int | None) -> None:
            advance(done // _KB, None if total is None else total // _KB)

        watched = FetchOptions(options.cache, options.sources, progress=in_kilobytes)
        return fetching.download(offer, found, watched)


def _show(offer: Offer, found: PublishedFile, licence: str, options: FetchOptions) -> None:
    """Show before a download what it is, whose it is, and how large."""
    typer.echo(f"{offer.title}, {offer.edition}")
    typer.echo(f"  from     {offer.publisher} <{offer.page}>")
    typer.echo(f"  licence  {licence}")
    typer.echo(f"  name     {offer.attribution}")
    typer.echo(f"  size     {_size(found.size or offer.about_bytes)}")
    typer.echo(f"  address  {found.address}")
    typer.echo(f"  to       {options.folder / offer.file}")


def _tell(offer: Offer, fetched: Fetched) -> None:
    typer.echo(f"{fetched.path} ({_size(fetched.record.size)}) {_SAID[fetched.outcome]}")
    if fetched.before is not None:
        typer.echo(fetching.change_message(fetched))
    typer.echo(f"Next: {offer.next_step(fetched.path)}")


def _list(known: list[Offer], name: str | None, options: FetchOptions) -> None:
    shown = [offer for offer in known if name in (None, offer.name)]
    if not shown:
        names = ", ".join(dict.fromkeys(offer.name for offer in known))
        raise ArgumentError(f"there is no download {name!r}; there is {names}")
    for before, offer in zip([None, *shown], shown, strict=False):
        if before is None or before.name != offer.name:
            typer.echo(f"{offer.name}: {offer.title}")
            typer.echo(f"  from     {offer.publisher} <{offer.page}>")
            typer.echo(f"  licence  {offer.licence}")
            typer.echo(f"  note     {offer.note}")
            if not offer.verified:
                typer.echo("  note     These addresses were not tried when this list was written.")
        about = "about " if offer.about_bytes and offer.sha256 is None else ""
        size = f"{about}{_size(offer.about_bytes)}"
        typer.echo(f"  edition  {offer.edition}: {size}, {offer.address}")
        typer.echo(f"           {_in_cache(offer, options)}")
    typer.echo(f"cache: {options.folder}")


def _in_cache(offer: Offer, options: FetchOptions) -> str:
    """Say what the cache holds, without changing or hashing it."""
    path = options.folder / offer.file
    if not path.is_file():
        return "not in the cache"
    record = read_record(path)
    came = f"fetched on {record.fetched}" if record and record.address else "put there by hand"
    return f"in the cache: {path.name}, {_size(path.stat().st_size)}, {came}"


def _size(count: int | None) -> str:
    if count is None:
        return "size not known beforehand"
    return f"{count / _KB:,.0f} kB" if count < _KB * _KB else f"{count / _KB / _KB:,.1f} MB"
