"""Cells to words of ours, as a make of file spells them; a word that is not known is a fault."""

import itertools
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from rapidfuzz import fuzz, process

from maligeo.core.errors import UNKNOWN_WORD
from maligeo.readers.cells.values import Distinct, trimmed_texts
from maligeo.readers.formats import SourceFormat, meaning_of, word_key
from maligeo.readers.quarantine import Faults

_NEAR: Final = 80.0  # likeness, 0 to 100, from which a known word is proposed
_MOST_NEAR: Final = 3
_DENYING: Final = re.compile(r"\b(non|pas|aucune?|sans|jamais|not|no(?! *\d)|never|without)\b")


def read_words(
    texts: pd.Series, form: SourceFormat, ours: str, *, as_codes: bool = False
) -> tuple["pd.Series[str]", Faults]:
    """Replace the words of a column by ours, as a format says.

    Parameters
    ----------
    texts : pandas.Series of str
    form : SourceFormat
        The make of the file.
    ours : str
        Column of ours.
    as_codes : bool, default False
        Whether to give categories, which are made sooner than a text for each row.

    Returns
    -------
    words : pandas.Series of string or category
    faults : Faults
        Of words that are not known, with those that come near as proposals.
    """
    meanings, unlisted = form.values.get(ours, {}), form.unlisted.get(ours)
    spellings, taught = form.spellings.get(ours, ()), form.taught.get(ours, {})
    distinct, meant, faults = _meant(texts, meanings, unlisted, spellings, taught)
    return (distinct.coded if as_codes else distinct.spread)(meant), faults


def map_words(
    texts: pd.Series,
    meanings: Mapping[str, str],
    *,
    unlisted: str | None = None,
    spellings: Sequence[str] = (),
) -> tuple["pd.Series[str]", Faults]:
    """Replace the words of a source by ours.

    Parameters
    ----------
    texts : pandas.Series of str
    meanings : mapping of str to str
        Words in the form of `word_key`, and what they mean.
    unlisted : str, optional
        What all other words mean; without it they are faults.
    spellings : sequence of str
        Words that may be proposed for one that is not known.

    Returns
    -------
    words : pandas.Series of string
    faults : Faults
    """
    distinct, meant, faults = _meant(texts, meanings, unlisted, spellings)
    return distinct.spread(meant), faults


def _meant(
    texts: pd.Series,
    meanings: Mapping[str, str],
    unlisted: str | None,
    spellings: Sequence[str],
    taught: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[Distinct, pa.Array, Faults]:
    """Say of each text that differs what it means."""
    distinct = Distinct.of(texts)
    missing = trimmed_texts(distinct.texts)[1].to_numpy(zero_copy_only=False)
    each = distinct.texts.to_pylist()
    found = [meaning_of(word, meanings) for word in each]
    meant = [
        unlisted if word is None and not empty else word
        for word, empty in zip(found, missing, strict=True)
    ]
    unknown = ~missing & np.array([word is None for word in meant], dtype=bool)
    faults = Faults()
    if unknown.any():
        near = {word: _near(word, spellings) for word in itertools.compress(each, unknown)}
        known = _examples(meanings, taught)
        reasons = {
            word: UNKNOWN_WORD if found else f"{UNKNOWN_WORD}, which are {known}"
            for word, found in near.items()
        }
        rows = pd.Series(distinct.each(unknown, False), index=texts.index)
        faults.add(rows, str(texts.name), texts, texts.map(reasons), proposals=near)
    return distinct, pa.array(meant, pa.large_string()), faults


def _near(word: str, spellings: Sequence[str]) -> tuple[str, ...]:
    """Give the words that come near one, the nearest first, but none that says the contrary."""
    denied = _denies(word)
    found = process.extract(
        word,
        [one for one in spellings if _denies(one) == denied],
        scorer=fuzz.WRatio,
        processor=word_key,
        score_cutoff=_NEAR,
        limit=_MOST_NEAR,
    )
    return tuple(dict.fromkeys(near for near, _, _ in found))


def _denies(word: str) -> bool:
    return _DENYING.search(word_key(word)) is not None


def _examples(meanings: Mapping[str, str], taught: Mapping[str, Sequence[str]]) -> str:
    """Name what words may mean, as a cell may say it in both languages: "REG (ERW)"."""
    pairs = reversed(list(meanings.items()))
    listed = {meant: word for word, meant in pairs if word != word_key(meant)}
    said = (
        taught.get(meant) or [meant.replace("_", " "), *filter(None, [listed.get(meant)])]
        for meant in dict.fromkeys(meanings.values())
    )
    each = (list(dict.fromkeys(words)) for words in said)
    return ", ".join(words[0] + "".join(f" ({word})" for word in words[1:]) for words in each)
