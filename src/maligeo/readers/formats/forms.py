"""Headings of electronic forms: the groups of questions, the asking, and what programs add."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from maligeo.core.placenames import without_accents

_NUMBERED: Final = re.compile(
    r"\s*(?:[a-z]{0,2}\d{1,2}(?:[._]\d{1,2})*\s*(?:[.):]|-\s)|\(\d+\))\s*", re.I
)
_PATH: Final = re.compile(r"\w+(?:/\w+)+")
_ODK_PATH: Final = re.compile(r"[A-Za-z]\w*(?:[.:-][A-Za-z]\w*)+")
_OF_POINTS: Final = ("latitude", "longitude", "altitude", "precision")
_AXES: Final = frozenset(_OF_POINTS[:2])


def meant_headings(
    names: Sequence[str],
    listed: Mapping[str, Any],
    bare: frozenset[str],
    counted: Callable[[str], frozenset[str]],
) -> dict[str, str]:
    """Say what headings ask for that are questions or stand in the groups of a form.

    Parameters
    ----------
    names : sequence of str
        All headings of a table.
    listed : mapping
        `marks` and `technical`: columns that programs for forms add; `asking`, `about`,
        `between` and `whole`: phrases of questions.
    bare : frozenset of str
        Headings, in lower case, that say too little without their group.
    counted : callable
        Gives the counts of people that a heading means. Of their group stays what says who.

    Returns
    -------
    dict of str to str
        Heading to the words that mean something: "region" for "grp_lieu/region", "type d engin"
        for "Quel type d'engin ?", and none for what a program adds. Headings that are no such
        ones are not in it, nor those that mean the same as another one then.
    """
    is_form = any(name.casefold() in listed["marks"] for name in names)
    points = _points(names) if is_form else []
    added = [name for name in names if is_form and name.casefold() in listed["technical"]]
    technical = dict.fromkeys([*added, *points], "")
    sizes = Counter(name.rpartition("/")[0] for name in names)
    meant = dict[str, str]()
    for name in (name for name in names if name not in technical):
        last = _ungrouped(name, is_form=is_form, together=sizes[name.rpartition("/")[0]])
        is_clear = without_accents(last).casefold() not in bare
        text = asked_for(last if is_clear else name, listed)
        who = who_in(name.removesuffix(last), listed["of_all"]) if counted(text) else []
        meant[name] = " ".join([*who, text])
    meant |= _axes(points)
    said = {name: meant.get(name, name) for name in names}
    keys = {name: counted(text) or text.casefold() for name, text in said.items()}
    times = Counter(keys.values())
    clear = {
        name: text
        for name, text in meant.items()
        if text != name and (not text or times[keys[name]] == 1)
    }
    return technical | clear


def who_in(group: str, of_all: Sequence[str]) -> list[str]:
    """Give the words of the title of a group that may say which people are counted in it.

    Examples
    --------
    >>> who_in("grp_victimes/FDS", ["grp", "victimes"]), who_in("Bilan 1", ["bilan"])
    (['fds'], [])
    """
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", without_accents(group))
    return [word.lower() for word in words if len(word) > 1 and word.lower() not in of_all]


def _points(names: Sequence[str]) -> list[str]:
    """Find the questions about a position, each of which has four further columns."""
    known = frozenset(names)
    return [name for name in names if all(f"_{name}_{axis}" in known for axis in _OF_POINTS)]


def _axes(points: Sequence[str]) -> dict[str, str]:
    """Tell the columns of the one position of a form; of several none is chosen."""
    if len(points) != 1:
        return {}
    return {f"_{points[0]}_{axis}": axis if axis in _AXES else "" for axis in _OF_POINTS}


def _ungrouped(name: str, *, is_form: bool, together: int) -> str:
    """Leave out the groups before a question of a form, or before several columns of a table."""
    group, _, last = name.rpartition("/")
    if group and last and (is_form or (_PATH.fullmatch(name) and together > 1)):
        return last.strip()
    if not group and is_form and _ODK_PATH.fullmatch(name):
        return re.split(r"[.:-]", name)[-1]
    return name


def asked_for(heading: str, listed: Mapping[str, Any]) -> str:
    """Leave out of a heading its number and what makes it a question."""
    unnumbered = _NUMBERED.sub("", heading, count=1) if _NUMBERED.match(heading) else heading
    words = " ".join(re.findall(r"[a-z0-9]+", without_accents(unnumbered).lower()))
    is_question = "?" in heading
    about = "|".join(listed["about"])
    for text, patterns in listed["whole"].items():
        if is_question and re.fullmatch(rf"(?:{patterns})(?: (?:{about}))?", words):
            return str(text)
    asked = re.sub(rf"^(?:{'|'.join(listed['asking'])})\b", "", words)
    if asked == words and not is_question:
        return unnumbered
    for key, found in (("about", asked != words or is_question), ("between", asked != words)):
        if found:
            asked = re.sub(rf"\b(?:{'|'.join(listed[key])})\b", " ", asked)
    return " ".join(asked.split())
