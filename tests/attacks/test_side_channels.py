"""G10, G12, G14: intervals, hashes and printed tables, from which a number comes back."""

import hashlib
import itertools
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2
from typer.testing import CliRunner

import maligeo
from maligeo.cli import app
from maligeo.core.errors import MaligeoError
from maligeo.measure.divisions import read_counts
from tests.attacks.commands import run
from tests.attacks.houses import incidents, located, shown, write_csv
from tests.attacks.planted import COVERS, LATER, PERIODS, Planted
from tests.attacks.unpacking import pieces_of

SAME = "identique\N{NO-BREAK SPACE}: chaque octet"

DAY = "2021-02-03"
_HEX = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


# --- intervals -------------------------------------------------------------------------------


def attack_of_57() -> pd.DataFrame:
    frame = incidents(("Mopti", DAY, 13), ("Gao", DAY, 9), ("Kayes", DAY, 6))
    killed = np.full(len(frame), 2)
    killed[0] = 57
    return located(frame.assign(killed=pd.array(killed, dtype="Int64")))


def test_no_interval_gives_the_victims_of_one_attack() -> None:
    """G10: divide the upper end for a region without victims by that of a single event."""
    units = maligeo.load_boundaries()
    records = attack_of_57()
    people = maligeo.population(units)
    inside = maligeo.density(records, units, measure="victims", population=people, period="2021")
    none = inside[inside["name"] == "Kidal"].iloc[0]
    one_event = chi2.ppf(0.975, 2) / 2 / none["population"] * 100_000
    assert none["ci_high"] / one_event == pytest.approx(57, rel=0.01)  # so it went
    study = maligeo.study(incidents=records, covers="2021", period="2021")
    table = study.release(as_of=LATER).need("incidents", "victims", "killed")
    victims = table[table["measure"] != "incidents"]
    assert victims[["ci_low", "ci_high"]].isna().all(axis=None)


def test_intervals_of_incidents_come_from_rounded_numbers() -> None:
    """G10: invert the ends of the interval of a count, which have fifteen digits."""
    units = maligeo.load_boundaries()
    ends = []
    for count in (11, 12, 13, 14):
        frame = incidents(("Mopti", DAY, 30), ("Gao", DAY, count))
        table = maligeo.release(located(frame), units, as_of=LATER)
        rows = table[(table["name"] == "Gao") & (table["measure"] == "incidents")]
        row = rows[rows["note"].str.startswith("rounded")].iloc[0]
        ends.append(
            (row["count"], row["count_low"], row["count_high"], row["ci_low"], row["ci_high"])
        )
    by_count = {count: {other[1:] for other in ends if other[0] == count} for count, *_ in ends}
    assert set(by_count) <= {10, 15}
    assert all(len(found) == 1 for found in by_count.values())


# --- hashes of inputs ------------------------------------------------------------------------


def plain_hashes(planted: Planted, folder: Path) -> set[bytes]:
    """Hash the inputs as whoever guesses their content would: whole, and each packed part."""
    files = [planted.incidents, planted.projects, planted.areas, planted.boundaries]
    contents = [path.read_bytes() for path in files]
    hashes = {name: {getattr(hashlib, name)(content).hexdigest() for content in contents}
              for name in ("sha256", "sha1", "md5", "sha512", "blake2b")}  # fmt: skip
    return {text.encode() for found in hashes.values() for text in found}


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_no_product_holds_a_plain_hash_of_an_input(
    planted: Planted, tmp_path: Path, audience: str
) -> None:
    """G12: guess the one row that is not known, and compare the hash of the whole file."""
    given = planted.options("incidents", "projects")
    asked = (*given, "--covers", COVERS, "--audience", audience, "--as-of", LATER)
    only = (*given[:2], *asked[4:])
    run("map", *asked, "-o", tmp_path / "m.html")
    run("map", *asked, "--layers", "incidents", "--period", "2021", "-o", tmp_path / "m.svg")
    run("report", "--region", "Mopti", "--period", PERIODS, *asked, "-o", tmp_path / "r.pdf")
    for suffix in ("csv", "xlsx", "parquet"):
        run("density", *only, "--period", "year", "-o", tmp_path / f"t.{suffix}")
    tiled = (*given[:2], "--audience", audience, "--as-of", LATER)
    run("tiles", "vector", *tiled, "--zooms", "0-2", "-o", tmp_path / "v.pmtiles")
    wide = ("--bandwidth-km", "150", "--cell-km", "40", *tiled[2:])
    run("surface", planted.incidents, *wide, "-o", tmp_path / "s.tif")
    hashes = plain_hashes(planted, tmp_path)
    shortest = {text[:16] for text in hashes}
    for label, content in pieces_of(tmp_path):
        assert not any(text in content.lower() for text in shortest), label


def test_one_guess_in_a_million_is_not_confirmed(tmp_path: Path) -> None:
    """G12: twelve rows of the file are known, and of the last all but day and victims."""
    frame = incidents(("Mopti", DAY, 12), ("Gao", "2021-08-17", 1))
    frame.loc[12, "killed"] = 3
    path = write_csv(frame, tmp_path / "i.csv")
    asked = ("--incidents", path, "--covers", "2021", "--as-of", LATER)
    run("density", *asked, "--period", "year", "-o", tmp_path / "t.csv")
    record = (tmp_path / "t.csv-metadata.json").read_bytes()
    seen = set(_HEX.findall(record))
    for day, killed in itertools.product(range(10, 25), range(6)):
        guess = frame.copy()
        guess.loc[12, ["date", "killed"]] = pd.Timestamp(f"2021-08-{day}"), killed
        written = write_csv(guess, tmp_path / "guess.csv").read_bytes()
        digest = hashlib.sha256(written).hexdigest().encode()
        assert digest not in seen
        assert hashlib.sha256(digest).hexdigest().encode() not in seen


