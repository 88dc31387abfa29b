"""The door of tiles: for whom a raster, a layer or an archive is, and who may have it."""

from typing import Any, Final, cast

from maligeo.audiences import AUDIENCE
from maligeo.checks import require_choice
from maligeo.columns import AUDIENCES, Audience
from maligeo.errors import ReleaseError
from maligeo.labels import word
from maligeo.provenance import KEY, Provenance

AUDIENCE_TAG: Final = "MALIGEO_AUDIENCE"

_LANGUAGES: Final = ("fr", "en")


def told_audience(found: object) -> Audience:
    """Give the audience that a tag or metadata name; what names none is internal."""
    return cast("Audience", found) if found in AUDIENCES else "internal"


def is_wide(held: Audience, audience: Audience) -> bool:
    """Tell whether what is for `held` may be shown to `audience`."""
    return AUDIENCES.index(held) >= AUDIENCES.index(audience)


def require_wide(held: Audience, audience: Audience, *, what: str) -> None:
    """Refuse a raster for an audience wider than its own.

    Raises
    ------
    ArgumentError
        If there is no such audience.
    ReleaseError
        If it was not released for the audience.
    """
    require_choice(audience, AUDIENCES, option="audience")
    if not is_wide(held, audience):
        raise ReleaseError(
            f"{what} is not known to be released for the audience {audience!r}: make it from "
            f"released records, or, where nobody can come to harm by it, set its tag "
            f"{AUDIENCE_TAG}={audience}; or make the product for audience='internal' and keep "
            "it in the house"
        )


def told(audience: Audience, about: Provenance | None) -> dict[str, Any]:
    """Give what the metadata of an archive say about its audience and its making."""
    record = {} if about is None else {KEY: about.to_json()}
    return {AUDIENCE: audience, **record}


def credited(attribution: str, audience: Audience) -> str:
    """Give the attribution, which maps show, with a warning where tiles are not for all."""
    if audience == "public":
        return attribution
    warning = " / ".join(word(f"audience.{audience}", language) for language in _LANGUAGES)
    return f"{warning} | {attribution}" if attribution else warning
