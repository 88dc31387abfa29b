"""IATI activities, streamed: places, sectors, status, and money added up by currency."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import Element, tostring

import geopandas as gpd
import pandas as pd

from maligeo import catalog
from maligeo.core.errors import Fault, InputFileError
from maligeo.core.placenames import ALIAS_SEPARATOR
from maligeo.core.xml import children, read_root
from maligeo.readers.formats import read_catalogue
from maligeo.readers.project_frames import (
    designated_level,
    in_country,
    on_globe,
    position_fault,
    project_frame,
)
from maligeo.readers.quarantine import Faults, Gate
from maligeo.readers.reading import ATTRIBUTE, Reading

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_REVISED: Final = "2"

Sums = dict[str, float]


def read_money(element: Element, number: int, faults: list[Fault]) -> dict[str, Any]:
    """Add up the money of an activity.

    The budget is the sum of its budgets, where a revised one takes the place of those
    whose period it touches; without budgets it is the sum of outgoing commitments, and
    `note` says so. Amounts in several currencies are never added: they stand in `note`.

    Parameters
    ----------
    element : xml.etree.ElementTree.Element
        `iati-activity`.
    number : int
        Its number in the file, for the faults.
    faults : list of Fault
        Takes what is found: values that are no numbers, currencies that are not said.

    Returns
    -------
    dict
        `budget_amount, budget_currency, donor_amount, disbursed_amount, note`.
    """
    kinds = read_catalogue("projects_iati")["transactions"]
    budgets = _sum(element, _valid_budgets(element), number, faults)
    spent = {name: _sum_of(element, codes, number, faults) for name, codes in kinds.items()}
    notes = []
    if not budgets and spent["commitment"]:
        budgets = spent["commitment"]
        notes.append("budget: sum of outgoing commitments")
    known = [sums for sums in (budgets, spent["disbursed"], spent["donor"]) if sums]
    currency = next(iter(known[0])) if known and len(known[0]) == 1 else None
    money: dict[str, Any] = {"budget_currency": currency}
    columns = (
        ("budget_amount", budgets),
        ("donor_amount", spent["donor"]),
        ("disbursed_amount", spent["disbursed"]),
    )
    for column, sums in columns:
        alone = currency is not None and list(sums) == [currency]
        money[column] = sums[str(currency)] if alone else None
        if sums and not alone:
            listed = " + ".join(f"{amount:.2f} {code}" for code, amount in sorted(sums.items()))
            notes.append(f"{column}: {listed}")
    money["note"] = "; ".join(notes) or None
    return money


def _valid_budgets(element: Element) -> list[Element]:
    """Give the revised budgets, and of the original ones those that none has replaced."""
    budgets = element.findall("budget")
    revised = [budget for budget in budgets if budget.get("type") == _REVISED]
    spans = [_span(budget) for budget in revised]
    original = [
        budget
        for budget in budgets
        if budget.get("type") != _REVISED
        and not any(start <= _span(budget)[1] and _span(budget)[0] <= end for start, end in spans)
    ]
    return revised + original


def _span(budget: Element) -> tuple[str, str]:
    """Give first and last day as text, which compares as dates do."""
    start, end = (budget.find(name) for name in ("period-start", "period-end"))
    return (
        (start.get("iso-date") or "") if start is not None else "",
        (end.get("iso-date") or "9999") if end is not None else "9999",
    )


def _sum_of(element: Element, codes: list[str], number: int, faults: list[Fault]) -> Sums:
    wanted = []
    for transaction in element.findall("transaction"):
        kind = transaction.find("transaction-type")
        if kind is not None and (kind.get("code") or "").strip() in codes:
            wanted.append(transaction)
    return _sum(element, wanted, number, faults)


def _sum(element: Element, entries: list[Element], number: int, faults: list[Fault]) -> Sums:
    default = element.get("default-currency")
    amounts: dict[str, list[float]] = {}
    for entry in entries:
        value = entry.find("value")
        text = "" if value is None else (value.text or "").strip()
        currency = None if value is None else (value.get("currency") or default)
        column = f"{entry.tag}/value"
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            faults.append(Fault(number, column, text or None, "is no number"))
        elif currency is None or not _CURRENCY.fullmatch(currency.strip()):
            faults.append(Fault(number, column, text, f"is in no known currency ({currency})"))
        else:
            amounts.setdefault(currency.strip(), []).append(float(text))
    return {currency: math.fsum(values) for currency, values in amounts.items()}


_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2}|T.*)?")
_EARLIEST_YEAR: Final = 1900
_TOLERANCE: Final = 0.5  # of a hundred: shares are often rounded to whole numbers

Row = dict[str, Any]


class Activity(NamedTuple):
    """What one activity says.

    Attributes
    ----------
    identifier : str or None
        Its IATI identifier.
    rows : list of dict
        One per place; the columns of projects, with `lon` and `lat`.
    faults : list of Fault
        What is wrong with it.
    swapped : int
        How many of its positions were swapped.
    """

    identifier: str | None
    rows: list[Row]
    faults: list[Fault]
    swapped: int = 0


def read_activity(element: Element, number: int, *, swap: bool = False) -> Activity:
    """Read an activity.

    Parameters
    ----------
    element : xml.etree.ElementTree.Element
        `iati-activity`, complete.
    number : int
        Its number in the file, from 1.
    swap : bool, default False
        Swap the positions that fall in the country only when swapped.

    Returns
    -------
    Activity
    """
    faults: list[Fault] = []
    swapped = _swap_positions(element) if swap else 0
    identifier = text_of(element.find("iati-identifier"))
    if identifier is None:
        faults.append(Fault(number, "iati-identifier", None, "is missing"))
    common = _common(element, number, faults)
    common["project_id"] = identifier
    faults += _share_faults(element, number)
    rows = []
    for place in _places(element, number, faults):
        notes = [note for note in (common.get("note"), place.pop("note", None)) if note]
        rows.append(common | place | {"note": "; ".join(notes) or None})
    return Activity(identifier, rows, faults, swapped)


def concerns_country(element: Element) -> bool:
    """Tell whether an activity has to do with the country, or does not say with which.

    It does where a recipient country, of the activity or of a transaction, or the code of
    a location is the country's; where it names no recipient, also by a position inside.
    """
    code = str(catalog.country()["iso2"])
    recipients = _recipients(element)
    if any(_code(found) == code for found in recipients):
        return True
    gazetted = [
        *element.findall("location/location-id"),
        *element.findall("location/administrative"),
    ]
    if any(found.get("vocabulary") == "A4" and _code(found) == code for found in gazetted):
        return True
    if recipients or element.findall("recipient-region"):
        return False
    spots = [_position(found) for found in element.findall("location")]
    known = [spot for spot in spots if spot is not None]
    return not known or any(in_country(*spot) or in_country(*spot[::-1]) for spot in known)


def text_of(element: Element | None) -> str | None:
    """Give the text of an element, or of its first narrative; None where there is none."""
    if element is None:
        return None
    for found in (element, *element.findall("narrative")):
        text = " ".join((found.text or "").split())
        if text:
            return text
    return None


def _common(element: Element, number: int, faults: list[Fault]) -> Row:
    """Read what belongs to the activity and not to a place."""
    codes = read_catalogue("projects_iati")
    money = read_money(element, number, faults)
    parents = [
        found.get("ref")
        for found in element.findall("related-activity")
        if found.get("type") == "1"
    ]
    row: Row = {
        "title": text_of(element.find("title")),
        "programme": _join(parents),
        "organisation": _organisation(element.find("reporting-org")),
        "sector": _join([text_of(found) or _code(found) for found in element.findall("sector")]),
        "status": _listed(element.find("activity-status"), codes["status"], number, faults),
    } | money
    for column, role in codes["roles"].items():
        found = [org for org in element.findall("participating-org") if org.get("role") == role]
        row[column] = _join([_organisation(org) for org in found])
    row |= _dates(element, number, faults)
    return row


def _organisation(element: Element | None) -> str | None:
    return None if element is None else text_of(element) or element.get("ref")


def _dates(element: Element, number: int, faults: list[Fault]) -> Row:
    """Read the actual start and end, or the planned ones where there are no actual ones."""
    found = {date.get("type"): date.get("iso-date") for date in element.findall("activity-date")}
    row: Row = {}
    for column, kinds in read_catalogue("projects_iati")["dates"].items():
        given = next((found[kind] for kind in kinds if found.get(kind)), None)
        row[column] = None if given is None else _day(given)
        if given is not None and row[column] is None:
            reason = f"is no date like 2021-09-30 after the year {_EARLIEST_YEAR}"
            faults.append(Fault(number, "activity-date", given, reason))
    start, end = row["start_date"], row["end_date"]
    if start is not None and end is not None and end < start:
        faults.append(Fault(number, "activity-date", f"{end:%Y-%m-%d}", "ends before it starts"))
    return row


def _day(text: str) -> pd.Timestamp | None:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        day = pd.Timestamp(match[1])
    except ValueError:
        return None
    return day if day.year >= _EARLIEST_YEAR else None


def _share_faults(element: Element, number: int) -> list[Fault]:
    """Find percentages that do not add up to 100, where every part has one."""
    groups: dict[str, list[str | None]] = {}
    for found in element.findall("sector"):
        kind = f"sector of vocabulary {found.get('vocabulary') or '1'}"
        groups.setdefault(kind, []).append(found.get("percentage"))
    for found in (*element.findall("recipient-country"), *element.findall("recipient-region")):
        if (found.get("vocabulary") or "1") == "1":
            groups.setdefault("recipient-country and -region", []).append(found.get("percentage"))
    faults = []
    for kind, given in groups.items():
        shares = [_number(text) for text in given if text is not None]
        total = math.fsum(share for share in shares if share is not None)
        if None in shares or any(share is not None and share < 0 for share in shares):
            faults.append(Fault(number, kind, ", ".join(filter(None, given)), "is no percentage"))
        elif total > 100 + _TOLERANCE or (len(shares) == len(given) and total < 100 - _TOLERANCE):
            faults.append(Fault(number, kind, f"{total:g}", "percentages do not add up to 100"))
    return faults


def _swap_positions(element: Element) -> int:
    """Turn the positions around that fall in the country only then; say how many."""
    swapped = 0
    for found in element.findall("location/point/pos"):
        spot = _position_of(found)
        if spot is not None and not in_country(*spot) and in_country(*spot[::-1]):
            found.text = f"{spot[0]!r} {spot[1]!r}"
            swapped += 1
    return swapped


def _places(element: Element, number: int, faults: list[Fault]) -> Iterator[Row]:
    """Read the locations, and the countries that have none."""
    country = catalog.country()
    recipients = _recipients(element)
    home = [found for found in recipients if _code(found) == country["iso2"]]
    others = [found for found in recipients if _code(found) != country["iso2"]]
    others += element.findall("recipient-region")
    inside = False
    for location in element.findall("location"):
        row = _location(location, number, faults, alone=not others)
        inside = inside or row["place_level"] != "abroad"
        yield row
    if home and not inside:
        yield {
            "place": country["name_fr"], "place_level": "country",
            "location_precision": "country", "place_share": _share(home[0]),
        }  # fmt: skip
    for found in others:
        yield {
            "place": text_of(found) or _code(found), "place_level": "abroad",
            "place_share": _share(found),
        }  # fmt: skip
    if not (inside or home or others or element.findall("location")):
        yield {"place_level": "unattributed"}


def _recipients(element: Element) -> list[Element]:
    """Give the countries of an activity, else those of its transactions, each once."""
    found = element.findall("recipient-country")
    within = {_code(entry): entry for entry in element.findall("transaction/recipient-country")}
    return found or list(within.values())


def _location(location: Element, number: int, faults: list[Fault], *, alone: bool) -> Row:
    """Read a location; `alone` says that the activity takes place in one country only."""
    codes = read_catalogue("projects_iati")
    spot = _position(location)
    written = text_of(location.find("point/pos"))
    reason = None
    if written is not None:
        reason = position_fault(*spot) if spot else 'is not two numbers, "latitude longitude"'
    abroad = spot is not None and not alone and on_globe(*spot) and not in_country(*spot)
    if reason is not None and not abroad:
        faults.append(Fault(number, "point/pos", written, reason))
    level = "abroad" if abroad else _level(location, codes, spot)
    exactness = _listed(location.find("exactness"), codes["exactness"], number, faults)
    administrative = level is not None and (level.startswith("adm") or level == "country")
    return {
        "place": text_of(location.find("name")) or text_of(location.find("description")),
        "place_level": level,
        "place_share": _share(location),
        "reach": _listed(location.find("location-reach"), codes["reach"], number, faults),
        "location_precision": level if administrative else exactness,
        "location_code": _location_codes(location),
        "note": text_of(location.find("activity-description")),
        "lon": spot[0] if spot else None,
        "lat": spot[1] if spot else None,
    }


def _level(
    location: Element, codes: dict[str, Any], spot: tuple[float, float] | None
) -> str | None:
    designated = designated_level(_code(location.find("feature-designation")))
    if designated is not None:
        return designated
    kind = _code(location.find("location-class"))
    if kind in codes["place_level"]:
        return str(codes["place_level"][kind])
    levels = [found.get("level") for found in location.findall("administrative")]
    depths = [int(level) for level in levels if level in ("1", "2", "3")]
    if kind == "1" and depths:
        return f"adm{max(depths)}"
    return "unattributed" if spot is None else "site"


def _location_codes(location: Element) -> str | None:
    """Join the codes of a location and of the areas around it: "G1:2453348|A1:1234@1"."""
    found = [
        f"{entry.get('vocabulary') or ''}:{entry.get('code') or ''}"
        + (f"@{entry.get('level')}" if entry.get("level") else "")
        for entry in (*location.findall("location-id"), *location.findall("administrative"))
    ]
    return _join(found)


def _position(location: Element) -> tuple[float, float] | None:
    return _position_of(location.find("point/pos"))


def _position_of(found: Element | None) -> tuple[float, float] | None:
    """Read "latitude longitude" and give longitude, latitude."""
    parts = [_number(part) for part in (text_of(found) or "").split()]
    if len(parts) != 2 or parts[0] is None or parts[1] is None:
        return None
    return parts[1], parts[0]


def _number(text: str | None) -> float | None:
    """Read a decimal number of XML Schema, or None."""
    if text is None or not _NUMBER.fullmatch(text.strip()):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _share(found: Element) -> float | None:
    percentage = _number(found.get("percentage"))
    return None if percentage is None else percentage / 100


def _listed(
    found: Element | None, meanings: dict[str, str], number: int, faults: list[Fault]
) -> str | None:
    code = _code(found)
    if found is None or code is None:
        return None
    if code not in meanings:
        faults.append(Fault(number, found.tag, code, f"is none of {', '.join(meanings)}"))
    return meanings.get(code)


def _code(found: Element | None) -> str | None:
    return None if found is None else (found.get("code") or "").strip() or None


def _join(texts: Sequence[str | None]) -> str | None:
    return ALIAS_SEPARATOR.join(dict.fromkeys(text for text in texts if text)) or None


ROOT: Final = "iati-activities"

_CHUNK: Final = 2_000


class _Batch:
    """Activities that were read and not yet passed on."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.numbers: list[int] = []
        self.faults: list[Fault] = []
        self.verbatim: dict[int, dict[str, str | None]] = {}

    def take(self, rows: list[Row], faults: list[Fault], number: int, element: Element) -> None:
        self.rows += rows
        self.numbers += [number] * len(rows)
        self.faults += faults
        if faults:
            self.verbatim[number] = {
                "iati-identifier": text_of(element.find("iati-identifier")),
                "xml": tostring(element, encoding="unicode").strip(),
            }

    def release(self, gate: Gate) -> gpd.GeoDataFrame:
        """Pass the rows through the gate."""
        index = pd.Index(self.numbers, name="row", dtype="int64")
        frame = project_frame(pd.DataFrame(self.rows, index=index))
        raw = pd.DataFrame.from_dict(
            self.verbatim, orient="index", columns=["iati-identifier", "xml"], dtype="string"
        )
        return gate.pass_rows(frame, raw, Faults(self.faults))


