"""Kinds of change, each named rightly in French and in English."""

import pandas as pd
import pytest

from maligeo.core import columns
from maligeo.text.changes import ORDER, change_sentences, changes_by_kind

RECORD = {"record": "2022-03-05, ied, Konna", "old_id": "7", "new_id": "7", "old_row": "2",
          "new_row": "3"}  # fmt: skip
UNITS = {"old_name": "Gao", "old_pcode": "ML07", "new_name": "Ménaka", "new_pcode": "ML10",
         "old_share": 0.25, "new_share": 1.0}  # fmt: skip
CELL = {
    "name": "Gao", "place_kind": "unit", "measure": "incidents", "field": "count",
    "period_start": pd.Timestamp("2021-01-01"), "period_end": pd.Timestamp("2021-12-31"),
}  # fmt: skip
FRAMES = {
    "records": columns.RECORD_CHANGES, "units": columns.UNIT_CHANGES,
    "cells": columns.CELL_CHANGES, "product": columns.PRODUCT_CHANGES,
}  # fmt: skip
NONE = dict.fromkeys(("old_name", "old_pcode", "old_share"))

SAID: list[tuple[str, dict[str, object], str, str]] = [
    ("records", {**RECORD, "change": "new", "old_id": None},
     "2022-03-05, Engin explosif improvisé (EEI), Konna (7) : nouveau",
     "2022-03-05, Improvised explosive device (IED), Konna (7): new"),
    ("records", {**RECORD, "change": "gone", "new_id": None},
     "2022-03-05, Engin explosif improvisé (EEI), Konna (7) : disparu",
     "2022-03-05, Improvised explosive device (IED), Konna (7): gone"),
    ("records", {**RECORD, "change": "renumbered", "new_id": "9"},
     "2022-03-05, Engin explosif improvisé (EEI), Konna : le même, 7 est maintenant 9",
     "2022-03-05, Improvised explosive device (IED), Konna: the same, 7 is now 9"),
    ("records", {**RECORD, "change": "corrected", "field": "killed", "old": None, "new": "0",
                 "matched_by": "id"},
     "2022-03-05, Engin explosif improvisé (EEI), Konna (7) : tués : non connu → 0",
     "2022-03-05, Improvised explosive device (IED), Konna (7): killed: not known → 0"),
    ("records", {**RECORD, "change": "corrected", "field": "date", "old": "2022-03-05",
                 "new": "2022-03-07", "difference": 2.0, "matched_by": "content"},
     "2022-03-05, Engin explosif improvisé (EEI), Konna (7) : date : 2022-03-05 → 2022-03-07 "
     "(+2 j ; reconnu à son contenu)",
     "2022-03-05, Improvised explosive device (IED), Konna (7): date: 2022-03-05 → 2022-03-07 "
     "(+2 d; known by its content)"),
    ("records", {**RECORD, "change": "corrected", "record": "2022-03, ied", "field": "date",
                 "old": "2022-01/2022-03", "new": "2022-03-07 (week)", "matched_by": "id"},
     "mars 2022, Engin explosif improvisé (EEI) (7) : date : janv.–mars 2022 → 2022-03-07 "
     "(à la semaine près)",
     "Mar 2022, Improvised explosive device (IED) (7): date: Jan–Mar 2022 → 2022-03-07 "
     "(to the week)"),
    ("records", {**RECORD, "change": "corrected", "field": "position", "new": "POINT (-4.2 14.5)",
                 "old": "POINT (-4.25 14.5) | POINT (-5 14)", "matched_by": "id"},
     "2022-03-05, Engin explosif improvisé (EEI), Konna (7) : position : longitude -4.25, "
     "latitude 14.5 | longitude -5, latitude 14 → longitude -4.2, latitude 14.5",
     "2022-03-05, Improvised explosive device (IED), Konna (7): position: longitude -4.25, "
     "latitude 14.5 | longitude -5, latitude 14 → longitude -4.2, latitude 14.5"),
    ("records", {**RECORD, "change": "corrected", "field": "Remarques", "old": "à revoir",
                 "matched_by": "id"},
     "2022-03-05, Engin explosif improvisé (EEI), Konna (7) : Remarques : à revoir → vide",
     "2022-03-05, Improvised explosive device (IED), Konna (7): Remarques: à revoir → empty"),
    ("records", {**RECORD, "change": "corrected", "field": "budget_amount", "old": "1500000",
                 "new": "1750000", "difference": 250000.0, "matched_by": "id"},
     "2022-03-05, Engin explosif improvisé (EEI), Konna (7) : budget : 1 500 000 → 1 750 000 "
     "(+250 000)",
     "2022-03-05, Improvised explosive device (IED), Konna (7): budget: 1,500,000 → 1,750,000 "
     "(+250,000)"),
    ("records", {**RECORD, "change": "not_compared", "old_id": None, "old_row": None,
                 "note": "the row of the old list with this id cannot be read"},
     "2022-03-05, Engin explosif improvisé (EEI), Konna (7) : sa ligne de l’ancienne liste est "
     "fautive",
     "2022-03-05, Improvised explosive device (IED), Konna (7): its row of the old list is "
     "faulty"),
    ("records", {"change": "column_gone", "field": "adm2_name"},
     "« cercle » n’est que dans l’ancienne liste", "“cercle” is in the old list alone"),
    ("records", {"change": "repeated_id", "old_id": "7", "old": "2"},
     "« 7 » est l’identifiant de 2 enregistrements de l’ancienne liste, reconnus à leur contenu",
     "“7” is the id of 2 records of the old list, known by their content"),
    ("records", {"change": "not_compared", "new_row": "4", "new_id": "9", "field": "(killed)",
                 "new": "x", "note": "is not a number"},
     "nouvelle liste, ligne 4 (9), tués : n’est pas un nombre (on y lit « x »)",
     "new list, row 4 (9), killed: is not a number (“x”)"),
    ("units", {**UNITS, "change": "split"},
     "Gao (ML07) a été divisée : Ménaka (ML10) en a reçu 25 %",
     "Gao (ML07) was split: Ménaka (ML10) took 25% of it"),
    ("units", {**UNITS, "change": "split", "old_share": None},
     "Gao (ML07) a été divisée : Ménaka (ML10) en est une partie",
     "Gao (ML07) was split: Ménaka (ML10) is a part of it"),
    ("units", {**UNITS, "change": "merged", "new_share": 0.5},
     "Gao (ML07) est allée dans Ménaka (ML10), dont elle fait 50 %",
     "Gao (ML07) went into Ménaka (ML10), of which it makes 50%"),
    ("units", {**UNITS, "change": "moved", "new_name": "Gao", "new_pcode": "ML07",
               "old_share": 0.985},
     "Gao (ML07) : la limite a bougé ; 98,5 % en sont dans Gao (ML07), qui en vient à 100 %",
     "Gao (ML07): the border moved; 98.5% of it is in Gao (ML07), 100% of which comes from it"),
    ("units", {**UNITS, "change": "ceded", "old_share": 0.015, "new_share": 0.02},
     "Gao (ML07) a cédé 1,5 % à Ménaka (ML10)", "Gao (ML07) ceded 1.5% to Ménaka (ML10)"),
    ("units", {**UNITS, "change": "ceded", "new_name": None, "new_pcode": None},
     "25 % de Gao (ML07) n’est plus dans aucune unité",
     "25% of Gao (ML07) is in no unit any more"),
    ("units", {**UNITS, "change": "renamed", "new_pcode": "ML07"},
     "Gao (ML07) s’appelle maintenant Ménaka", "Gao (ML07) is called Ménaka now"),
    ("units", {**UNITS, "change": "recoded", "new_name": "Gao"},
     "Gao (ML07) a maintenant le code ML10", "Gao (ML07) has the code ML10 now"),
    ("units", {**UNITS, "change": "renamed_recoded"},
     "Gao (ML07) est maintenant Ménaka (ML10)", "Gao (ML07) is Ménaka (ML10) now"),
    ("units", {**UNITS, "change": "code_reused"},
     "Attention : le code ML10 désignait Gao, il désigne maintenant Ménaka",
     "Beware: the code ML10 stood for Gao, and now stands for Ménaka"),
    ("units", {**UNITS, **NONE, "change": "new"},
     "Ménaka (ML10) : nouvelle, là où il n’y avait aucune unité",
     "Ménaka (ML10): new, where there was no unit"),
    ("cells", {**CELL, "change": "value", "old_state": "number", "old": "1169",
               "new_state": "number", "new": "180", "difference": -989.0},
     "Gao, Incidents (EEI et mines), 2021 : nombre : 1 169 → 180 (−989)",
     "Gao, Incidents (IEDs and mines), 2021: count: 1,169 → 180 (-989)"),
    ("cells", {**CELL, "change": "state", "old_state": "no_data", "new_state": "named"},
     "Gao, Incidents (EEI et mines), 2021 : nombre : pas de données → cité, nombre non connu",
     "Gao, Incidents (IEDs and mines), 2021: count: no data → named, number not known"),
    ("cells", {**CELL, "change": "state", "old_state": "number", "old": "2",
               "new_state": "unknown"},
     "Gao, Incidents (EEI et mines), 2021 : nombre : 2 → nombre non connu",
     "Gao, Incidents (IEDs and mines), 2021: count: 2 → number not known"),
    ("cells", {**CELL, "change": "state", "field": "note", "old_state": "text",
               "old": "at least: no value for Koro", "new_state": "empty"},
     "Gao, Incidents (EEI et mines), 2021 : remarques : « au moins : pas de valeur pour Koro » "
     "→ rien",
     "Gao, Incidents (IEDs and mines), 2021: notes: “at least: no value for Koro” → nothing"),
    ("cells", {**CELL, "change": "state", "old_state": "withheld", "old": "withheld: fewer than 5",
               "new_state": "rounded", "new": "5"},
     "Gao, Incidents (EEI et mines), 2021 : nombre : moins de 5 → 5 (arrondi)",
     "Gao, Incidents (IEDs and mines), 2021: count: fewer than 5 → 5 (rounded)"),
    ("cells", {**CELL, "change": "gone", "old_state": "at_least", "old": "0",
               "new_state": "absent"},
     "Gao, Incidents (EEI et mines), 2021 : ligne disparue, elle disait au moins 0",
     "Gao, Incidents (IEDs and mines), 2021: the row is gone, it said at least 0"),
    ("product", {"change": "changed", "part": "options", "name": "period", "old": "2021",
                 "new": "2022"},
     "option period : 2021 → 2022", "option “period”: 2021 → 2022"),
    ("product", {"change": "changed", "part": "versions", "name": "maligeo", "old": "0.1",
                 "new": "0.2"},
     "version de maligeo : 0.1 → 0.2", "version of maligeo: 0.1 → 0.2"),
    ("product", {"change": "open", "part": "inputs", "name": "incidents", "old": "keyed:a",
                 "new": "keyed:b"},
     "entrée incidents : autre fichier, ou autre réserve de publication, ou ce n’était pas un "
     "fichier",
     "input “incidents”: another file, or another release store, or it was no file"),
]  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("of", "row", "french", "english"), SAID)
def test_a_change_is_named_rightly(
    of: str, row: dict[str, object], french: str, english: str
) -> None:
    frame = pd.DataFrame([row], columns=list(FRAMES[of]))
    assert plain(change_sentences(frame, of, "fr")[0]) == french
    assert plain(change_sentences(frame, of, "en")[0]) == english


