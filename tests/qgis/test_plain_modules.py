"""What the plugin does without QGIS: its words, command lines, and the command it runs."""

import ast
import doctest
import json
import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

import maligeo
from maligeo.cli import load_command
from maligeo.readers.files.sources import Source
from maligeo.readers.profiles import read_profile
from maligeo_plugin import command, lines, words
from maligeo_plugin.command import CommandError, find_command, require_version, run_command

PLUGIN = Path(command.__file__).parent
TEXTS = json.loads((PLUGIN / "words.json").read_text(encoding="utf-8"))
SOURCES = sorted(PLUGIN.glob("*.py"))


class Watching:
    """Keeps what a command tells; cancels once it has said enough."""

    def __init__(self, enough: int = 10**6) -> None:
        self.steps: list[tuple[str, int, int | None]] = []
        self.lines: list[str] = []
        self.enough = enough

    def is_cancelled(self) -> bool:
        return len(self.steps) + len(self.lines) >= self.enough

    def show_step(self, what: str, done: int, total: int | None) -> None:
        self.steps.append((what, done, total))

    def show_line(self, line: str) -> None:
        self.lines.append(line)


def script(path: Path, text: str) -> str:
    """Write a command of one's own."""
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("module", [command, lines])
def test_the_examples_of_its_modules_hold(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_python_of_the_oldest_qgis_reads_it_and_nothing_of_maligeo_is_imported(
    path: Path,
) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    for node in ast.walk(tree):
        names = [alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)]
        module = getattr(node, "module", None) if isinstance(node, ast.ImportFrom) else None
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert "maligeo" not in {one.split(".")[0] for one in [module or "", *names]}
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_every_text_is_french_and_english_with_the_same_values() -> None:
    for key, texts in TEXTS.items():
        french, english = texts
        assert french and english, key
        named = [set(re.findall(r"{(\w+)}", text)) for text in texts]
        assert named[0] == named[1], key


def test_every_text_that_is_asked_for_is_there_and_no_other() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    asked = set(re.findall(r"[\"']((?:setting|command|run|help)\.\w+)[\"']", code))
    asked |= {f"parameter.{name}" for name in re.findall(r"\"([A-Z_]{4,})\"", code)}
    for key in TEXTS:
        room, _, part = key.partition(".")
        if room in ("check", "locate", "density", "answer", "release"):
            assert part in ("title", "help", "output", "internal"), key
        elif room != "choice":
            assert key in asked, key
    assert {key for key in asked if not key.startswith("parameter.")} <= set(TEXTS)


def test_french_keeps_its_spaces() -> None:
    assert words.word("run.step", "fr", what="rows") == "En cours\u00a0: rows"
    assert words.word("run.columns", "fr", part="x").startswith("«\u00a0x\u00a0»")
    assert [words.language_of(one) for one in ("fr", "fr_ML", "en_GB", "C", "")] == [
        "fr", "fr", "en", "en", "en",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["check", "locate", "export"])
def test_the_commands_know_every_option_that_the_plugin_names(name: str) -> None:
    known = {option for one in load_command(name).params for option in one.opts}
    code = (PLUGIN / "algorithms.py").read_text(encoding="utf-8")
    tree = ast.parse(code)
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "line_of"
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == name
    ]
    assert len(calls) == 1
    named = {f"--{one.arg.replace('_', '-')}" for one in calls[0].keywords if one.arg}
    if name == "export":
        more = ("incidents", "projects", "areas", "figures", "boundaries", "gazetteer",
                "population", "covers", "period", "vintage", "as-of", "layers", "need")  # fmt: skip
        named |= {f"--{one}" for one in more}
    assert named
    assert named <= known


def test_files_are_named_as_maligeo_reads_them(tmp_path: Path) -> None:
    book = tmp_path / "liste d'incidents.xlsx"
    book.touch()
    assert lines.file_of(str(book)) == str(book)
    taken = lines.file_of(f"{book}|layername=2022")
    assert taken is not None
    source = Source.of(taken)
    assert (Path(source), source.layer or source.sheet) == (book, "2022")
    assert lines.file_of(f"{book}|layername=2022|subset=a = 1") is None
    assert lines.file_of("incidents_b8c0") is None  # the id of a layer


