"""Two editions of administrative units: which are the same, renamed, split, merged, moved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maligeo import catalog
from maligeo.core.checks import require_columns, require_known, require_one_vintage
from maligeo.core.columns import UNIT_CHANGES
from maligeo.core.crs import area_sqkm, require_geographic
from maligeo.core.errors import ArgumentError
from maligeo.core.placenames import normalise
from maligeo.join.divisions import area_shares, crosswalk

SLIVER: Final = 0.01  # of a unit: what two drawings of one border may differ by
MOST: Final = 0.5  # of a unit: who has more of it goes on with it
SPELLING: Final = "spelling alone"
ROUGH: Final = "approximate: the units do not nest exactly"
_NOWHERE: Final = -1
_TEXTS: Final = ("vintage", "pcode", "name")


def unit_changes(
    old: "str | gpd.GeoDataFrame", new: "str | gpd.GeoDataFrame", *, tolerance: float = SLIVER
) -> pd.DataFrame:
    """Say what became of each unit of one division in another.

    Outlines are compared by the area that they share (EPSG:6933, as `maligeo.crosswalk`),
    codes and names as they stand. Two vintages of regions are compared by how they nest.

    Parameters
    ----------
    old, new : str or geopandas.GeoDataFrame, EPSG:4326
        Both vintages of first-level units ("2015", "2016", "2023"), or both units of one
        level with `vintage, pcode, name`, as from `read_boundaries`.
    tolerance : float, default 0.01
        Share of a unit up to which outlines count as the same.

    Returns
    -------
    pandas.DataFrame, one row per pair of units that have to do with one another
        `change` is

        - "same", or "renamed", "recoded", "renamed_recoded": the outline is the same
        - "moved": goes on with another outline
        - "split": more than half of each of several new units was in the old one
        - "merged": more than half of each of several old units is in the new one
        - "ceded": a part went over to a unit that goes on with another one; without
          `new_pcode` and `new_name` to none, without the old ones from none
        - "new", "gone": without a counterpart
        - "code_reused": the code stood for another unit before

        `old_vintage, old_pcode, old_name, new_vintage, new_pcode, new_name`; `old_share`,
        the share of the old unit that lies in the new one, and `new_share`, that of the new
        unit which lay in the old one (missing where only the nesting is known);
        `shared_sqkm` (km²); `note`. Each unit of either division has a row at least.

    Raises
    ------
    ArgumentError
        If a vintage is compared with a layer, units of two levels, or the tolerance is no
        share below one half.
    VintageError, CrsError, FrameError, UnknownNameError
        As `maligeo.crosswalk` raises.
    """
    if not 0.0 <= tolerance < MOST:
        raise ArgumentError(f"tolerance must be a share from 0 to below 0.5, not {tolerance}")
    if isinstance(old, str) and isinstance(new, str):
        return _classified(_of_vintages(old, new), tolerance)
    if isinstance(old, str) or isinstance(new, str):
        raise ArgumentError("two vintages are compared, or two layers of units, not mixed")
    return _classified(_of_layers(old, new), tolerance)


@dataclass(frozen=True)
class _Pairs:
    """Two divisions, and the shares of their units.

    Attributes
    ----------
    old, new : pandas.DataFrame
        `vintage, pcode, name`, by place.
    shares : pandas.DataFrame
        `i, j, old_share, new_share, shared_sqkm`, place -1 for none.
    rough : set of int
        Places of new units of which it is known that shares are not exact.
    """

    old: pd.DataFrame
    new: pd.DataFrame
    shares: pd.DataFrame
    rough: frozenset[int] = frozenset()


def _of_layers(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> _Pairs:
    for what, units in (("old", old), ("new", new)):
        require_columns(units, (*_TEXTS, "geometry"), what=what)
        require_one_vintage(units["vintage"], what=what)
        require_geographic(units, what=what)
    _require_one_level(old, new)
    there = area_shares(old, new).rename(columns={"at": "i", "to": "j", "weight": "old_share"})
    back = area_shares(new, old).rename(columns={"at": "j", "to": "i", "weight": "new_share"})
    keys = ["i", "j"]
    shares = there[[*keys, "old_share"]].merge(back[[*keys, "new_share"]], on=keys, how="outer")
    areas = pd.Series(area_sqkm(old.geometry)), pd.Series(area_sqkm(new.geometry))
    of_old, of_new = shares["i"].map(areas[0]), shares["j"].map(areas[1])
    shared = (shares["old_share"] * of_old).fillna(shares["new_share"] * of_new)
    return _Pairs(_named(old), _named(new), shares.assign(shared_sqkm=shared).fillna(0.0))


def _require_one_level(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> None:
    levels = [sorted(set(one["level"].dropna())) if "level" in one else [] for one in (old, new)]
    if levels[0] and levels[1] and levels[0] != levels[1]:
        told = [", ".join(map(str, one)) for one in levels]
        raise ArgumentError(
            f"the old units are of level {told[0]} and the new ones of level {told[1]}: "
            "compare units of one level"
        )


def _named(units: pd.DataFrame) -> pd.DataFrame:
    plain = pd.DataFrame(units)[list(_TEXTS)].reset_index(drop=True)
    return plain.astype("string")


def _of_vintages(old: str, new: str) -> _Pairs:
    """Take the nesting of the later division in the earlier one; what it cannot say is missing."""
    units = catalog.load_table("reference", "units")
    for vintage in (old, new):
        require_known(vintage, list(units["vintage"].unique()), what="vintage")
    ends = [_named(units[units["vintage"] == vintage]) for vintage in (old, new)]
    onward = old < new
    later, earlier = (new, old) if onward else (old, new)
    weights = crosswalk(later, earlier)  # each unit of the later one lies in one of the earlier
    place = [{name: at for at, name in enumerate(one["name"])} for one in ends]
    columns = ("to_name", "from_name") if onward else ("from_name", "to_name")
    shares = pd.DataFrame({
        key: weights[column].map(where).astype("int64")
        for key, column, where in zip(("i", "j"), columns, place, strict=True)
    })  # fmt: skip
    home, part = ("i", "j") if onward else ("j", "i")
    alone = shares.groupby(home)[part].transform("size") == 1
    inner, outer = ("new_share", "old_share") if onward else ("old_share", "new_share")
    exact = weights["exact"].to_numpy(dtype=bool)
    shares[inner] = np.where(exact | ~alone, 1.0, np.nan)
    shares[outer] = np.where(alone & exact, 1.0, np.nan)
    rough = frozenset(shares.loc[~exact, "j"].tolist())
    return _Pairs(ends[0], ends[1], shares.assign(shared_sqkm=np.nan), rough)


def _classified(pairs: _Pairs, tolerance: float) -> pd.DataFrame:
    shares = pairs.shares.sort_values(["i", "j"], ignore_index=True)
    both = shares[(shares["i"] >= 0) & (shares["j"] >= 0)]
    large = (both["old_share"] > tolerance) | (both["new_share"] > tolerance)
    linked = both[large | both[["old_share", "new_share"]].isna().all(axis="columns")]
    rows = [*_links(linked, pairs, tolerance), *_edges(shares, linked, tolerance)]
    rows += _reused(linked, pairs)
    rows.sort(key=lambda row: (row["i"] < 0, row["i"], row["j"] < 0, row["j"], row["change"]))
    return _described(rows, pairs)


def _links(linked: pd.DataFrame, pairs: _Pairs, tolerance: float) -> Iterator[dict[str, Any]]:
    """Say what each pair of units is that share more than a sliver."""
    from_old, from_new = linked["new_share"] > MOST, linked["old_share"] > MOST
    splits = from_old & (from_old.groupby(linked["i"]).transform("sum") > 1)
    merges = from_new & (from_new.groupby(linked["j"]).transform("sum") > 1)
    whole = linked[["old_share", "new_share"]].min(axis="columns", skipna=False) >= 1.0 - tolerance
    unknown = linked[["old_share", "new_share"]].isna().any(axis="columns")
    for at, row in enumerate(linked.to_dict("records")):
        if splits.iloc[at]:
            yield {**row, "change": "split"}
        if merges.iloc[at]:
            yield {**row, "change": "merged"}
        if splits.iloc[at] or merges.iloc[at]:
            continue
        if whole.iloc[at]:
            yield {**row, **_identity(row, pairs)}
        elif from_old.iloc[at] or from_new.iloc[at] or unknown.iloc[at]:
            yield {**row, "change": "moved"}
        else:
            yield {**row, "change": "ceded"}


def _identity(row: Mapping[Any, Any], pairs: _Pairs) -> dict[str, str]:
    """Compare code and name of a unit whose outline is the same."""
    old, new = pairs.old.iloc[int(row["i"])], pairs.new.iloc[int(row["j"])]
    named = _differ(old["name"], new["name"])
    coded = _differ(old["pcode"], new["pcode"])
    change = "_".join([*["renamed"] * named, *["recoded"] * coded]) or "same"
    alike = named and _plain(old["name"]) == _plain(new["name"])
    return {"change": change, **({"note": SPELLING} if alike else {})}


def _differ(one: Any, other: Any) -> bool:
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) != pd.isna(other))
    return bool(one != other)


def _plain(name: Any) -> str:
    return "" if pd.isna(name) else normalise(str(name))


def _edges(
    shares: pd.DataFrame, linked: pd.DataFrame, tolerance: float
) -> Iterator[dict[str, Any]]:
    """Say which units have no counterpart, and which parts lie in no unit of the other side."""
    for side, other, share, change in (
        ("i", "j", "old_share", "gone"),
        ("j", "i", "new_share", "new"),
    ):
        known = set(linked[side])
        for at in sorted(set(shares[side]) - {_NOWHERE} - known):
            yield {side: at, other: _NOWHERE, "change": change}
        open_ends = shares[(shares[other] == _NOWHERE) & (shares[share] > tolerance)]
        for row in open_ends.to_dict("records"):
            if row[side] in known:
                kept = {share: row[share], "shared_sqkm": row["shared_sqkm"]}
                yield {side: row[side], other: _NOWHERE, "change": "ceded", **kept}


def _reused(linked: pd.DataFrame, pairs: _Pairs) -> Iterator[dict[str, Any]]:
    """Find codes that stood for a unit of which the new one has not the larger part."""
    codes = pairs.old["pcode"].dropna()
    before = {code: int(at) for at, code in codes[~codes.duplicated(keep=False)].items()}
    main = linked[~((linked["old_share"] <= MOST) & (linked["new_share"] <= MOST))]
    kept = set(zip(main["i"], main["j"], strict=True))
    for at, code in pairs.new["pcode"].dropna().items():
        if code in before and (before[code], at) not in kept:
            yield {"i": before[code], "j": int(at), "change": "code_reused"}


def _described(rows: list[dict[str, Any]], pairs: _Pairs) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["i", "j", *UNIT_CHANGES]).reset_index(drop=True)
    for side, units, key in (("old", pairs.old, "i"), ("new", pairs.new, "j")):
        at = frame[key].fillna(_NOWHERE).astype("int64").to_numpy()
        for column in _TEXTS:
            values = np.append(units[column].astype("object").to_numpy(), [pd.NA])
            frame[f"{side}_{column}"] = pd.array(values[at], dtype="string")
    rough = frame["j"].isin(pairs.rough) & frame["note"].isna()
    frame["note"] = frame["note"].astype("string").mask(rough, ROUGH)
    numbers = ["old_share", "new_share", "shared_sqkm"]
    frame.loc[frame["j"].isin(pairs.rough), numbers] = np.nan
    frame = frame.astype(dict.fromkeys(numbers, "Float64") | {"change": "string"})
    return frame[list(UNIT_CHANGES)]
