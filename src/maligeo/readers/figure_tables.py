"""Tables of figures: one row for a figure, one column for a measure, or one for a period."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Final

import pandas as pd

from maligeo import catalog
from maligeo.core import columns
from maligeo.core.errors import UnknownNameError
from maligeo.core.placenames import is_countrywide, normalise
from maligeo.readers.cells.periods import lasting, parse_periods, split_headings
from maligeo.readers.cells.values import (
    date_orders,
    each_word,
    have_order,
    parse_numbers,
    strip_missing,
)
from maligeo.readers.cells.words import map_words
from maligeo.readers.figure_totals import find_totals
from maligeo.readers.files.non_records import TOTAL
from maligeo.readers.files.raw import STATED_ORDER, RawFile
from maligeo.readers.files.tables import TEXT, RawTable, join_chunks
from maligeo.readers.formats import (
    AUTO,
    Header,
    SourceFormat,
    column_key,
    load_format,
    meaning_of,
    plain_key,
    word_key,
)
from maligeo.readers.meant_places import read_as_meant, require_in_rows
from maligeo.readers.quarantine import Faults, Gate
from maligeo.readers.reading import ATTRIBUTE, Reading, with_extra

FORMATS: Final = ("figures_hapi", "figures_hdx", "figures_dtm", "plain_figures")
PEOPLE_FORMAT: Final = "plain_population"  # never found by itself: its columns are those of any
PLACES: Final = ("adm1_name", "adm2_name", "adm3_name")
ABROAD: Final = "abroad"
_PROVIDER: Final = "provider_"
_TEXTS: Final = ("who", "device", "basis", "publisher", "note", "source", "vintage")
_ALWAYS: Final = (
    *PLACES, *(f"{_PROVIDER}{place}" for place in PLACES), "unit", "country", "figure_id",
    "date_precision", "event_type",
)  # fmt: skip
_KEY: Final = (*PLACES, "unit", "period_start", "period_end", "measure", "who", "device",
               "publisher")  # fmt: skip
_LAID: Final = frozenset({"ied", "landmine", "ied_mine"})
_EXPLOSIVE: Final = _LAID | {"erw", "mine_erw"}
# In a column of places; what begins with "Ensemble du" is the country.
_TOTAL_OF: Final = re.compile(
    r"\W*((sous|sub|grand)[\s-]*)?tota(l|ux)\b.*|.*\btotal\W*|ensemble\W*", re.IGNORECASE
)
_OF_RECORDS: Final = ("title", "funder", "implementer")
_MEASURE, _VALUE, _SPAN = "measure", "value", ["period_start", "period_end"]


def read_figure_table(file: RawFile, source: str, vintage: str | None, gate: Gate) -> pd.DataFrame:
    """Read a file of figures; as `maligeo.read_figures`."""
    form = file.format(source, among=FORMATS if source == AUTO else (*FORMATS, PEOPLE_FORMAT))
    table = _FigureTable.opened(file, form)
    with gate:
        return table.read(gate, vintage)


@dataclass(frozen=True)
class _FigureTable:
    """A table of figures, and where its measures and periods stand.

    Attributes
    ----------
    file, form : RawFile, SourceFormat
        The file and its make.
    found : mapping of str to str
        Fields of ours to columns.
    raw : RawTable
        All that may be read of it.
    """

    file: RawFile
    form: SourceFormat
    found: Mapping[str, str]
    raw: RawTable

    @classmethod
    def opened(cls, file: RawFile, form: SourceFormat) -> "_FigureTable":
        """Read the cells of a file."""
        found = file.found(form)
        wanted = {*found.values(), *file.reading(form, found).extra}
        table = cls(file, form, found, join_chunks(list(file.chunks(wanted, of_figures=True))))
        table.require_figures()
        return table

    def require_figures(self) -> None:
        """Refuse what is no table of figures: without a period, or without a measure."""
        records = load_format("plain_projects").found_in(Header(self.file.columns))
        single = [records[name] for name in _OF_RECORDS if name in records]
        values = {"file": str(self.file.source)}
        if single and _VALUE not in self.file.source.columns:
            values["column"] = single[0]
            raise UnknownNameError(key="figures_are_records", values=values)
        lacks_period = not (self.period_fields or self.period_headings)
        if lacks_period and not self.form.settings.get("may_lack_period"):
            raise UnknownNameError(key="figures_without_period", values=values)
        if not (self.value_columns or self.period_headings):
            raise UnknownNameError(key="figures_without_value", values=values)
        if any(not measure for measure, _ in self._measured):
            raise UnknownNameError(key="figures_without_measure", values=values)

    @cached_property
    def _known_measures(self) -> list[str]:
        return list(self.form.settings["measures"])

    @cached_property
    def period_fields(self) -> tuple[str, ...]:
        """The fields that say the period of a row, the most exact that are there."""
        choices = (
            ("period_start", "period_end"), ("period",), ("month", "year"), ("quarter", "year"),
            ("date",), ("year",), ("month",), ("quarter",),
        )  # fmt: skip
        return next((one for one in choices if self.found.keys() >= set(one)), ())

    @cached_property
    def period_headings(self) -> dict[str, tuple[str, str]]:
        """Columns of one period each, where no column says the period: to measure and period."""
        if self.period_fields:
            return {}
        used = set(self.found.values())
        return split_headings(name for name in self.raw.frame.columns if name not in used)

    @cached_property
    def value_columns(self) -> dict[str, str]:
        """Columns of one measure each, to the measure; "" where another column says it."""
        if self.period_headings:
            return {}
        if _VALUE in self.found:
            column = self.found[_VALUE]
            is_named = _MEASURE in self.found or not plain_key(column)
            own = "" if is_named or column in self._listed(_VALUE) else self.measure_of(column)
            return {column: own}
        known = {self.found[name]: name for name in self._known_measures if name in self.found}
        return known | {name: name.strip() for name in self._own_measures()}

    @property
    def _measured(self) -> Iterator[tuple[str, str]]:
        """Give what each column of figures counts, and the column."""
        stated = "?" if _MEASURE in self.found else self.form.settings.get(_MEASURE, "")
        for name, (what, _) in self.period_headings.items():
            yield what or stated, name
        for name, what in self.value_columns.items():
            yield what or stated, name

    def _listed(self, field: str) -> frozenset[str]:
        key = {column_key(name) for name in self.form.columns[field]}
        return frozenset(name for name in self.found.values() if column_key(name) in key)

    def _own_measures(self) -> list[str]:
        """Name further columns that hold whole or broken numbers and nothing else."""
        settings = self.form.settings
        if settings.get("only_known"):
            return []
        never = {column_key(name) for name in settings["no_measure"]}
        left = [
            name
            for name in self.file.reading(self.form, self.found).extra
            if column_key(name) not in never and not self._is_relative(name)
        ]
        return [name for name in left if self._is_numbers(self.raw.frame[name])]

    def _is_relative(self, name: str) -> bool:
        words = {*word_key(name).replace("%", " % ").split()}
        return bool(words & set(self.form.settings["no_count"]))

    def _is_numbers(self, cells: pd.Series) -> bool:
        numbers, faults = parse_numbers(cells, decimal=self.raw.decimal)
        return bool(numbers.notna().any()) and not len(faults)

    def measure_of(self, text: str) -> str:
        """Give our word for a measure, or its own."""
        return _measure_words(self.form.name).get(column_key(text)) or _measure_words(
            self.form.name
        ).get(plain_key(text), text.strip())

    def _parsed(self, cells: pd.Series, *, days: bool = False) -> tuple[pd.DataFrame, Faults]:
        settings = self.form.settings
        return parse_periods(
            cells,
            fallback=settings.get("date_order"),
            stated=settings.get(STATED_ORDER),
            days=days,
        )

    def _assumed_order(self, rows: pd.DataFrame) -> str:
        """Give the order of day and month that no date of a column shows."""
        if STATED_ORDER in self.form.settings:
            return ""
        columns = [rows[self.found[field]] for field in self.period_fields]
        unsure = [cells for cells in columns if have_order(cells) and not date_orders(cells)]
        return str(self.form.settings.get("date_order", "")) if unsure else ""

    def texts(self, rows: pd.DataFrame, field: str) -> pd.Series:
        """Give the cells of a field: missing where the file lacks it."""
        if field in self.found:
            return rows[self.found[field]]
        return pd.Series(self.form.constants.get(field, pd.NA), index=rows.index, dtype=TEXT)

    def read(self, gate: Gate, vintage: str | None) -> pd.DataFrame:
        """Give the figures, with the account of what became of the file."""
        rows, faults = self.raw.sound_rows()
        aside = {**self.raw.set_aside, **self._no_figures(rows)}
        rows = rows[~rows.index.isin(list(aside))]
        names, places = read_as_meant(self._names(rows), self.file.source)
        heads = self._heads(rows, names, faults)
        if vintage is not None:
            heads["vintage"] = vintage
        frame = self._figures(rows, heads, faults)
        if not self.form.settings.get("has_rests"):
            totals, unclear = find_totals(frame, self.found)
            faults.extend(unclear)
            aside |= dict.fromkeys(totals, TOTAL)
            frame = frame[~frame.index.isin(totals)]
        self._require_once(frame, faults)
        reading = self._reading()
        good = gate.pass_rows(frame, self.raw.frame, faults)
        if reading.extra:
            good = with_extra(good, self.raw.frame, reading)
        account = replace(
            reading,
            set_aside=dict(sorted(aside.items())),
            filled_down=self.raw.filled_down,
            rows_in_file=len(self.raw.frame) + len(self.raw.set_aside),
            rows_read=good.index.nunique(),
            rows_rejected=gate.rejected,
            date_order=self._assumed_order(rows),
            places=places,
        )
        require_in_rows(self.file.source, [places])
        good.attrs = {"format": self.form.name, ATTRIBUTE: account}
        for name in ("rows_in_file", "rows_left_out", "rows_rejected"):
            good.attrs[name] = getattr(account, name)
        return good

    def _no_figures(self, rows: pd.DataFrame) -> dict[int, str]:
        """Tell the rows that are totals by the name of their place, and those about abroad."""
        found: dict[int, str] = {}
        for field in ("unit", *PLACES):
            cells = self.texts(rows, field)
            is_total = each_word(cells, _total).notna().to_numpy(dtype=bool)
            found |= dict.fromkeys(rows.index[is_total], TOTAL)
        if "country" in self.found:
            cells = strip_missing(rows[self.found["country"]])
            home = {normalise(name) for name in _country_names()}
            abroad = cells.notna() & ~each_word(cells, normalise).isin(home)
            found |= dict.fromkeys(rows.index[abroad.to_numpy(dtype=bool)], ABROAD)
        return found

    def _names(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give what a row says of its place."""
        names = pd.DataFrame({"unit": strip_missing(self.texts(rows, "unit"))}, index=rows.index)
        for place in PLACES:
            own = strip_missing(self.texts(rows, place))
            names[place] = own.fillna(strip_missing(self.texts(rows, f"{_PROVIDER}{place}")))
        return names

    def _heads(self, rows: pd.DataFrame, names: pd.DataFrame, faults: Faults) -> pd.DataFrame:
        """Give what a row says of all its figures."""
        heads = names.copy()
        self._add_units(rows, heads, faults)
        for field in _TEXTS:
            cells = strip_missing(self.texts(rows, field))
            meanings = self._meanings(field)
            if meanings and field == "basis":
                cells = faults.taking(map_words(cells, meanings))
            elif meanings:
                cells = each_word(cells, partial(_meant, meanings))
            heads[field] = cells
        heads["basis"] = heads["basis"].fillna("count")
        heads["source"] = heads["source"].fillna(self.form.label or self.file.name)
        heads[_SPAN] = self._periods(rows, faults) if self.period_fields else pd.NaT
        return heads

    def _meanings(self, field: str) -> Mapping[str, str]:
        """Give the words of a field; devices are named as in lists of incidents, too."""
        own = self.form.values.get(field, {})
        return {**_devices_of_lists(), **own} if own and field == "device" else own

    def _add_units(self, rows: pd.DataFrame, heads: pd.DataFrame, faults: Faults) -> None:
        """Name the unit: as the file does, else by its finest name, or the whole country."""
        unit = heads["unit"]
        for place in reversed(PLACES):
            unit = unit.fillna(heads[place])
        column = next(self.found[one] for one in ("unit", *PLACES) if one in self.found)
        faults.add(unit.isna(), column, rows[column], "names no place")
        whole = each_word(unit, _country).notna()
        heads["unit"] = unit.mask(whole, catalog.country()["name_fr"])
        heads.loc[whole, list(PLACES)] = pd.NA

    def _periods(self, rows: pd.DataFrame, faults: Faults) -> pd.DataFrame:
        first, *rest = self.period_fields
        cells = rows[self.found[first]]
        if rest == ["period_end"]:
            start = faults.taking(self._parsed(cells, days=True))
            ends = rows[self.found["period_end"]]
            end = faults.taking(self._parsed(ends, days=True))
            reversed_ = start["period_start"] > end["period_end"]
            faults.add(reversed_, str(ends.name), ends, "lies before the beginning of its period")
            return start.assign(period_end=end["period_end"])
        if rest:
            year = rows[self.found["year"]]
            alone = cells.str.contains(r"[0-9]{4}").fillna(False).astype(bool)
            cells = cells.where(alone, cells.str.cat(year, sep=" ")).rename(cells.name)
        spans = faults.taking(self._parsed(cells, days=self.period_fields == ("date",)))
        faults.add(
            strip_missing(cells).isna(), str(cells.name), rows[cells.name], "names no period"
        )
        return self._as_precise(rows, spans, faults)

    def _as_precise(self, rows: pd.DataFrame, spans: pd.DataFrame, faults: Faults) -> pd.DataFrame:
        """Lengthen days where another column says that they stand for a month or year."""
        if "date_precision" not in self.found:
            return spans
        known = {word: word for word in columns.WORDS["date_precision"]}
        part = faults.taking(map_words(rows[self.found["date_precision"]], known))
        ends = spans["period_end"].copy()
        for word in part.dropna().unique():
            marked = (part == word).fillna(False) & spans["period_start"].notna()
            ends[marked] = lasting(spans.loc[marked, "period_start"], word)
        return spans.assign(period_end=ends)

    def _figures(self, rows: pd.DataFrame, heads: pd.DataFrame, faults: Faults) -> pd.DataFrame:
        """Give one row for each figure, in the order of rows and columns."""
        pieces = []
        for at, (what, column) in enumerate(self._measured):
            piece = heads.copy()
            if column in self.period_headings:
                piece["period_start"], piece["period_end"] = self._heading_spans[column]
            value, odd = parse_numbers(rows[column], decimal=self.raw.decimal)
            faults.extend(odd)
            faults.add((value < 0).fillna(False), column, rows[column], "is negative")
            piece[_VALUE] = value.astype("Float64")
            piece[_MEASURE] = self._measures(rows, what, column, faults)
            pieces.append(piece.assign(_at=at))
        figures = pd.concat(pieces).rename_axis("row")
        figures = figures.reset_index().sort_values(["row", "_at"], kind="stable")
        figures = figures.set_index("row").drop(columns="_at")
        figures["vintage"] = figures["vintage"].astype(TEXT)
        figures["figure_id"] = self._ids(rows, figures)
        return figures[[*columns.FIGURES, *PLACES]]

    @cached_property
    def _heading_spans(self) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
        """Periods of columns; dates in headings are months if all begin one."""
        texts = [period for _, period in self.period_headings.values()]
        spans, _ = self._parsed(pd.Series(texts, dtype=TEXT))
        return dict(
            zip(self.period_headings, spans.itertuples(index=False, name=None), strict=True)
        )

    def _measures(self, rows: pd.DataFrame, what: str, column: str, faults: Faults) -> pd.Series:
        is_stated = column in self.file.source.columns.values()
        if what in ("", "?"):
            cells = strip_missing(rows[self.found[_MEASURE]])
            faults.add(cells.isna(), self.found[_MEASURE], cells, "names no measure")
            named = each_word(cells, self.measure_of)
        else:
            word = what if what in self._known_measures else self.measure_of(what)
            named = pd.Series(word, index=rows.index, dtype=TEXT)
        if "event_type" in self.found:
            return named.str.cat(strip_missing(rows[self.found["event_type"]]), sep="_")
        return named if is_stated and what else self._of_devices(rows, named)

    def _of_devices(self, rows: pd.DataFrame, named: pd.Series) -> pd.Series:
        """Use the words for explosive incidents where the device says that they are."""
        meanings = self.form.values.get(_MEASURE, {})
        devices = self._meanings("device")
        device = each_word(self.texts(rows, "device"), lambda word: meaning_of(word, devices))
        explosive = device.isin(_EXPLOSIVE).to_numpy(dtype=bool)
        return named.mask(explosive, each_word(named, lambda word: meanings.get(word, word)))

    def _ids(self, rows: pd.DataFrame, figures: pd.DataFrame) -> pd.Series:
        """Give the ids of the file, or make some of what the figures are about."""
        if "figure_id" in self.found:
            return strip_missing(rows[self.found["figure_id"]]).reindex(figures.index)
        days = [figures[end].dt.strftime("%Y-%m-%d") for end in _SPAN]
        names = [figures[name] for name in (*PLACES, "unit", "measure", "who", "device")]
        ids = figures["publisher"].astype(TEXT).fillna("")
        for part in (*days, *names):
            ids = ids.str.cat(each_word(part, word_key).fillna(""), sep="/")
        return ids.str.strip("/").str.lower().str.replace(r"[\s.,]+", "-", regex=True)

    def _require_once(self, figures: pd.DataFrame, faults: Faults) -> None:
        key = ["figure_id"] if "figure_id" in self.found else list(_KEY)
        plain = figures[key].copy()
        for place in {*PLACES, "unit"} & set(key):
            plain[place] = each_word(plain[place], normalise)
        again = plain.duplicated().set_axis(figures.index)
        column = next(self.found[one] for one in ("unit", *reversed(PLACES)) if one in self.found)
        reason = "stands twice for the same place, period and measure: figures are never added here"
        first = again[again]
        first = first[~first.index.duplicated()]
        units = figures["unit"][~figures.index.duplicated()]
        faults.add(first, column, units.reindex(first.index), reason)

    def _reading(self) -> Reading:
        """Account for the columns: measures and periods that were found are used."""
        fields = {*self.period_fields, *_TEXTS, *_ALWAYS}
        if any(what == "?" for what, _ in self._measured):
            fields.add(_MEASURE)
        used = {ours: name for ours, name in self.found.items() if ours in fields}
        for what, column in self._measured:
            ours = next((one for one, name in self.found.items() if name == column), None)
            used[ours or (column if column in self.period_headings else what)] = column
        account = self.file.reading(self.form, used)
        rest = set(self.found.values())  # known, and of no use for a figure: codes, a second date
        kept = [name for name in account.extra if name in {*account.kept, *rest}]
        unknown = {name: ours for name, ours in account.not_understood.items() if name not in rest}
        return replace(account, kept=tuple(kept), not_understood=unknown)