def read_iati(
    path: str | Path,
    *,
    on_invalid: str = "raise",
    rejects: str | Path | None = None,
    swap_coordinates: bool = False,
) -> gpd.GeoDataFrame:
    """Read the activities of an IATI file that concern the country.

    Parameters
    ----------
    path : str or pathlib.Path
        XML of the IATI standard 2.01 to 2.03, root element `iati-activities`.
    on_invalid : {"raise", "quarantine"}, default "raise"
        What happens to activities with faults.
    rejects : path, optional
        With "quarantine": CSV file that takes them, `row` being the number of the
        activity in the file and `xml` the activity.
    swap_coordinates : bool, default False
        Swap the positions that fall in the country only when swapped.

    Returns
    -------
    geopandas.GeoDataFrame, EPSG:4326
        One row per activity and place, columns as `maligeo.core.columns.PROJECTS`, then
        `location_code` ("vocabulary:code@level", joined by "|") and `geometry`.
        `attrs` counts activities: `rows_in_file`, `rows_left_out` (about other countries),
        `rows_rejected`, and locations: `rows_swapped`.

    Raises
    ------
    InputFileError
        If the file is no such XML, is of another version, or declares a document type.
    FrameError
        With every fault, unless quarantined.
    """
    source = Path(path)
    gate = Gate(f"IATI activities in {source}", on_invalid, rejects)
    _require_version(source)
    reading = _ActivityFile(source, swap_coordinates)
    with gate:
        parts = [batch.release(gate) for batch in reading.batches()]
    filled = [part for part in parts if len(part)] or parts[-1:]
    frame = pd.concat(filled, ignore_index=True)
    frame.attrs = {
        "format": "iati",
        "rows_in_file": reading.number,
        "rows_left_out": reading.left_out,
        "rows_rejected": gate.rejected,
        "rows_swapped": reading.swapped,
        ATTRIBUTE: Reading(
            "iati",
            used={},
            rows_in_file=reading.number,
            rows_read=reading.number - reading.left_out - gate.rejected,
            rows_left_out=reading.left_out,
            rows_rejected=gate.rejected,
        ),
    }
    return frame


