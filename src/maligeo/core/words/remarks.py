"""Remarks in the column `note` of a table, in the language of a map.

What the code writes there is English, and so are most notes of the bundled data.
"""

import re
from typing import Final

from maligeo.core.words.typesetting import position_of, typeset

# What the code and the bundled data write in notes: (pattern, French, English).
_NOTES: Final = tuple(
    (re.compile(pattern), french, english)
    for pattern, french, english in (
        (
            r"derived: ([\d.]+) % of ([\d.e+]+)",
            r"calculé comme \1 % de \2",
            r"derived as \1% of \2",
        ),
        (
            r"([\d.]+) % of a national figure that is not published for this period",
            r"\1 % d’un total national qui n’est pas publié pour cette période",
            r"\1% of a national figure that is not published for this period",
        ),
        (r"not named by the source", "non citée par la source", r"\g<0>"),
        (
            r"no record in these sources",
            "aucun projet dans ces sources",
            "no project in these sources",
        ),
        (
            r"national figure, not broken down",
            "chiffre national, sans détail par région",
            r"\g<0>",
        ),
        (r"named for no single unit", "non attribué à une région", r"\g<0>"),
        (
            r"no national figure for this period",
            "pas de total national pour cette période",
            r"\g<0>",
        ),
        (
            r"(?:population )?approximate: the units of the census do not nest exactly",
            "population approximative : les régions du recensement ne s’emboîtent pas exactement "
            "dans celles-ci",
            "approximate population: the regions of the census do not nest exactly in these",
        ),
        (r"share of the national ([\d.]+) incidents", r"part des \1 incidents du pays", r"\g<0>"),
        (
            r"the four published shares leave ([\d.]+) % unattributed",
            r"les quatre parts publiées laissent \1 % sans région",
            r"the four published shares leave \1% without a region",
        ),
        (
            r"third quarter only, part of January to September 2021",
            "troisième trimestre seulement, compris dans janvier–septembre 2021",
            r"\g<0>",
        ),
        (
            r"no national count is published (?:for|with) it",
            "aucun total national n’est publié avec ce chiffre",
            r"\g<0>",
        ),
        (r"withheld", "non publié, pour protéger des personnes", "withheld, to protect people"),
        (
            r"at least: not fully stated for all",
            "au moins : pas entièrement renseigné pour tous",
            r"\g<0>",
        ),
        (
            r"no record, and no statement that the source covers this",
            "aucun fait relevé, et rien ne dit que la source couvre ce lieu",
            "no record, and nothing says that the source covers this",
        ),
        (r"(?:at least: )?not covered by the source", "non couvert par la source", r"\g<0>"),
        (
            r"at least: the source covers a part of the period only",
            "au moins : la source ne couvre qu’une partie de la période",
            r"\g<0>",
        ),
        (
            r"without a date, or with one too coarse for these periods",
            "sans date, ou de date trop vague pour ces périodes",
            r"\g<0>",
        ),
        (
            r"published for the two regions together: never split",
            "publié pour les deux régions ensemble",
            "published for the two regions together",
        ),
    )
)
_NOTE_BREAK = re.compile(r"\s*;\s*")


def note_text(note: object, language: str) -> list[str]:
    """Take a note of a table apart into remarks, in the language where they are known.

    Parameters
    ----------
    note : object
        Content of a cell `note`, remarks joined by "; "; anything but a string is none.
    language : {"fr", "en"}
        The language. A remark that comes from the data and has no French form stays as
        it is written.

    Returns
    -------
    list of str
    """
    position_of(language)
    if not isinstance(note, str):
        return []
    return [_remark(text, language) for text in _NOTE_BREAK.split(note) if text]


def known_remarks(note: object) -> str:
    """Give those remarks of a note that have a form in both languages, as they are written.

    Others come from whoever wrote the data, and may say anything.
    """
    if not isinstance(note, str):
        return ""
    remarks = [text for text in _NOTE_BREAK.split(note) if text]
    known = [text for text in remarks if any(one[0].fullmatch(text) for one in _NOTES)]
    return "; ".join(known)


def _remark(text: str, language: str) -> str:
    for pattern, *texts in _NOTES:
        found = pattern.fullmatch(text)
        if found:
            return typeset((found.expand(texts[0]), found.expand(texts[1])), language)
    return text
