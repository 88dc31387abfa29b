"""Texts that were renamed on purpose between two versions."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

COLUMNS = ("language", "old", "new")


@dataclass(frozen=True)
class Renamings:
    """What is called otherwise in the newer version.

    Attributes
    ----------
    pairs : mapping of str to str
        Newer text by older text.
    """

    pairs: Mapping[str, str]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.pairs, key=len, reverse=True)
        return re.compile("|".join(_bounded(text) for text in longest_first))

    def applied(self, text: str) -> tuple[str, set[str]]:
        """Give a text with its newer words, and which of the older ones it had."""
        used: set[str] = set()
        if not self.pairs:
            return text, used

        def newer(found: re.Match[str]) -> str:
            old = " ".join(found[0].split())
            used.add(old)
            return self.pairs[old]

        return self._pattern.sub(newer, text), used


NOTHING = Renamings({})


def _bounded(text: str) -> str:
    """Match whole words, wherever a line is broken."""
    before = r"(?<!\w)" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    return before + r"\s+".join(map(re.escape, text.split(" "))) + after


def read_renamings(path: Path) -> Renamings:
    """Read a table of renamed texts.

    Parameters
    ----------
    path : pathlib.Path
        CSV in UTF-8 with the columns language ("fr", "en" or empty for both), old and new.

    Raises
    ------
    SystemExit
        If it has other columns, an empty text or the same old text twice.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise SystemExit(f"{path} needs the columns {', '.join(COLUMNS)}")
    pairs: dict[str, str] = {}
    for row in rows:
        old = " ".join(row["old"].split())
        if not old or pairs.get(old, row["new"]) != row["new"]:
            raise SystemExit(f"{path}: {row['old']!r} is empty or stands there twice")
        pairs[old] = row["new"]
    return Renamings(pairs)
