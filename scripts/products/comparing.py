"""Two folders of products compared, part by part."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from filecmp import dircmp
from fnmatch import fnmatch
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Final

from products.parts import Kind, Part
from products.renaming import Renamings
from products.taking_apart import parts_of

INPUTS: Final = "inputs"
PRODUCTS: Final = "products"
SCRIPTED: Final = "scripted"
_MOST_PARTS: Final = 3  # shown of a product
_MOST_SIGNS: Final = 200  # shown of a line
_NOTES: Final = {Kind.layout: "other layout", Kind.code: "other scripts"}
_TWINS: Final = (".pdf", ".svg")  # the same page in a format that has words


@dataclass(frozen=True)
class Outcome:
    """What comparing one product found.

    Attributes
    ----------
    product : str
        Its name.
    differences : tuple of str
        Part and first lines that differ.
    renamed : frozenset of str
        Older texts that were read as renamed.
    excused : frozenset of Kind
        Kinds of the parts that differ without making the products different.
    pixels_alone : bool
        Whether nothing but the pixels of a picture differs.
    """

    product: str
    differences: tuple[str, ...] = ()
    renamed: frozenset[str] = frozenset()
    excused: frozenset[Kind] = frozenset()
    pixels_alone: bool = False


def compare_folders(old: Path, new: Path, renamings: Renamings, *, only: str = "*") -> int:
    """Compare two folders that `make_products` wrote, and print what is found.

    Parameters
    ----------
    old, new : pathlib.Path
        The folders.
    renamings : Renamings
        Texts of the older one that are called otherwise in the newer one.
    only : str, default "*"
        Pattern of the names of the products to compare.

    Returns
    -------
    int
        1 if anything differs, otherwise 0.
    """
    _require_same_inputs(old / INPUTS, new / INPUTS)
    names = [name for name in _names(old, new) if fnmatch(name, only)]
    if not names:
        raise SystemExit(f"there are no products {only} in {old} and {new}")
    task = partial(compare_product, old / PRODUCTS, new / PRODUCTS, renamings)
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(task, names, chunksize=4))
    outcomes = _with_twins(found)
    for outcome in outcomes:
        _print_outcome(outcome)
    return _print_summary(outcomes, renamings)


def _require_same_inputs(old: Path, new: Path) -> None:
    different = sorted(_differing_files(dircmp(old, new)))
    if different:
        raise SystemExit(f"the products are of other inputs: {', '.join(different)}")


def _differing_files(found: "dircmp[str]") -> Iterator[str]:
    yield from (*found.left_only, *found.right_only, *found.diff_files, *found.funny_files)
    for within in found.subdirs.values():
        yield from _differing_files(within)


def _names(old: Path, new: Path) -> list[str]:
    """Give the names of all products of either folder."""
    names = set()
    for folder in (old / PRODUCTS, new / PRODUCTS):
        names |= {path.name for path in folder.iterdir() if path.name != SCRIPTED}
        names |= {f"{SCRIPTED}/{path.name}" for path in (folder / SCRIPTED).iterdir()}
    return sorted(names)


def compare_product(old: Path, new: Path, renamings: Renamings, name: str) -> Outcome:
    """Compare one product.

    Parameters
    ----------
    old, new : pathlib.Path
        Folders of products.
    renamings : Renamings
        Texts of the older one that are called otherwise in the newer one.
    name : str
        Name of the product in both.
    """
    lacking = [folder for folder in (old, new) if not (folder / name).exists()]
    if lacking:
        return Outcome(name, tuple(f"missing in {folder}" for folder in lacking))
    if not (new / name).is_dir() and (old / name).read_bytes() == (new / name).read_bytes():
        return Outcome(name)
    older, renamed = _renamed(parts_of(old / name), renamings)
    newer = {part.name: part for part in parts_of(new / name)}
    differing = [part for part in older if _differs(part, newer.get(part.name))]
    excused = {Kind.code, Kind.layout} if renamed else {Kind.code}
    hints = [_hint(part, newer.get(part.name)) for part in differing if part.kind not in excused]
    known = {part.name for part in older}
    added = [f"{part.name}: only in the newer" for part in newer.values() if part.name not in known]
    return Outcome(
        name,
        (*hints, *added),
        frozenset(renamed),
        excused=frozenset(part.kind for part in differing if part.kind in excused),
        pixels_alone=not added and [part.name for part in differing] == ["pixels"],
    )


def _renamed(parts: Sequence[Part], renamings: Renamings) -> tuple[list[Part], set[str]]:
    used: set[str] = set()
    found = []
    for part in parts:
        text, here = (part.text, set()) if part.kind is Kind.code else renamings.applied(part.text)
        used |= here
        found.append(part._replace(text=text))
    return found, used


def _differs(old: Part, new: Part | None) -> bool:
    if new is None or old.kind is not Kind.words:
        return new is None or old.text != new.text
    return old.text.split() != new.text.split()


def _hint(old: Part, new: Part | None) -> str:
    """Say where two texts first differ."""
    if new is None:
        return f"{old.name}: only in the older"
    pieces = str.split if old.kind is Kind.words else str.splitlines
    before, after = pieces(old.text), pieces(new.text)
    pairs = enumerate(zip_longest(before, after))
    at, (one, other) = next(
        (found for found in pairs if found[1][0] != found[1][1]), (0, (old.text, new.text))
    )
    if old.kind is Kind.words:
        one, other = " ".join(before[at : at + 12]), " ".join(after[at : at + 12])
    size = (
        f"{len(before)} and {len(after)} lines" if len(before) != len(after) else f"line {at + 1}"
    )
    return f"{old.name}, {size}:\n      - {_around(one, other)}\n      + {_around(other, one)}"


def _around(shown: str | None, other: str | None) -> str:
    """Give the neighbourhood of the first difference of a long line."""
    if shown is None:
        return "(nothing)"
    if len(shown) <= _MOST_SIGNS:
        return shown
    pairs = enumerate(zip(shown, other or "", strict=False))
    start = max(next((at for at, (one, two) in pairs if one != two), 0) - 40, 0)
    return f"…{shown[start : start + _MOST_SIGNS]}…"


def _with_twins(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Excuse the pixels of a picture if its page with words differs by renamed texts alone."""
    renamed = {one.product: one.renamed for one in outcomes if one.renamed and not one.differences}
    return [_excused(outcome, renamed) for outcome in outcomes]