def test_ids_that_are_made_of_a_file_confirm_no_guess(tmp_path: Path) -> None:
    """G12: rows without an id get one from a hash of the file, and partners get ids."""
    frame = incidents(("Mopti", DAY, 12)).drop(columns="event_id")
    path = write_csv(frame, tmp_path / "i.csv")
    ids = maligeo.read_incidents(path)["event_id"].tolist()
    mark = ids[0].split(":")[0]
    assert len(mark) == 8
    units = maligeo.load_boundaries()
    records = maligeo.locate(maligeo.read_incidents(path), units)
    told = maligeo.release(records, units, audience="partner", as_of=LATER)
    text = told.to_csv()
    assert told["event_id"].nunique() == 12
    assert mark not in text
    projects = pd.DataFrame({"title": ["t"], "latitude": 14.75, "longitude": -4.15})
    projects.to_csv(tmp_path / "p.csv", index=False)
    read = maligeo.read_projects(tmp_path / "p.csv")
    public = maligeo.release(maligeo.locate(read, units), units, as_of=LATER)
    assert len(public) == 1
    assert read["project_id"][0].split(":")[0] not in public.to_csv()


def test_a_product_is_verified_by_whoever_has_its_store(
    own_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G12: a keyed hash can be checked with the key, and by nobody else."""
    path = write_csv(incidents(("Mopti", DAY, 20)), tmp_path / "i.csv")
    out = tmp_path / "t.csv"
    asked = ("--incidents", path, "--covers", "2021", "--period", "year", "--as-of", LATER)
    run("density", *asked, "-o", out)
    assert SAME in run("verify", out, "--incidents", path)
    changed = write_csv(incidents(("Mopti", DAY, 21)), tmp_path / "other.csv")
    done = CliRunner().invoke(app, ["verify", str(out), "--incidents", str(changed)])
    assert done.exit_code == 1
    assert "un fichier d’entrée n’est plus ce qu’il était" in done.output
    monkeypatch.setenv("MALIGEO_STORE", str(tmp_path / "nowhere"))
    with pytest.raises(MaligeoError, match="store"):
        CliRunner().invoke(
            app, ["verify", str(out), "--incidents", str(path)], catch_exceptions=False
        )
    assert not (tmp_path / "nowhere").exists()
    assert SAME in run("verify", out, "--incidents", path, "--store", own_store)


# --- what is printed -------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    rows = [("Kidal", DAY, 3), ("Ségou", DAY, 9), ("Mopti", DAY, 33), ("Gao", DAY, 21)]
    return write_csv(incidents(*rows), tmp_path / "i.csv")


def test_what_is_printed_for_the_public_is_released(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G14: name the audience and send the text on, without -o; also from a terminal."""
    asked = ("density", "--incidents", kept, "--covers", "2021", "--period", "year")
    for is_terminal in (False, True):
        if is_terminal:
            monkeypatch.setattr("maligeo.cli.output.sys", _Terminal())
        printed = run(*asked, "--audience", "public", "--as-of", LATER)
        assert "moins de 5" in printed or "fewer than 5" in printed
        kidal, gao = (
            next(line for line in printed.splitlines() if name in line) for name in ("Kidal", "Gao")
        )
        assert not re.search(r"\b3\b", kidal.split("2021-12-31")[-1].split("[")[0])
        assert not re.search(r"\b21\b", gao.split("2021-12-31")[-1])
        assert "interne" not in printed.lower()


class _Terminal:
    """A `sys` of which the standard output is a terminal."""

    stdout = type("Screen", (), {"isatty": lambda _: True})()

    def __getattr__(self, name: str) -> object:
        return getattr(sys, name)


def test_what_is_sent_on_without_a_word_is_released(kept: Path) -> None:
    """G14: redirect the text to a file, without naming an audience."""
    asked = ("--incidents", kept, "--covers", "2021", "--period", "2021", "--as-of", LATER)
    for command in ("density", "gaps"):
        printed = run(command, *asked)
        gao = next(line for line in printed.splitlines() if "Gao" in line)
        assert not re.search(r"\b21\b", gao.replace("2021", ""))


def test_exact_counts_on_a_terminal_say_that_they_are_internal(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G14: copy what stands on one's own screen into a mail."""
    monkeypatch.setattr("maligeo.cli.output.sys", _Terminal())
    asked = ("--incidents", kept, "--covers", "2021", "--period", "2021")
    for command in ("density", "gaps"):
        printed = run(command, *asked)
        assert re.search(r"\b21\b", next(line for line in printed.splitlines() if "Gao" in line))
        assert re.search("interne?", printed.splitlines()[0], re.IGNORECASE)


def test_csv_on_the_standard_output_is_released(kept: Path, tmp_path: Path) -> None:
    """G14: the same as CSV."""
    asked = ("--incidents", kept, "--covers", "2021", "--period", "year", "--as-of", LATER)
    (tmp_path / "o.csv").write_text(run("density", *asked, "--format", "csv"), encoding="utf-8")
    table = read_counts(tmp_path / "o.csv")
    assert shown(table)["Kidal"] == "withheld: fewer than 5"
    assert shown(table)["Gao"] in (20, 25)