class _ActivityFile:
    """One file being read, and what was counted on the way."""

    def __init__(self, path: Path, swap: bool) -> None:
        self._path = path
        self._swap = swap
        self._seen: dict[str, int] = {}
        self.number = self.left_out = self.swapped = 0

    def batches(self) -> Iterator[_Batch]:
        """Read the file, a few thousand activities at a time."""
        batch = _Batch()
        for element in children(self._path, "iati-activity", root=ROOT):
            self.number += 1
            if concerns_country(element):
                self._take(element, batch)
            else:
                self.left_out += 1
            if self.number % _CHUNK == 0:
                yield batch
                batch = _Batch()
        yield batch

    def _take(self, element: Element, batch: _Batch) -> None:
        activity = read_activity(element, self.number, swap=self._swap)
        first = self._seen.setdefault(activity.identifier or f"#{self.number}", self.number)
        if first != self.number:
            reason = f"stands already in activity {first}"
            fault = Fault(self.number, "iati-identifier", activity.identifier, reason)
            activity.faults.append(fault)
        for row in activity.rows:
            row["source"] = f"IATI: {self._path.name}, activity {self.number}"
        self.swapped += activity.swapped
        batch.take(activity.rows, activity.faults, self.number, element)


def _require_version(path: Path) -> None:
    root = read_root(path)
    if root.name != ROOT:
        raise InputFileError(f"{path}: the root element is {root.name!r}, not {ROOT!r}")
    wanted = read_catalogue("projects_iati")["versions"]
    version = root.attributes.get("version", "").strip()
    if not version.startswith(wanted):
        raise InputFileError(
            f"{path} is of IATI version {version or 'unknown'}; {wanted}01 to {wanted}03 are read"
        )