def _excused(outcome: Outcome, renamed: Mapping[str, frozenset[str]]) -> Outcome:
    stem = outcome.product.removesuffix(".png")
    twins = [stem + suffix for suffix in _TWINS if stem + suffix in renamed]
    if not (outcome.pixels_alone and twins):
        return outcome
    return Outcome(outcome.product, (), renamed[twins[0]], frozenset({Kind.layout}))


def _print_outcome(outcome: Outcome) -> None:
    state = "differs" if outcome.differences else "same"
    notes = [_NOTES[kind] for kind in Kind if kind in outcome.excused]
    if outcome.renamed:
        notes.insert(0, "renamed texts")
    print(f"{state:8}{outcome.product}{' (' if notes else ''}{', '.join(notes)}{')' * bool(notes)}")
    for hint in outcome.differences[:_MOST_PARTS]:
        print(f"    {hint}")
    if len(outcome.differences) > _MOST_PARTS:
        print(f"    and {len(outcome.differences) - _MOST_PARTS} more parts")


def _print_summary(outcomes: Sequence[Outcome], renamings: Renamings) -> int:
    different = sum(bool(outcome.differences) for outcome in outcomes)
    used = frozenset().union(*(outcome.renamed for outcome in outcomes))
    print(f"\n{len(outcomes)} products: {len(outcomes) - different} same, {different} differ")
    print(f"{sum(bool(outcome.renamed) for outcome in outcomes)} with renamed texts")
    for kind, note in _NOTES.items():
        print(f"{sum(kind in outcome.excused for outcome in outcomes)} with {note}")
    for text in sorted(renamings.pairs.keys() - used):
        print(f"renamed, but in no product: {text!r}")
    return int(different > 0)