def _total(text: str) -> str | None:
    return TOTAL if _TOTAL_OF.fullmatch(text.strip()) else None


def _meant(meanings: Mapping[str, str], text: str) -> str:
    meant = meaning_of(text, meanings)
    return text if meant is None else meant


@cache
def _devices_of_lists() -> dict[str, str]:
    """Give the words for mines and improvised devices; a rocket, say, may be of a battle."""
    words = load_format("plain_incidents").values["event_type"]
    return {word: meant for word, meant in words.items() if meant in _LAID}


@cache
def _measure_words(form: str) -> dict[str, str]:
    """List the words for measures of a make, in the forms in which headings are compared."""
    known = load_format(form)
    words: dict[str, str] = {}
    for measure in known.settings["measures"]:
        for name in known.columns[measure]:
            words |= {key: measure for key in (plain_key(name), column_key(name)) if key}
    return words


@cache
def _country_names() -> Collection[str]:
    facts = catalog.country()
    return {str(facts[name]) for name in ("iso2", "iso3", "name_fr", "name_en")}


def _country(text: str) -> str | None:
    """Give the name of the country for whatever stands for all of it."""
    home = {normalise(name) for name in _country_names()}
    is_whole = is_countrywide(text) or normalise(text) in home
    return str(catalog.country()["name_fr"]) if is_whole else None
