"""Texts of titles of blocks, such as "Région de Gao : 3 incidents", as names of units."""

import re
from functools import cache
from typing import Final

import pandas as pd

from maligeo.core.placenames import NameTable, normalise, split_places, stated_kind
from maligeo.readers.formats import fields_named, read_catalogue
from maligeo.readers.reference import reference_units

_BAMAKO: Final = r"(?=\W+(?:(?:de|du|of)\W+)?bamako\b)"
_ONE: Final = {
    "adm1_name": rf"r[ée]gion|district{_BAMAKO}",
    "adm2_name": r"cercle|circle",
    "adm3_name": r"commune(?:\s+(?:rurale|urbaine))?",
}
# Several units, and health districts: these are about cercles, and not always.
_OTHERS: Final = {
    "adm1_name": r"r[ée]gions",
    "adm2_name": r"cercles|circles|districts?",
    "adm3_name": r"communes",
}
_OF_NO_TEXT: Final = frozenset({"event_id", "project_id", "area_id", "code", "date", "end_date"})
_OTHER_REACH: Final = re.compile(
    r"\s*(?:zone|secteur|axe|province|gouvernorat)s?(?!\w)", re.IGNORECASE
)
_BEFORE: Final = r"\s*(?:(?:\d{1,2}|[ivx]{1,5}|[a-z])\s*[.)]\s*)?(?:(?:dans\s+)?(?:la|le|the)\s+)?"
_OF: Final = r"(?:\s*[:–—-]|\s+d['’]|\s+(?:de\s+la|de\s+l['’]|de|du|des|of)(?!\w))?"
_TITLES: Final = [
    (field, re.compile(rf"{_BEFORE}(?:{word})(?!\w){rest}", re.IGNORECASE | re.DOTALL))
    for words, rest in ((_ONE, rf"{_OF}\s*(?P<name>.*)"), (_OTHERS, "(?P<name>)"))
    for field, word in words.items()
]
_PARTS: Final = re.compile(
    r"\s*[/,;>|(:–—-]\s*(?=(?:r[ée]gion|cercle|circle|commune)(?!\w))|\s*[/,;>|]\s*|\s+[–—-]\s+",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(r"\s*(?:\((?!\s*(?:et|and|y compris)\b)[^()]*\)|[:)])\s*", re.IGNORECASE)
# Counts, a year or a period behind a name: "3 morts et 5 blessés", "en 2022".
_COUNTED: Final = (
    r"(?:\d[\d.,/\s-]*(?:(?!(?:et|and)\b)[^\W\d]+\s*){0,3}(?:[,;/]\s*|(?:et|and)\s+(?=\d))?)+"
)
_NAME: Final = re.compile(
    rf"(?P<name>(?!(?:et|and)\b)[^\W\d_][^\d,;:.()]*?)"
    rf"(?:(?P<sign>\s*[:–—]|\s+-)?\s*{_COUNTED})?\s*",
    re.IGNORECASE,
)
_MOST_WORDS: Final = 4  # of a name; more are a sentence


def title_of(text: str, *, heading: str | None = None) -> dict[str, str]:
    """Take the title of a block apart.

    Parameters
    ----------
    text : str
        What stands alone in a row.
    heading : str, optional
        Heading of its column, in a table of blocks with titles. With it the bare name of a
        region or cercle is a title too, but below a heading of such names; and so is any text
        below one of numbers or dates.

    Returns
    -------
    dict of str to str
        Field of each level that it is about to the name; "" where it names none, or several.
        Empty for what is no title.

    Examples
    --------
    >>> title_of("RÉGION DE MOPTI : 3 incidents"), title_of("Région de Gao / Cercle d'Ansongo")
    ({'adm1_name': 'MOPTI'}, {'adm1_name': 'Gao', 'adm2_name': 'Ansongo'})
    >>> title_of("Régions du nord"), title_of("BAMAKO", heading="N°"), title_of("Sources : x")
    ({'adm1_name': ''}, {'adm1_name': 'BAMAKO'}, {})
    """
    if _level(text) is None:
        return {} if heading is None else _bare_title(text, heading)
    said = dict[str, str]()
    for part in filter(None, _PARTS.split(text)):
        level = _level(part)
        if level is not None:
            field, rest = level
            said[field] = "" if field in said else _name(rest, field)
        elif not _tail().fullmatch(part):  # another unit, or more of the name
            said[min(said, default="adm1_name")] = ""
    return said


def _level(text: str) -> tuple[str, str] | None:
    """Tell of what level a title is, and what stands behind the word for it."""
    found = ((field, pattern.match(text)) for field, pattern in _TITLES)
    return next(((field, match["name"]) for field, match in found if match is not None), None)


def _name(text: str, field: str) -> str:
    """Give the name in a title without what is counted; "" where it cannot be told from that."""
    bare = re.sub(rf"(?:{_ASIDE.pattern})+$", "", text, flags=re.IGNORECASE)
    match = _NAME.fullmatch(bare)
    if match is None or len(match["name"].split()) > _MOST_WORDS:
        return ""
    name = match["name"].strip()
    ends = match.end("name") == len(match[0].rstrip()) or match["sign"] is not None
    return name if ends or normalise(name) in _known(field) else ""


def _bare_title(text: str, heading: str) -> dict[str, str]:
    name = _name(re.sub(_BEFORE, "", text, count=1, flags=re.IGNORECASE), "adm1_name")
    key, kind = normalise(name), stated_kind(name)
    fields = ("adm1_name", "adm2_name") if kind is None else (f"{kind}_name",)
    field = next((field for field in fields if key in _known(field)), None)
    means = fields_named(heading)
    if field is None:
        is_title = _OTHER_REACH.match(text) or _are_several(text) or means <= _OF_NO_TEXT
        return {"adm1_name": ""} if is_title and not re.search(r"\d", text) else {}
    if means & {field, "unit"}:
        return {}
    return {field: "" if kind is None and _is_both(key) else name}


def _are_several(text: str) -> bool:
    """Tell names of regions or cercles alone, as in "Ménaka et Kidal"."""
    known = _known("adm1_name") | _known("adm2_name")
    names = split_places(text)
    return len(names) > 1 and all(normalise(name) in known for name in names)


def _is_both(key: str) -> bool:
    """Tell the cercles that are regions of a larger reach since 2023."""
    return key in _known("adm1_name", "2023") - _known("adm1_name", "2015", "2016") and (
        key in _known("adm2_name", "2015")
    )


@cache
def _known(field: str, *vintages: str) -> frozenset[str]:
    """Give the names of regions or cercles, normalised, of these divisions or of all."""
    table = reference_units()
    chosen = table["vintage"].isin(vintages) if vintages else pd.Series(True, index=table.index)
    units = table[chosen & (table["level"] == int(field[3])).fillna(False)]
    return frozenset(NameTable.of_units(units).positions)


@cache
def _tail() -> re.Pattern[str]:
    months = "|".join(read_catalogue("months")["months"])
    words = rf"(?:(?:en|au|du|pour|in|fin|année|annee|{months})\.?\s+){{0,3}}"
    return re.compile(rf"\W*{words}{_COUNTED}\W*|\W*suite\W*", re.IGNORECASE)