def test_columns_become_a_profile_that_maligeo_reads(tmp_path: Path) -> None:
    columns = lines.columns_of('killed = Nbre "morts" ; date=Jour\n')
    assert columns == {"killed": 'Nbre "morts"', "date": "Jour"}
    profile = tmp_path / "p.toml"
    profile.write_text(lines.profile_of("incidents", columns), encoding="utf-8")
    assert read_profile(profile) == {"incidents": {"columns": columns}}
    with pytest.raises(lines.ColumnsError, match="Jour"):
        lines.columns_of("killed=a; Jour")


def test_layers_are_read_with_what_they_show_and_for_whom(tmp_path: Path) -> None:
    path = maligeo.study().export(tmp_path / "l'été #1.gpkg", layers=["gaps"], language="en")
    shown = lines.layers_in(str(path))
    assert [one.name for one in shown] == ["units", "gaps"]
    assert shown[1] == lines.Shown("gaps", "Need and response", "Public version")
    assert shown[0].title.startswith("Incidents")
    assert any(text.startswith("Koulikoro: 5") for text in lines.sentences_in(str(path)))


def test_a_file_without_styles_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "plain.gpkg"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "create table gpkg_contents (table_name text, description text);"
            "create table gpkg_geometry_columns (table_name text, geometry_type_name text);"
            "insert into gpkg_contents values ('located', null), ('density', null);"
            "insert into gpkg_geometry_columns values ('located', 'POINT');"
        )
    assert lines.layers_in(str(path)) == [lines.Shown("located", "", "")]


def test_a_command_that_is_missing_is_said_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="Install maligeo apart from QGIS"):
        find_command("", "en")
    with pytest.raises(CommandError, match=r"Il n’y a pas de commande à /no/where"):
        find_command(" /no/where ", "fr")
    made = script(tmp_path / "maligeo", "")
    assert find_command("", "en") == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("print('maligeo 0.1.9')", "maligeo 0.1.9 is too old .* needs version 0.2"),
        ("print('GNU ls 9')", "is not the command maligeo"),
        ("sys.exit(3)", "is not the command maligeo"),
    ],
)
def test_another_command_or_an_old_one_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        require_version(script(tmp_path / "maligeo", text), "en")


def test_what_cannot_run_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "maligeo"
    broken.write_text("#!/no/such/python\n", encoding="utf-8")
    broken.chmod(0o755)
    with pytest.raises(CommandError, match="cannot be run"):
        require_version(str(broken), "en")


def test_the_installed_command_is_new_enough() -> None:
    there = Path(sys.executable).with_name("maligeo")
    assert require_version(str(there), "en") == f"maligeo {maligeo.__version__}"


def test_the_command_does_not_run_with_what_is_of_qgis() -> None:
    base = {"PATH": "/bin", "PYTHONHOME": "/qgis", "PROJ_LIB": "/qgis/proj", "HOME": "/home"}
    found = command.environment("fr", base)
    assert found == {
        "PATH": "/bin", "HOME": "/home", "MALIGEO_LANGUAGE": "fr", "MALIGEO_PROGRESS": "lines",
        "NO_COLOR": "1", "PYTHONUTF8": "1",
    }  # fmt: skip


def test_steps_and_lines_are_told_apart(tmp_path: Path) -> None:
    made = script(
        tmp_path / "maligeo",
        "print('réponse', flush=True)\n"
        "print('progress\\trows\\t1\\t4', 'maligeo: été', '', sep='\\n', file=sys.stderr)\n"
        "sys.exit(1)",
    )
    watching = Watching()
    ended = run_command([made], "fr", watching)
    assert ended == (1, "réponse\n", ["maligeo: été"], False)
    assert watching.steps == [("rows", 1, 4)]
    assert watching.lines == ended.said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no interrupt of another process")
def test_a_cancelled_command_ends_and_clears_up(tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    made = script(
        tmp_path / "maligeo",
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # as maligeo does
        f"open({str(draft)!r}, 'w').close()\n"
        "try:\n"
        "    print('progress\\trows\\t1\\t', file=sys.stderr, flush=True)\n"
        "    time.sleep(600)\n"
        "except KeyboardInterrupt:\n"
        f"    os.remove({str(draft)!r})\n"
        "    sys.exit(130)",
    )
    ended = run_command([made], "en", Watching(enough=1))
    assert (ended.code, ended.cancelled) == (130, True)
    assert not draft.exists()
