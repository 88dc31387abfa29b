"""The command line explains itself in French and English, and never in Python."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from maligeo.cli import COMMANDS, app, load_command, speech
from maligeo.core.bilingual import read_file
from tests.cli.commands import run, run_apart

HELP = read_file("help")
PYTHON = re.compile(r"<(str|bool|int|float|path|list|Any)\b|\b(None|True|False)\b|maligeo\.\w+\(")
SYSTEMS = dict.fromkeys(("MALIGEO_LANGUAGE", *speech.SYSTEM_VARIABLES), "")


def everything(command: Any) -> Iterator[str]:
    """Give the help of a command, of what it takes, and of its commands."""
    yield from (command.help or "").split("\n\n")
    yield from (getattr(one, "help", None) or "" for one in command.params)
    for one in getattr(command, "commands", {}).values():
        yield from everything(one)


@pytest.mark.parametrize("name", COMMANDS)
def test_all_help_of_a_command_has_its_french(name: str) -> None:
    found = {" ".join(text.split()) for text in everything(load_command(name))} - {""}
    assert found
    assert found - HELP.keys() == set()
    assert COMMANDS[name][1] in found


def test_no_french_is_left_over_and_none_repeats_the_english() -> None:
    texts = {" ".join(text.split()) for name in COMMANDS for text in everything(load_command(name))}
    own = {one for one in HELP if one.endswith((".", "…")) or (" " in one and one[0] != "<")}
    library = {
        "COMMAND [ARGS]...",
        "[default: {}]",
        "Show this message and exit.",
        "Install completion for the current shell.",
        "Show completion for the current shell, to copy it or customize the installation.",
        "Print the version and exit.",
        app.info.help,
    }
    assert own - texts - library == set()
    assert [english for english, french in HELP.items() if english == french] == []


def test_the_help_in_french_has_no_english_and_no_python() -> None:
    for arguments in ([], *([name] for name in COMMANDS), ["tiles", "vector"], ["tiles", "raster"]):
        shown = run("--language", "fr", *arguments, "--help").stdout
        assert "Utilisation\u00a0:" in shown
        assert re.findall(r"Usage|default|required|Commands|Show this|Write |ARGS", shown) == []
        assert re.findall(r"MEASURE|WEIGHT|<file>|<folder>|<number>", shown) == []
        assert PYTHON.findall(shown) == []


@pytest.mark.parametrize("name", [*COMMANDS, "tiles vector", "tiles raster"])
def test_help_breaks_lines_in_80_columns_between_words_alone(name: str) -> None:
    shown = run("--language", "fr", *name.split(), "--help", columns=80).stdout
    cells = [line.strip("│").strip() for line in shown.splitlines()]
    assert not [cell for cell in cells if re.match(r"[:;!?]", re.split(r"\s{2,}", cell)[-1])]
    assert re.findall(r"\|\w+\s", shown) == []  # a choice that goes on in the next line


def test_help_in_english_breaks_lines_where_the_terminal_ends() -> None:
    shown = run("serve", "--help", columns=80).stdout
    said = shown[: shown.index("Arguments")].splitlines()
    assert [line.strip() for line in said if "another site may read" in line] == [
        "On another address than 127.0.0.1, or where another site may read, only what",
    ]
    assert "is for the audience is served." in shown


def test_the_help_in_english_is_as_it_is_written_also_after_french() -> None:
    run("surface", "--help", "--language", "fr")
    shown = run("surface", "--help").stdout
    assert "Usage: maligeo surface" in shown
    assert "[default: 25.0]" in shown
    assert "[required]" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["density", "--level", "7"], "valeur impossible pour --level : il faut 3 ou moins"),
        (["density", "--level", "x"], "valeur impossible pour --level : il faut un nombre entier"),
        (["density", "--level"], "l’option --level demande une valeur"),
        (["density", "--quiet=3"], "l’option --quiet ne prend pas de valeur"),
        (["density", "--quite"], "il n’y a pas d’option --quite ; est-ce --quiet, --vintage ?"),
        (["check"], "il manque l’argument « fichier »"),
        (["check", "a", "b"], "en trop : b"),
        (["chek"], "il n’y a pas de commande « chek »"),
    ],
)
def test_a_wrong_command_is_told_in_french(arguments: list[str], said: str) -> None:
    with mock.patch("tests.cli.commands.SETTINGS", {"COLUMNS": "200", "MALIGEO_LANGUAGE": "fr"}):
        done = run(*arguments)
    last = done.stderr.replace("\u00a0", " ").splitlines()[-1]
    assert (done.returncode, last) == (2, f"maligeo: {said}")


def test_a_wrong_command_in_english() -> None:
    done = run("density", "--format", "xml")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "Usage: maligeo density [OPTIONS]",
        "maligeo: Invalid value for '--format': 'xml' is not one of 'text', 'csv', 'json'.",
    ]


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["check", "--language", "fr"], {"MALIGEO_LANGUAGE": "en"}, "fr"),
        (["check", "--language=en"], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["check"], {"MALIGEO_LANGUAGE": "fr", "LANG": "en_GB.UTF-8"}, "fr"),
        (["check"], {"LC_ALL": "fr_ML.UTF-8", "LANG": "en_GB.UTF-8"}, "fr"),
        (["check"], {"LANGUAGE": "fr:en", "LANG": "C"}, "fr"),
        (["check"], {"LANG": "bm_ML.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    with mock.patch.dict(os.environ, SYSTEMS | environment):
        assert speech.asked_language(arguments) == language


def test_the_language_before_the_command_holds_for_it(tmp_path: Path) -> None:
    missing = tmp_path / "mai.csv"
    done = run_apart("--language", "fr", "check", str(missing))
    assert "il n’y a pas de fichier de ce nom" in done.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", b"PAR1xxxxPAR1"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("a.kml", b"<kml><Placemark>"),
        ("a.xml", b'<iati-activities version="2.03"><iati'),
        ("a.gpkg", b"SQLite format 3\0zz"),
        ("a.fgb", b"fgb\x03fgb\x00zz"),
        ("a.xlsx", b"PK\x03\x04garbage"),
    ],
)
def test_a_damaged_file_is_told_without_words_of_libraries(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    done = run("check", name, "--language", "fr", cwd=tmp_path)
    assert done.returncode == 1
    english = r"\b(file|size|failed|line|column|error|element|layer|database|unclosed|is|not|no)\b"
    assert re.findall(english, done.stderr.replace(name, ""), re.IGNORECASE) == []


def test_what_the_library_logs_is_said_in_the_language(tmp_path: Path) -> None:
    def store(language: str) -> str:
        folder = tmp_path / language
        done = run(
            "density", "--format", "csv", "--language", language, "--store", folder,
            "--incidents", records,
        )  # fmt: skip
        return done.stderr.replace("\u00a0", " ")

    records = tmp_path / "own.csv"
    records.write_text("date,type,outcome,region\n2021-01-10,ied,exploded,Mopti\n", "utf-8")
    assert "maligeo: Un nouveau registre des publications a été créé dans" in store("fr")
    assert "maligeo: A new release store was made in" in store("en")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gaps", "--period", "2022-13"], "les mois vont de 1 à 12"),
        (["gaps", "--level", "2"], ": maligeo fetch cod-ab en télécharge d’autres"),
        (["map", "-o", "m.txt"], "m.txt ne finit par aucun de .html"),
        (["gaps", "--boundaries", "zones.geojson"], "ou donnez un nom à vous"),
    ],
)
def test_what_cannot_be_is_told_in_french_to_its_end(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    square = [[-5, 15], [4, 15], [4, 25], [-5, 15]]
    zone = {"type": "Polygon", "coordinates": [square]}
    feature = {"type": "Feature", "properties": {"nom": "Nord", "code": "Z1"}, "geometry": zone}
    (tmp_path / "zones.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    told = " ".join(run(*arguments, "--language", "fr", cwd=tmp_path).stderr.split())
    assert said in told
    assert not re.search(r"\b(must|there is|or a name|is not known|unable)\b", told)
