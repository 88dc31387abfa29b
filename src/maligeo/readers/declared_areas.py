"""Areas as people declare them: a figure, and its unit in the cell, the heading or the field."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import pandas as pd

from maligeo.core.placenames import without_accents
from maligeo.readers.cells import values
from maligeo.readers.files.tables import TEXT
from maligeo.readers.formats import SourceFormat, column_key, plain_key
from maligeo.readers.quarantine import Faults

BARE: Final = "declared_area"  # the field whose unit is not in its name
_SAY: Final = (
    'say --column "declared_area_ha={name}" if it is hectares, declared_area_sqm if square '
    "metres, declared_area_sqkm if square kilometres"
)


class DeclaredAreas(NamedTuple):
    """Areas as they are declared.

    Attributes
    ----------
    sqm : pandas.Series of Float64
        Square metres; missing where nothing is declared, or in no unit.
    unsaid : pandas.Series of bool
        Which rows have a figure without a unit.
    """

    sqm: pd.Series
    unsaid: pd.Series


def with_unit(found: Mapping[str, str], form: SourceFormat) -> dict[str, str]:
    """Give the fields with that of the declared area in the unit that its heading names."""
    unit = heading_unit(found.get(BARE, ""), form.settings["area_words"])
    others = {ours: name for ours, name in found.items() if ours != BARE}
    return dict(found) if unit is None else {**others, unit: found[BARE]}


def declared_column(found: Mapping[str, str]) -> str | None:
    """Give the field that holds the declared area: one in a stated unit, else the bare one."""
    fields = [ours for ours in found if ours.startswith(BARE)]
    return max(fields, key=len) if fields else None


def parse_areas(
    texts: pd.Series, field: str, form: SourceFormat, *, decimal: str | None
) -> tuple[DeclaredAreas, Faults]:
    """Read areas such as "12 ha", "3 500 m²", "1,2 km2", or figures under a unit.

    Parameters
    ----------
    texts : pandas.Series of str
    field : str
        What the column is: "declared_area", or with the suffix of the unit of its figures.
    form : SourceFormat
        With `area_units` and `area_words` among its settings.
    decimal : {",", "."} or None
        As for `parse_numbers`.

    Returns
    -------
    areas : DeclaredAreas
    faults : Faults
        Of figures; that units are not said is left to who knows whether they are needed.
    """
    sizes: Mapping[str, float] = form.settings["area_units"]
    words: Mapping[str, Sequence[str]] = form.settings["area_words"]
    unit = field if field in sizes else None
    cells = texts.map(lambda cell: _apart(cell, words), na_action="ignore")
    figures = cells.map(lambda pair: pair[0], na_action="ignore").astype(TEXT)
    units = cells.map(lambda pair: pair[1] or unit, na_action="ignore")
    numbers, faults = values.parse_numbers(figures, decimal=decimal)
    faults.add(numbers < 0, str(texts.name), texts, "is negative")
    factors = units.map(sizes, na_action="ignore").astype("Float64")
    return DeclaredAreas(numbers * factors, numbers.notna() & factors.isna()), faults


def heading_unit(heading: str, words: Mapping[str, Sequence[str]]) -> str | None:
    """Give the field in the one unit that a heading names, as "Superficie (ha)" does; or None."""
    plain = without_accents(heading).lower()
    named = {
        field
        for field, some in words.items()
        if re.search(rf"(?<![a-z0-9])({_alternatives(some)})(?![a-z0-9])", plain)
    }
    return named.pop() if len(named) == 1 else None


def _apart(cell: str, words: Mapping[str, Sequence[str]]) -> tuple[str, str | None]:
    """Take a cell apart into its figure and the unit behind it."""
    plain = without_accents(cell).lower().strip()
    for field, some in words.items():
        found = re.fullmatch(rf"(.*\d[.,]?)\s*({_alternatives(some)})\.?", plain)
        if found:
            return found[1], field
    return cell, None


def _alternatives(words: Sequence[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"[\s_.]*") for word in words)


def unit_faults(texts: pd.Series, unsaid: "pd.Series[bool]") -> Faults:
    """Say how to say the unit: once where no cell has one, else for each that lacks it."""
    name = str(texts.name)
    reason = "does not say the unit of the areas: " + _SAY.format(name=name)
    faults = Faults()
    given = values.strip_missing(texts).notna()
    if bool(unsaid.any()) and bool((unsaid | ~given).all()):
        faults.add(pd.Series([True], [None]), name, pd.Series([None], [None]), reason)
    else:
        faults.add(unsaid, name, texts, f"has no unit: write it, or {_SAY.format(name=name)}")
    return faults


def rival_columns(names: Sequence[str], used: str, form: SourceFormat) -> list[str]:
    """Name the other columns that may be the area of a row, but for the same in another unit."""
    known = {plain_key(name, form.unit_words) for name in form.columns[BARE]}
    own = {
        column_key(name) for field in form.settings["area_units"] for name in form.columns[field]
    }
    if column_key(used) in own:
        return []
    known.discard(plain_key(used, form.unit_words))
    return [name for name in names if plain_key(name, form.unit_words) in known]
