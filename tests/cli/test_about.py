"""`maligeo about` and `maligeo verify`, end to end and against hostile records."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main
from tests.test_cli import run

from maligeo.cli import app, printable, verify
from maligeo.cli.recipe import COMMANDS, Kind, bundled_data, find_command, kind_of, versions
from maligeo.cli.verify import remake
from maligeo.core.bounds import Bounds
from maligeo.core.errors import InputFileError, MaligeoError
from maligeo.provenance import read_about
from maligeo.provenance.record import KEY, Provenance, Source, file_sha256
from maligeo.tiles.archives.write import open_archive
from maligeo.tiles.metadata import ArchiveInfo
from tests.rasters import write_raster

NAME = "attaque-de-tabankort.csv"  # a name that gives something away
CSV = "event_id,date,event_type,lon,lat\n" + "".join(
    f"E{at},2021-05-{at % 28 + 1:02d},ied,{-3 + at * 0.02:.4f},{14 + at * 0.01:.4f}\n"
    for at in range(60)
)
LINES = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, '
    '"geometry": {"type": "LineString", "coordinates": [[-4, 14], [-3, 15]]}}]}'
)
HOUSE = ("--audience", "internal")

# What is written, and by which command; the inputs are in the folder.
PRODUCTS = {
    "mali.html": ("map", "--language", "en"),
    "mopti.html": ("report", "--region", "Mopti"),
    "mopti.pdf": ("report", "--region", "région de MOPTI"),
    "mali.pmtiles": ("tiles", "vector", "--zooms", "0-3"),
    "house.mbtiles": ("tiles", "vector", "--incidents", NAME, "--zooms", "2-4",
                      "--low-zooms", "cluster", *HOUSE),
    "house": ("tiles", "vector", "--layer", "roads=roads.geojson", "--zooms", "2-4", *HOUSE),
    "field.pmtiles": ("tiles", "raster", "field.tif", "--zooms", "0-5", "--workers", "1", *HOUSE),
    "surface.tif": ("surface", NAME, "--bandwidth-km", "60", "--cell-km", "10", *HOUSE),
    "located.csv": ("locate", NAME, "--rejects", "rejected.csv", "--nearest", "1000"),
    "located.parquet": ("locate", NAME),
    "located.gpkg": ("locate", NAME),
}  # fmt: skip


class Done(NamedTuple):
    """What came of a command in this process."""

    returncode: int
    stdout: str
    stderr: str


def call(*arguments: str, cwd: Path) -> Done:
    """Run a command as `main` does, without a process of its own."""
    out, root = StringIO(), typer.main.get_command(app)
    with chdir(cwd), redirect_stdout(out):
        try:
            code = root.main(args=list(arguments), prog_name="maligeo", standalone_mode=False)
        except MaligeoError as error:
            return Done(1, out.getvalue(), f"maligeo: {error}\n")
    return Done(code or 0, out.getvalue(), "")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make every product once; tests that change something change a copy."""
    folder = tmp_path_factory.mktemp("made-secretly")
    write_inputs(folder)
    for name, command in PRODUCTS.items():
        done = call(*command, "-o", name, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


def write_inputs(folder: Path) -> None:
    (folder / NAME).write_text(CSV, encoding="utf-8")
    (folder / "roads.geojson").write_text(LINES, encoding="utf-8")
    write_raster(folder / "field.tif", [[1, 2], [3, 4]], west=0, north=14, step=0.5)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


@pytest.fixture(scope="module")
def root() -> Any:
    return typer.main.get_command(app)


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_product_tells_its_making_and_is_made_again_the_same(made: Path, name: str) -> None:
    told = call("about", name, "--format", "json", cwd=made)
    assert told.returncode == 0, told.stderr
    record = json.loads(told.stdout)
    assert record["command"][0] == PRODUCTS[name][0]
    assert record["versions"]["maligeo"] == versions()["maligeo"]
    assert record["inputs"][0]["role"] == "bundled data"
    for source in record["inputs"][1:]:
        assert source["sha256"] == file_sha256(made / source["name"])
    done = call("verify", name, cwd=made)
    assert (done.returncode, done.stdout) == (0, "same: every byte\n"), done.stderr
    beside = call("verify", str(made / name), cwd=made.parent)
    assert beside.returncode == 0, beside.stdout


def test_about_is_readable(made: Path) -> None:
    done = call("about", "house.mbtiles", cwd=made)
    assert done.stdout.splitlines()[:3] == [
        "house.mbtiles",
        "  for         internal",
        "  command     maligeo tiles vector --output house.mbtiles --zooms 2-4 --incidents "
        "{incidents} --low-zooms cluster --audience internal",
    ]
    assert f"incidents: {NAME} sha256 {file_sha256(made / NAME)}" in done.stdout
    assert "vintage     2015" in call("about", "located.csv", cwd=made).stdout


@pytest.mark.parametrize("name", ["house.mbtiles", "surface.tif", "located.csv", "located.gpkg"])
def test_one_changed_byte_of_an_input_is_named(folder: Path, name: str) -> None:
    (folder / NAME).write_text(CSV.replace("14.5000", "14.6000"), encoding="utf-8")
    done = call("verify", name, cwd=folder)
    assert done.returncode == 1
    role = "records" if name.startswith("located") else "incidents"
    assert f"  {role}: {NAME} is not the file it was made from\n" in done.stdout


@pytest.mark.parametrize(
    "name", ["mali.html", "house.mbtiles", "field.pmtiles", "located.csv", "located.gpkg"]
)
def test_one_changed_byte_of_the_product_is_told(folder: Path, name: str) -> None:
    path = folder / name
    content = bytearray(path.read_bytes())
    marked = {"located.csv": b"E30,", "mali.html": b"Tombouctou"}
    at = content.index(marked[name]) if name in marked else len(content) - 20
    content[at] ^= 1
    path.write_bytes(content)
    done = call("verify", name, cwd=folder)
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines() == [
        "differs: the product was changed after it was made",
        f"  the file: from byte {at:,} on",
    ]


def test_a_changed_folder_names_the_file(folder: Path) -> None:
    tile = next((folder / "house").rglob("*.pbf"))
    tile.write_bytes(tile.read_bytes() + b"\0")
    (folder / "house" / "4" / "more.pbf").write_bytes(b"")
    done = call("verify", "house", cwd=folder)
    assert done.returncode == 1
    assert f"  {tile.relative_to(folder / 'house').as_posix()}: from byte" in done.stdout
    assert "  4/more.pbf: not made" in done.stdout


def changed_record(path: Path, **changes: object) -> None:
    """Change the record beside a table."""
    beside = path.with_name(f"{path.name}-metadata.json")
    described = json.loads(beside.read_text(encoding="utf-8"))
    described[KEY] |= changes
    beside.write_text(json.dumps(described), encoding="utf-8")


def test_another_version_is_told(folder: Path) -> None:
    path = folder / "located.csv"
    changed_record(path, versions=versions() | {"numpy": "1.0", "maligeo": "0.0.1\x1b[2J"})
    done = call("verify", path.name, cwd=folder)
    assert done.returncode == 0, done.stderr
    here = versions()
    assert done.stdout.splitlines() == [
        "same: every byte",
        "although made with other versions:",
        f"  maligeo: 0.0.1\\x1b[2J then, {here['maligeo']} here",
        f"  numpy: 1.0 then, {here['numpy']} here",
    ]
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    done = call("verify", path.name, cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("differs: another version makes it otherwise, or")
    assert "  numpy: 1.0 then" in done.stdout


def test_a_changed_record_is_told(folder: Path) -> None:
    changed_record(folder / "located.csv", more={"vintage": "2023"})
    done = call("verify", "located.csv", cwd=folder)
    assert done.returncode == 1
    assert "  its record: more\n" in done.stdout


def test_other_bundled_data_are_told(folder: Path) -> None:
    sources = read_about(folder / "located.csv").inputs
    changed = [{"role": "bundled data", "name": "", "sha256": "00"}, vars(sources[1])]
    changed_record(folder / "located.csv", inputs=changed)
    done = call("verify", "located.csv", cwd=folder)
    assert done.returncode == 1
    assert "  bundled data: those of this installation are others\n" in done.stdout


def test_inputs_are_given_by_their_role(folder: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (folder / NAME).rename(away / "other.csv")
    missing = call("verify", "house.mbtiles", cwd=folder)
    assert missing.returncode == 1
    assert f"incidents ({NAME}); give them as --incidents FILE" in missing.stderr
    other = str(away / "other.csv")
    assert call("verify", "house.mbtiles", "--incidents", other, cwd=folder).returncode == 0
    assert call("verify", "located.gpkg", "--input", f"records={other}", cwd=folder).returncode == 0
    wrong = call("verify", "house.mbtiles", "--incidents", other, "--areas", other, cwd=folder)
    assert "was not made from any areas" in wrong.stderr
    assert "ROLE=FILE" in call("verify", "house", "--input", "roads", cwd=folder).stderr


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("public-secretly")
    write_inputs(folder)
    done = call("tiles", "vector", "--incidents", NAME, "--zooms", "0-3", "--as-of", "2024-01-01",
               "-o", "public.pmtiles", cwd=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield folder / "public.pmtiles"


def test_a_public_product_tells_no_names(public: Path) -> None:
    record = read_about(public)
    assert record.audience == "public"
    (source,) = [source for source in record.inputs if source.role == "incidents"]
    assert source == Source("incidents", "", file_sha256(public.parent / NAME))
    assert "tabankort" not in record.to_json()
    done = call("verify", public.name, cwd=public.parent)
    assert done.returncode == 1
    assert "incidents (its name is not told); give them as --incidents FILE" in done.stderr
    done = call("verify", public.name, "--incidents", NAME, cwd=public.parent)
    assert (done.returncode, done.stdout) == (0, "same: every byte\n"), done.stderr


def test_no_product_tells_folders(made: Path, public: Path) -> None:
    files = [path for name in PRODUCTS for path in [made / name, *(made / name).rglob("*")]]
    files += [made / "located.csv-metadata.json", public]
    for path in files:
        if path.is_file():
            content = path.read_bytes()
            for word in ("made-secretly", "public-secretly", str(Path.home()), str(Path.cwd())):
                assert word.encode() not in content, f"{path}: {word}"


def test_a_record_tells_nothing_of_who_made_it_where_and_when(made: Path) -> None:
    for name in PRODUCTS:
        record = read_about(made / name)
        assert set(record.more) <= {"vintage", "level", "method"}
        assert not {"/", os.sep} & set("".join(record.command))
        assert {source.name for source in record.inputs} <= {"", NAME, "roads.geojson", "field.tif"}


def test_a_file_without_a_record_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>")
    for command in ("about", "verify"):
        done = run(command, "a.html", cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr == "maligeo: a.html carries no record of what made it\n"


# Hostile records


def hostile(folder: Path, *command: str, inputs: tuple[Source, ...] = ()) -> Path:
    """Write an archive with a record of our choice."""
    record = Provenance(command, (bundled_data(), *inputs), "internal", versions(), {})
    info = ArchiveInfo("a", "mvt", (0, 0), Bounds(0, 0, 1, 1), more={KEY: record.to_json()})
    with open_archive(folder / "a.pmtiles", info) as archive:
        archive.put(0, 0, 0, b"tile")
    return folder / "a.pmtiles"


class Untouched:
    """An application that must not be run."""

    def __init__(self, root: Any) -> None:
        self.commands = root.commands

    def main(self, **_: object) -> None:
        raise AssertionError("something was run")


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("serve", "."),
        ("serve", "--host", "0.0.0.0"),
        ("fetch", "cod-ab"),
        ("check", "{records}", "--rejects", "{rejects}"),
        ("about", "a.pmtiles"),
        ("verify", "a.pmtiles"),
        ("tiles",),
        ("tiles", "info", "a.pmtiles"),
        ("tiles", "vector", "map"),
        ("rm", "-rf", "/"),
        ("--help",),
        ("map", "--help"),
        ("map", "--output", "/etc/motd"),
        ("map", "-o", "a.pmtiles"),
        ("map", "--region"),
        ("map", "--incidents", "/etc/passwd"),
        ("tiles", "vector", "--output", "../a.pmtiles"),
        ("tiles", "vector", "--output", "/tmp/a.pmtiles"),
        ("tiles", "vector", "--output", ".."),
        ("tiles", "vector", "--output", "a.mbtiles"),
        ("tiles", "vector", "--output=/tmp/a.pmtiles"),
        ("tiles", "vector", "--incidents", "secret.csv"),
        ("tiles", "vector", "--incidents", "{projects}"),
        ("tiles", "vector", "--incidents", "{incidents}/../x"),
        ("tiles", "vector", "--layer", "a=/etc/passwd"),
        ("tiles", "vector", "--layer", "a={layer b}"),
        ("tiles", "vector", "--layer", "{layer a}"),
        ("tiles", "raster", "/vsicurl/http://192.0.2.1/a.tif"),
        ("tiles", "raster", "{raster}", "{raster}"),
        ("tiles", "raster", "{raster}", "--workers", "5000"),
        ("locate", "/etc/passwd"),
        ("locate", "{records}", "--rejects", "/tmp/x.csv"),
        ("locate", "{records}", "--rejects", "{output}"),
        ("crosswalk", "secret.geojson", "2015"),
        ("crosswalk", "{incidents}", "2015"),
        ("crosswalk", "2023", "2015", "--table", "secret.csv"),
    ],
    ids=" ".join,
)
def test_nothing_else_is_run(tmp_path: Path, root: Any, command: tuple[str, ...]) -> None:
    (tmp_path / "secret.csv").write_text(CSV)
    inputs = tuple(
        Source(role, "secret.csv", file_sha256(tmp_path / "secret.csv"))
        for role in ("incidents", "records", "raster", "layer a", "layer b")
    )
    path = hostile(tmp_path, *command, inputs=inputs)
    with pytest.raises(InputFileError) as caught:
        remake(path, Untouched(root), {})
    assert len(str(caught.value).splitlines()) == 1
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.pmtiles", "secret.csv"]


@pytest.mark.parametrize(
    "name", ["../secret.csv", "", ".", "..", "a/../../secret.csv", "a\\b", "x\0"]
)
def test_inputs_elsewhere_are_not_looked_for(
    tmp_path: Path, root: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "secret.csv").write_text(CSV)
    below = tmp_path / "a"
    below.mkdir()
    monkeypatch.chdir(below)
    hashes = file_sha256(tmp_path / "secret.csv")
    absolute = str(tmp_path / "secret.csv")
    for told in (name, absolute):
        source = Source("incidents", told, hashes)
        path = hostile(below, "tiles", "vector", "--incidents", "{incidents}", inputs=(source,))
        with pytest.raises(InputFileError, match="neither here nor beside it"):
            remake(path, Untouched(root), {})


def test_a_file_with_another_hash_is_never_given_to_a_command(tmp_path: Path, root: Any) -> None:
    (tmp_path / "secret.csv").write_text(CSV)
    command = ("tiles", "vector", "--incidents", "{incidents}")
    path = hostile(tmp_path, *command, inputs=(Source("incidents", "secret.csv", "00" * 32),))
    findings = remake(path, Untouched(root), {})
    assert findings.made_again is False
    assert findings.differing == ("incidents: secret.csv is not the file it was made from",)
    unknown = hostile(tmp_path, *command)
    with pytest.raises(InputFileError, match="its incidents cannot be found again"):
        remake(unknown, Untouched(root), {"incidents": tmp_path / "secret.csv"})


def test_a_raster_that_names_others_is_not_read(tmp_path: Path, root: Any) -> None:
    virtual = tmp_path / "a.tif"
    virtual.write_text("<VRTDataset><!-- /etc/passwd --></VRTDataset>")
    source = Source("raster", "a.tif", file_sha256(virtual))
    path = hostile(tmp_path, "tiles", "raster", "{raster}", inputs=(source,))
    with pytest.raises(InputFileError, match="is no GeoTIFF"):
        remake(path, Untouched(root), {})


def test_a_value_is_never_taken_for_an_option(tmp_path: Path, root: Any) -> None:
    victim = tmp_path / "victim.pmtiles"
    path = hostile(tmp_path, "tiles", "vector", "--zooms", f"--output={victim}")
    with pytest.raises(InputFileError, match="cannot be made again: --zooms"):
        remake(path, root, {})
    path = hostile(tmp_path, "tiles", "vector", "--low-zooms", "x\x1b[2J\n")
    with pytest.raises(InputFileError, match="cannot be made again"):
        remake(path, root, {})
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.pmtiles"]


def test_a_command_writes_into_a_folder_that_is_gone_afterwards(
    tmp_path: Path, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []

    class Seen(Untouched):
        def main(self, *, args: list[str], **rest: Any) -> None:
            (output,) = [token for token in args if token.startswith("--output=")]
            seen.append(Path(output.removeprefix("--output=")))
            root.main(args=args, **rest)

    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    path = hostile(tmp_path, "tiles", "vector", "--zooms", "0-1")
    assert remake(path, Seen(root), {}).differing
    assert [place.name for place in seen] == ["a.pmtiles"]
    assert not seen[0].parent.exists()
    assert not list(work.iterdir())
    assert [entry.name for entry in tmp_path.iterdir() if entry != work] == ["a.pmtiles"]


def test_versions_are_compared_with_those_here(
    made: Path, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "versions", lambda: versions() | {"shapely": "9.9"})
    findings = remake(made / "mali.pmtiles", root, {})
    assert findings.differing == ()
    assert findings.versions == (f"shapely: {versions()['shapely']} then, 9.9 here",)


def test_every_option_of_a_recorded_command_has_its_kind(root: Any) -> None:
    for names in COMMANDS:
        command = find_command(root, names)
        kinds = {str(each.name): kind_of(each) for each in command.params if each.name != "help"}
        assert kinds["output"] is Kind.product, names
    with pytest.raises(MaligeoError, match="no command that can be recorded"):
        find_command(root, ("serve",))


def test_signs_that_steer_a_terminal_are_written_as_codes() -> None:
    assert printable("é \x1b[2J\u202e\n") == "é \\x1b[2J\\u202e\\n"


def test_records_do_not_depend_on_the_day_or_the_folder(made: Path, tmp_path: Path) -> None:
    for name in ("mali.pmtiles", "located.gpkg"):
        elsewhere = tmp_path / name.partition(".")[0]
        elsewhere.mkdir()
        write_inputs(elsewhere)
        done = call(*PRODUCTS[name], "-o", name, cwd=elsewhere)
        assert done.returncode == 0, done.stderr
        assert (elsewhere / name).read_bytes() == (made / name).read_bytes()
