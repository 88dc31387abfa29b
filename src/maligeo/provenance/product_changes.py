"""Two products by their records: which inputs, options and versions differ."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from maligeo.core.columns import PRODUCT_CHANGES
from maligeo.provenance.record import KEYED, InputFile, Provenance, option_text

SAME: Final = "same"
PARTS: Final = ("product", "audience", "options", "inputs", "more", "versions")


def product_changes(old: Provenance, new: Provenance) -> pd.DataFrame:
    """Say in what the records of two products differ.

    Parameters
    ----------
    old, new : Provenance
        As from `read_about`.

    Returns
    -------
    pandas.DataFrame
        `change` is "same", "changed", "new", "gone", or "open" of an input of which nobody
        can tell: it was no file, or its hashes were made by a key, so that they differ where
        the file does, and where the release store does.
        `part` is "product", "audience", "options", "inputs", "more" or "versions"; `name`
        of the option, input or package; `old, new` as the records have them, of an input
        the hash (SHA-256).
    """
    rows = [
        *_named("product", {"": old.product}, {"": new.product}),
        *_named("audience", {"": old.audience}, {"": new.audience}),
        *_named("options", *(_options(one) for one in (old, new))),
        *_inputs(old, new),
        *_named("more", old.more, new.more),
        *_named("versions", old.versions, new.versions),
    ]
    return pd.DataFrame(rows, columns=list(PRODUCT_CHANGES)).astype("string")


def _options(record: Provenance) -> dict[str, str]:
    return {name: option_text(value) for name, value in record.options.items()}


def _named(part: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name in sorted({*old, *new}):
        ends = old.get(name), new.get(name)
        yield {"change": _change(*ends), "part": part, "name": name, "old": ends[0], "new": ends[1]}


def _change(old: str | None, new: str | None) -> str:
    if old is None or new is None:
        return "new" if old is None else "gone"
    return SAME if old == new else "changed"


def _inputs(old: Provenance, new: Provenance) -> Iterator[dict[str, Any]]:
    """Compare inputs by their role, in their order; a file may have been renamed."""
    sides = _by_role(old), _by_role(new)
    for role in sorted({*sides[0], *sides[1]}):
        one, other = (list(side[role]) for side in sides)
        for at in range(max(len(one), len(other))):
            ends = [side[at] if at < len(side) else None for side in (one, other)]
            hashes = [None if end is None else end.sha256 for end in ends]
            change = _change(*hashes)
            unsure = hashes == ["", ""] or (change == "changed" and any(map(_is_keyed, hashes)))
            yield {
                "change": "open" if unsure else change,
                "part": "inputs",
                "name": _name(role, ends),
                "old": hashes[0],
                "new": hashes[1],
            }


def _is_keyed(digest: str | None) -> bool:
    return digest is not None and digest.startswith(KEYED)


def _by_role(record: Provenance) -> dict[str, list[InputFile]]:
    found: dict[str, list[InputFile]] = defaultdict(list)
    for one in record.inputs:
        found[one.role].append(one)
    return found


def _name(role: str, ends: list[InputFile | None]) -> str:
    names = dict.fromkeys(end.name for end in ends if end is not None and end.name)
    return f"{role}: {' → '.join(names)}" if names else role
