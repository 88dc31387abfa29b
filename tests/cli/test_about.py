"""`maligeo about` and `maligeo verify`, end to end and against hostile records."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import maligeo
from maligeo.core.crs import Bounds
from maligeo.core.errors import InputFileError
from maligeo.provenance import read_about
from maligeo.provenance.record import KEY, InputFile, Provenance, file_sha256, printable
from maligeo.tiles.archives import open_archive
from maligeo.tiles.metadata import ArchiveInfo
from maligeo.workflows import remaking
from maligeo.workflows.recipes import bundled_data, versions
from maligeo.workflows.remaking import PRODUCTS as MADE
from maligeo.workflows.remaking import remake
from tests.cli.commands import SAME, run
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


call = run


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


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_product_tells_its_making_and_is_made_again_the_same(made: Path, name: str) -> None:
    told = call("about", name, "--format", "json", cwd=made)
    assert told.returncode == 0, told.stderr
    record = json.loads(told.stdout)
    assert record["product"].split()[0] == PRODUCTS[name][0]
    assert record["versions"]["maligeo"] == versions()["maligeo"]
    assert record["inputs"][0]["role"] == "bundled data"
    for source in record["inputs"][1:]:
        assert source["sha256"] == file_sha256(made / source["name"])
    done = call("verify", name, cwd=made)
    assert (done.returncode, done.stdout) == (0, SAME), done.stderr
    beside = call("verify", str(made / name), cwd=made.parent)
    assert beside.returncode == 0, beside.stdout


def test_about_is_readable(made: Path) -> None:
    done = call("about", "house.mbtiles", cwd=made)
    assert done.stdout.splitlines()[:3] == [
        "house.mbtiles",
        "  for         internal",
        "  product     tiles vector: audience internal, incidents {incidents}, "
        "low_zooms cluster, output house.mbtiles, zooms 2/4",
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
        f"made by maligeo {maligeo.__version__}",
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
        "made by maligeo 0.0.1\\x1b[2J",
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
                "--store", "store", "-o", "public.pmtiles", cwd=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield folder / "public.pmtiles"


def test_a_public_product_tells_no_names(public: Path) -> None:
    record = read_about(public)
    assert record.audience == "public"
    (source,) = [source for source in record.inputs if source.role == "incidents"]
    assert (source.role, source.name) == ("incidents", "")
    assert source.sha256.startswith("keyed:")  # whoever guesses a file cannot try its hash
    assert file_sha256(public.parent / NAME) not in record.to_json()
    assert "tabankort" not in record.to_json()
    done = call("verify", public.name, cwd=public.parent)
    assert done.returncode == 1
    assert "incidents; the name is not recorded of incidents; give them as" in done.stderr
    french = call("verify", public.name, "--language", "fr", cwd=public.parent).stderr
    assert "incidents ; le nom n’est pas enregistré pour : incidents ; donnez-les" in " ".join(
        french.split()
    )
    elsewhere = call("verify", public.name, "--incidents", NAME, cwd=public.parent)
    assert (elsewhere.returncode, "another store" in elsewhere.stdout) == (1, True)
    given = ("--incidents", NAME, "--store", "store")
    done = call("verify", public.name, *given, cwd=public.parent)
    assert (done.returncode, done.stdout) == (0, SAME), done.stderr


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
        assert not {"/", os.sep} & set(json.dumps(record.options))
        assert {source.name for source in record.inputs} <= {"", NAME, "roads.geojson", "field.tif"}


def test_a_file_without_a_record_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>")
    for command in ("about", "verify"):
        done = run(command, "a.html", cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr == "maligeo: a.html carries no record of what made it\n"


# Hostile records

Options = dict[str, Any]
SECRET: Options = {"role": "incidents"}


def hostile(
    folder: Path, product: str, options: Any = None, inputs: tuple[InputFile, ...] = ()
) -> Path:
    """Write an archive with a record of our choice."""
    record = Provenance(
        product, options or {}, (bundled_data(), *inputs), "internal", versions(), {}
    )
    info = ArchiveInfo("a", "mvt", (0, 0), Bounds(0, 0, 1, 1), more={KEY: record.to_json()})
    with open_archive(folder / "a.pmtiles", info) as archive:
        archive.put(0, 0, 0, b"tile")
    return folder / "a.pmtiles"


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every step fail that reads a file or makes something of one."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("something was run")

    for name in ("study", "located_file", "crosswalk_table", "vector_archive", "raster_archive"):
        monkeypatch.setattr(remaking, name, fail)
    for name in MADE:
        monkeypatch.setitem(MADE, name, fail)


@pytest.mark.parametrize(
    ("product", "options"),
    [
        ("", {}),
        ("serve", {"folder": "."}),
        ("serve", {"host": "0.0.0.0"}),
        ("fetch", {"name": "cod-ab"}),
        ("check", {"records": {"role": "records"}, "rejects": "{rejects}"}),
        ("about", {"product": "a.pmtiles"}),
        ("verify", {"product": "a.pmtiles"}),
        ("tiles", {}),
        ("tiles info", {"archive": "a.pmtiles"}),
        ("tiles vector map", {}),
        ("rm", {"region": "-rf"}),
        ("--help", {}),
        ("map", {"help": True}),
        ("map", {"output": "/etc/motd"}),
        ("map", {"o": "a.pmtiles"}),
        ("map", {"region": None}),
        ("map", {"region": {"role": "region"}}),
        ("map", {"incidents": "/etc/passwd"}),
        ("map", {"incidents": ["/etc/passwd"]}),
        ("map", {"incidents": {"role": "incidents", "path": "/etc/passwd"}}),
        ("map", {"self": "x"}),
        ("map", {"online_tiles": "yes"}),
        ("map", {"compare": [SECRET, SECRET]}),
        ("tiles vector", {"output": "../a.pmtiles"}),
        ("tiles vector", {"output": "/tmp/a.pmtiles"}),
        ("tiles vector", {"output": ".."}),
        ("tiles vector", {"output": "a.mbtiles"}),
        ("tiles vector", {"--output": "/tmp/a.pmtiles"}),
        ("tiles vector", {"incidents": "secret.csv"}),
        ("tiles vector", {"incidents": {"role": "projects"}}),
        ("tiles vector", {"incidents": {"role": "incidents/../x"}}),
        ("tiles vector", {"layers": [{"role": "/etc/passwd"}]}),
        ("tiles vector", {"layers": {"a": "/etc/passwd"}}),
        ("tiles vector", {"layers": ["/etc/passwd"]}),
        ("tiles vector", {"progress": "print"}),
        ("tiles vector", {"zooms": "0-3"}),
        ("tiles vector", {"zooms": [True, 3]}),
        ("tiles vector", {"zooms": []}),
        ("tiles raster", {"raster": "/vsicurl/http://192.0.2.1/a.tif"}),
        ("tiles raster", {"raster": {"role": "raster"}, "source": {"role": "raster"}}),
        ("tiles raster", {"raster": {"role": "raster"}, "workers": 5000}),
        ("tiles raster", {"raster": {"role": "raster"}, "workers": "tcp://192.0.2.1"}),
        ("locate", {"records": "/etc/passwd"}),
        ("locate", {"records": {"role": "records"}, "rejects": "/tmp/x.csv"}),
        ("locate", {"records": {"role": "records"}, "progress": True}),
        ("crosswalk", {"origin": "secret.geojson", "target": "2015"}),
        ("crosswalk", {"origin": SECRET, "target": "2015"}),
        ("crosswalk", {"origin": "2023", "target": "2015", "table": "secret.csv"}),
        ("surface", {"incidents": SECRET, "cell_km": "1"}),
        ("surface", {"incidents": SECRET, "cell_km": 1e300}),
        ("map", {"incidents": SECRET | {"sheet": 5}}),
        ("map", {"incidents": SECRET | {"layer": ["a"]}}),
        ("map", {"boundaries": {"role": "boundaries", "level": "1"}}),
        ("map", {"compare": ["2021"]}),
        ("tiles vector", {"zooms": [0, 1, 2]}),
    ],
    ids=str,
)
@pytest.mark.usefixtures("untouched")
def test_nothing_else_is_made(tmp_path: Path, product: str, options: Options) -> None:
    (tmp_path / "secret.csv").write_text(CSV)
    inputs = tuple(
        InputFile(role, "secret.csv", file_sha256(tmp_path / "secret.csv"))
        for role in ("incidents", "records", "raster", "layer a", "layer b")
    )
    path = hostile(tmp_path, product, options, inputs)
    with pytest.raises(InputFileError) as caught:
        remake(path, {})
    assert len(str(caught.value).splitlines()) == 1
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.pmtiles", "secret.csv"]


@pytest.mark.parametrize(
    "name", ["../secret.csv", "", ".", "..", "a/../../secret.csv", "a\\b", "x\0"]
)
@pytest.mark.usefixtures("untouched")
def test_inputs_elsewhere_are_not_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "secret.csv").write_text(CSV)
    below = tmp_path / "a"
    below.mkdir()
    monkeypatch.chdir(below)
    hashes = file_sha256(tmp_path / "secret.csv")
    absolute = str(tmp_path / "secret.csv")
    for told in (name, absolute):
        source = InputFile("incidents", told, hashes)
        path = hostile(below, "tiles vector", {"incidents": SECRET}, (source,))
        with pytest.raises(InputFileError, match="neither here nor next to it"):
            remake(path, {})


@pytest.mark.usefixtures("untouched")
def test_a_file_with_another_hash_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(CSV)
    options = {"incidents": SECRET}
    other = InputFile("incidents", "secret.csv", "00" * 32)
    findings = remake(hostile(tmp_path, "tiles vector", options, (other,)), {})
    assert findings.made_again is False
    assert findings.differing == ("incidents: secret.csv is not the file it was made from",)
    unknown = hostile(tmp_path, "tiles vector", options)
    with pytest.raises(InputFileError, match="its incidents cannot be found again"):
        remake(unknown, {"incidents": tmp_path / "secret.csv"})


@pytest.mark.usefixtures("untouched")
def test_a_raster_that_names_others_is_not_read(tmp_path: Path) -> None:
    virtual = tmp_path / "a.tif"
    virtual.write_text("<VRTDataset><!-- /etc/passwd --></VRTDataset>")
    source = InputFile("raster", "a.tif", file_sha256(virtual))
    path = hostile(tmp_path, "tiles raster", {"raster": {"role": "raster"}}, (source,))
    with pytest.raises(InputFileError, match="is no GeoTIFF"):
        remake(path, {})


@pytest.mark.parametrize("options", [{"low_zooms": "x\x1b[2J\n"}, {"zooms": [3, 1]}])
def test_a_value_that_does_not_fit_ends_in_one_error(tmp_path: Path, options: Options) -> None:
    path = hostile(tmp_path, "tiles vector", options)
    with pytest.raises(InputFileError, match="cannot be made again"):
        remake(path, {})
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.pmtiles"]


def test_a_product_is_made_in_a_folder_that_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []

    def vector(options: Options, folder: Path) -> Any:
        seen.append(folder)
        return make(options, folder)

    make = MADE["tiles vector"]
    monkeypatch.setitem(MADE, "tiles vector", vector)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    path = hostile(tmp_path, "tiles vector", {"zooms": [0, 1]})
    assert remake(path, {}).differing
    assert len(seen) == 1
    assert not seen[0].exists()
    assert not list(work.iterdir())
    assert [entry.name for entry in tmp_path.iterdir() if entry != work] == ["a.pmtiles"]


def test_a_sheet_leads_to_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record names a file by its hash, and a part of that file alone."""
    secret = tmp_path / "inc.csv#x"
    secret.write_text(CSV)
    incidents = tmp_path / "inc.csv"
    incidents.write_text(CSV.replace("E30", "E99"))
    opened: list[str] = []
    read = Path.open

    def watched(self: Path, *args: Any, **kwargs: Any) -> Any:
        opened.append(self.name)
        return read(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", watched)
    source = InputFile("incidents", "inc.csv", file_sha256(incidents))
    options = {"incidents": SECRET | {"sheet": "x"}, "audience": "internal"}
    with pytest.raises(InputFileError, match="no sheet"):
        remake(hostile(tmp_path, "tiles vector", options, (source,)), {})
    assert "inc.csv" in opened
    assert secret.name not in opened


def test_boundaries_are_given_by_their_option(tmp_path: Path) -> None:
    units = Path(__file__).parents[1] / "data" / "boundaries" / "geoboundaries_adm1.geojson"
    write_inputs(tmp_path)
    done = run(
        "map", "--incidents", NAME, "--boundaries", units, "--vintage", "2015", "--as-of",
        "2024-01-01", "-o", "m.html", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = run("verify", "m.html", "--incidents", NAME, "--boundaries", units, cwd=tmp_path)
    assert found.stdout == SAME, found.stderr


def test_versions_are_compared_with_those_here(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remaking, "versions", lambda **of: versions(**of) | {"shapely": "9.9"})
    findings = remake(made / "mali.pmtiles", {})
    assert findings.differing == ()
    assert findings.versions == (f"shapely: {versions()['shapely']} then, 9.9 here",)


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
