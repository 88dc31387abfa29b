"""What is left of three made-up datasets when they are released for the public."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

import maligeo
from benchmarks import made_up
from benchmarks.measuring import print_table
from maligeo.disclosure import cells as lattice
from maligeo.disclosure.datasets import Dataset
from maligeo.disclosure.incidents import Listed, released_cells
from maligeo.disclosure.partition import WHOLE_YEAR
from maligeo.disclosure.policy import rules_for
from maligeo.disclosure.store import Store

SIZES = (400, 4_000, 40_000)
KEY = bytes(range(32))  # always the same, so that the chances are
MANY, NEAR = 10, 5  # incidents of a region and year, and how far off they may be

_LATTICE = {(1, True): "Regions by year", (1, False): "Regions by quarter",
            (2, True): "Cercles by year"}  # fmt: skip
_MEASURES = ("incidents", "victims", "killed", "injured", "civilians", "civilians_killed",
             "civilians_injured")  # fmt: skip


def run(_: int = 0) -> None:
    """Release each dataset into a store of its own, and say what can be read."""
    released_of = {size: released(size) for size in SIZES}
    columns = ["measure"]
    for size in SIZES:
        columns += [f"{size:,}: number / fewer than 5 / withheld", "error: mean (largest)"]
    for (level, by_year), title in _LATTICE.items():
        rows = []
        for measure in _MEASURES:
            row = [measure]
            for cells in released_of.values():
                row += shown(_chosen(cells, level, by_year=by_year, measure=measure))
            rows.append(row)
        print_table(title, columns, rows)
    columns = ["incidents", "cells", "given up by the proofs",
               f"region-years of {MANY} and more", f"shown within ±{NEAR}"]  # fmt: skip
    rows = [[f"{size:,}", *whole(cells)] for size, cells in released_of.items()]
    print_table("All cells", columns, rows)


def released(size: int) -> pd.DataFrame:
    """Release a dataset; give its cells with the true number, and with what the proofs took.

    Returns
    -------
    pandas.DataFrame
        The cells of units, with `true` and `before_proofs`, their state without proofs.
    """
    units = made_up.cercles()
    located = maligeo.with_coverage(maligeo.locate(made_up.incidents(size), units), made_up.COVERS)
    rules = rules_for("public")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "key").write_text(KEY.hex(), encoding="ascii")
        store = Store.open(folder)
        as_of = pd.Timestamp(made_up.AS_OF)
        final = released_cells(Listed(located, units), rules=rules, store=store, as_of=as_of).cells
        (kept,) = store.datasets().values()
        dataset = Dataset(kept)
        frozen = dataset.editions[0].frozen(dataset.division)
        counted = lattice._counted(lattice._lattice(frozen), frozen)
        stated = lattice._stated(counted, lattice.Means(rules.protection, KEY, dataset.name))
    of_measure = [
        row[row.measure] if row.measure != "incidents" else row["records"]
        for _, row in stated.iterrows()
    ]
    known = stated[lattice.CELL].assign(true=of_measure, before_proofs=stated["state"])
    joined = final.merge(known, on=lattice.CELL, validate="one_to_one")
    return joined[~joined["region"].str.startswith("(")].reset_index(drop=True)


def _chosen(cells: pd.DataFrame, level: int, *, by_year: bool, measure: str) -> pd.DataFrame:
    yearly = cells["quarter"] == WHOLE_YEAR
    chosen = (cells["level"] == level) & (yearly == by_year) & (cells["measure"] == measure)
    return cells[chosen]


def shown(cells: pd.DataFrame) -> list[str]:
    """Say what share of cells is a number, small, or withheld, and how far numbers are off."""
    number, small = (cells["state"] == state for state in (lattice.NUMBER, lattice.SMALL))
    shares = (number, small, ~number & ~small)
    parts = " / ".join(f"{100 * share.mean():.0f}" for share in shares)
    off = (cells["count"] - cells["true"])[cells["state"] == lattice.NUMBER].abs()
    return [f"{parts} %", f"{off.mean():.1f} ({off.max():.0f})" if len(off) else "–"]


def whole(cells: pd.DataFrame) -> list[str]:
    """Say what the proofs took, and how well region-years of many incidents are shown."""
    shown = (lattice.NUMBER, lattice.SMALL)
    lost = ~cells["state"].isin(shown) & cells["before_proofs"].isin(shown)
    years = _chosen(cells, 1, by_year=True, measure="incidents")
    many = years[years["true"] >= MANY]
    good = (many["state"] == lattice.NUMBER) & ((many["count"] - many["true"]).abs() <= NEAR)
    return [f"{len(cells):,}", f"{100 * lost.mean():.1f} %", str(len(many)),
            f"{100 * good.mean():.0f} %"]  # fmt: skip


if __name__ == "__main__":
    run()