def test_most_kinds_of_change_are_named_above() -> None:
    named = {(of, row["change"]) for of, row, *_ in SAID}
    assert len(named) >= 18
    assert all(change in ORDER[of] for of, change in named)


def test_the_parts_of_a_unit_are_one_sentence() -> None:
    rows = [
        {**UNITS, "change": "split", "new_name": "Gao", "new_pcode": "ML07", "old_share": 0.75},
        {**UNITS, "change": "split"},
    ]
    frame = pd.DataFrame(rows, columns=list(columns.UNIT_CHANGES)).assign(sentence="")
    (kind,) = changes_by_kind(frame, "units", "fr")
    assert (kind.heading, kind.count) == ("Divisées", 1)
    assert [plain(line) for line in kind.lines] == [
        "Gao (ML07) a été divisée en Gao (ML07) 75 % ; Ménaka (ML10) 25 %"
    ]


def test_rates_that_follow_from_a_count_are_counted_and_not_told() -> None:
    cells = [
        {**CELL, "change": "value", "field": field, "old_state": "number", "new_state": "number",
         "old": "1", "new": "2"}
        for field in ("count", "per_1000_sqkm", "per_100k")
    ]  # fmt: skip
    frame = pd.DataFrame(cells, columns=list(columns.CELL_CHANGES))
    frame = frame.assign(sentence=change_sentences(frame, "cells", "en"))
    (kind,) = changes_by_kind(frame, "cells", "en")
    assert (kind.count, len(kind.lines)) == (3, 2)
    assert kind.lines[1].startswith("… and 2 cells that follow")


def test_a_text_that_changed_in_many_rows_is_told_once() -> None:
    rows = [
        {**CELL, "change": "value", "pcode": pcode, "field": field, "old_state": "text",
         "new_state": "text", "old": "a", "new": "b"}
        for pcode in ("ML07", "ML08") for field in ("source", "note")
    ]  # fmt: skip
    counted = {**rows[0], "field": "count", "old_state": "number", "old": "1",
               "new_state": "number", "new": "2"}  # fmt: skip
    frame = pd.DataFrame([*rows, counted], columns=list(columns.CELL_CHANGES))
    frame = frame.assign(sentence=change_sentences(frame, "cells", "en"))
    (kind,) = changes_by_kind(frame, "cells", "en")
    assert kind.lines == [
        "2 rows: source of the row: “a” → “b”",
        "Gao, Incidents (IEDs and mines), 2021: notes: “a” → “b”",
        "Gao, Incidents (IEDs and mines), 2021: count: 1 → 2",
        "… and 1 cells that follow from these (rates, bounds, totals, notes): they are in the "
        "table",
    ]
