"""What errors and faults say, in French: sentences that the code writes in English.

A sentence stands in the code once, in English, where it is raised. Its French is found by the
English one, in `core/words/sentences.toml`; where programs tell errors apart by name it is in
`core/words/errors.toml`, found by the name, and by the English where the error became a part of
another text; what libraries and systems say is in `core/words/foreign.toml`.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from maligeo.core.bilingual import french_spaces, read_file, read_texts

KIND: Final = "what"  # part of a sentence that names a kind of thing
CLAUSES: Final = ("why", "cause")  # parts of a sentence that are one themselves
SHEETS: Final = "sheets"  # part of a sentence that lists sheets by name, each with its kinds
FIELDS: Final = "fields"  # part of a sentence that names fields: groups, any of which will do

_PART: Final = re.compile(r"\{(\w+)(!r)?\}")


def translated(sentence: str, language: str) -> str:
    """Say a sentence in a language.

    Parameters
    ----------
    sentence : str
        As the code writes it, in English.
    language : {"fr", "en"}
        The language.

    Returns
    -------
    str
        The sentence as it is where it has no French: it may be one of a library, or of a
        caller's own code.

    Examples
    --------
    >>> translated("is not a number", "fr")
    'n’est pas un nombre'
    """
    return sentence if language == "en" else _in_french(sentence)


@lru_cache(maxsize=1_000)  # a file with faults says few of them many times
def _in_french(sentence: str) -> str:
    for pattern, french in _sentences():
        found = pattern.fullmatch(sentence)
        if found:
            return french_spaces(_filled(french, found.groupdict(), "fr"))
    return sentence


def parts_in(language: str, parts: Mapping[str, object]) -> dict[str, object]:
    """Give the parts of a sentence in a language: kinds of things, fields, sheets, and clauses."""
    given = dict(parts)
    if FIELDS in given:
        groups: Any = given[FIELDS]
        texts = ([field_text(name, language) for name in group] for group in groups)
        given[FIELDS] = ", ".join(" / ".join(some) for some in texts)
    if SHEETS in given:
        given[SHEETS] = _listed(given[SHEETS], language)
    if KIND in given:
        named = read_texts("errors").get(f"{KIND}.{given[KIND]}")
        given[KIND] = given[KIND] if named is None else named[language]
    for name in given.keys() & set(CLAUSES):
        given[name] = translated(str(given[name]), language)
    return given


def _listed(sheets: Any, language: str) -> str:
    """Write a line for each sheet, with the kinds of records that it may hold."""
    texts = read_texts("reading")
    nothing = texts["check.nothing"][language]
    lines = (
        f"  {name!r}: {', '.join(texts[f'kind.{kind}'][language] for kind in kinds) or nothing}"
        for name, kinds in sheets.items()
    )
    return "\n" + "\n".join(lines)


def field_text(name: str, language: str) -> str:
    """Say a field of ours in words; what is none stays as it is.

    Examples
    --------
    >>> field_text("killed", "fr"), field_text("Remarques", "fr")
    ('tués', 'Remarques')
    """
    text = read_texts("fields").get(f"record_field.{name}")
    return name if text is None else text[language]


def _filled(french: str, parts: dict[str, str], language: str) -> str:
    given = {name: text for name, text in parts.items() if not name.startswith("quote_")}
    return french.format(**parts_in(language, given))


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Give the sentences, those with the most letters of their own first."""
    entries = {**_named(), **read_file("sentences"), **read_file("foreign")}
    ordered = sorted(entries.items(), key=lambda entry: -len(_PART.sub("", entry[0])))
    return tuple((re.compile(_pattern(english), re.DOTALL), french) for english, french in ordered)


def _named() -> dict[str, str]:
    """Give the texts of errors that have a name; not those that are put together of others."""
    texts = {
        text["en"].replace("{{", "{").replace("}}", "}"): text["fr"]
        for name, text in read_texts("errors").items()
        if not name.startswith(f"{KIND}.")
    }
    own = {*CLAUSES, FIELDS}
    return {
        english: french
        for english, french in texts.items()
        if own.isdisjoint(name for name, _ in _PART.findall(english))
    }


def _pattern(english: str) -> str:
    """Make a pattern of a sentence; what is quoted in it is found without its quotes."""
    pattern, at = "", 0
    for part in _PART.finditer(english):
        name = part[1]
        is_again = f"(?P<{name}>" in pattern
        hole = f"(?P={name})" if is_again else f"(?P<{name}>.*?)"
        if part[2] and not is_again:
            hole = f"(?P<quote_{name}>['\"]?){hole}(?P=quote_{name})"
        pattern += re.escape(english[at : part.start()]) + hole
        at = part.end()
    return pattern + re.escape(english[at:])
