"""Every fault of the file of a build is named by its key, all at once, in both languages."""

from pathlib import Path

import pytest

from maligeo.core.errors import InputFileError, SettingsError
from maligeo.readers.files.sources import Source
from maligeo.workflows.builds.settings import KINDS, read_month
from maligeo.workflows.builds.steps import Inputs, plan_for
from tests.workflows.builds.months import write_month, write_records

MAP = '[[map]]\nfile = "a.html"\n'

FAULTS = {
    "unknown key": ('titel = "x"\n' + MAP, "titel", "is no key that is known here; is it 'title'"),
    "unknown key of an input": (
        'incidents = {file = "incidents.csv", dat = "day-month"}\n' + MAP,
        "incidents.dat", "is no key that is known here; is it 'dates'?",
    ),
    "unknown option": (MAP + 'layer = "killed"\n', "map[1].layer", "is it 'layers'"),
    "option of another product": (
        '[[report]]\nfile = "a.pdf"\nlayers = "killed"\n', "report[1].layers", "is no key",
    ),
    "no product": ('title = "x"\n', "map", "is missing, and so is every other product"),
    "products as a table": ('[map]\nfile = "a.html"\n', "map", "is not written like [[map]]"),
    "title": ("title = 3\n" + MAP, "title", "is no text, nor one for fr and one for en"),
    "title in another language": (
        'title = {de = "x"}\n' + MAP, "title.de", "is no key that is known here",
    ),
    "output": ("output = 3\n" + MAP, "output", "is no text"),
    "audience": (
        'audiences = ["publik"]\n' + MAP, "audiences",
        "is none of internal, partner, public; is it 'public'? (found 'publik')",
    ),
    "no audience": ("audiences = []\n" + MAP, "audiences", "is no word, nor a list of words"),
    "audience without a product": (
        'audiences = ["public", "internal"]\n' + MAP + 'audiences = "public"\n', "audiences",
        "is named, and no product is for it (found 'internal')",
    ),
    "audience of a product": (
        MAP + 'audiences = "internal"\n', "map[1].audiences", "is none of public",
    ),
    "language": ('languages = "de"\n' + MAP, "languages", "is none of fr, en (found 'de')"),
    "period": ('period = "2021-13"\n' + MAP, "period", "2021-13"),
    "covers": (
        'covers = "2021"\n' + MAP, "covers", "is about incidents or areas, and none are given",
    ),
    "day": ("as_of = 3\n" + MAP, "as_of", "is no day"),
    "day to come": ("as_of = 2999-01-01\n" + MAP, "as_of", "is still to come"),
    "store": ("store = 3\n" + MAP, "store", "is no text"),
    "filter": ('only = {secteur = "x"}\n' + MAP, "only.secteur", "is it 'sector'?"),
    "filter as a text": ('only = "sector=x"\n' + MAP, "only", "is no table of words"),
    "values of a filter": (
        "only = {sector = 3}\n" + MAP, "only.sector", "is no text, nor a list of texts",
    ),
    "need": ("need = 3\n" + MAP, "need", "is no text, nor a list of texts"),
    "weights": (
        "need = {killed = 0}\n" + MAP, "need", "must have a number above 0 for each measure",
    ),
    "need by file": ('need = "idp.csv"\n' + MAP, "need", "names a file"),
    "input": ("incidents = 3\n" + MAP, "incidents", "is no file, nor a table with one"),
    "input without file": (
        'incidents = {sheet = "a"}\n' + MAP, "incidents.file", "is missing",
    ),
    "file that is not there": (
        'incidents = "gone.csv"\n' + MAP, "incidents.file",
        "is no file that is there (found 'gone.csv')",
    ),
    "profile that is not there": (
        'incidents = {file = "incidents.csv", profile = "gone.toml"}\n' + MAP,
        "incidents.profile", "cannot read",
    ),
    "profile": (
        'incidents = {file = "incidents.csv", profile = "month.toml"}\n' + MAP,
        "incidents.profile", "is no profile",
    ),
    "how dates are read": (
        'incidents = {file = "incidents.csv", dates = "jma"}\n' + MAP, "incidents.dates",
        "is none of day-month, month-day (found 'jma')",
    ),
    "row of headings": (
        'incidents = {file = "incidents.csv", header_row = "un"}\n' + MAP,
        "incidents.header_row", "is no number of a row: rows are counted from 1 (found 'un')",
    ),
    "columns as a text": (
        'incidents = {file = "incidents.csv", columns = "x"}\n' + MAP, "incidents.columns",
        "is no table of texts, such as killed = \"Pertes\" (found 'x')",
    ),
    "constants as a list": (
        'incidents = {file = "incidents.csv", constants = ["x"]}\n' + MAP,
        "incidents.constants", "is no table of texts",
    ),
    "places that are no texts": (
        'incidents = {file = "incidents.csv", places = {Gaoo = 7}}\n' + MAP,
        "incidents.places", "is no table of texts",
    ),
    "a place without a name": (
        'incidents = {file = "incidents.csv", places = {"-" = "Gao"}}\n' + MAP,
        "incidents", "places name each place of the file once",
    ),
    "sheet": (
        'incidents = {file = "incidents.csv", sheet = 2}\n' + MAP, "incidents.sheet", "is no text",
    ),
    "level of boundaries": (
        'boundaries = {file = "incidents.csv", level = "2"}\n' + MAP, "boundaries.level",
        "is no whole number",
    ),
    "vintage of boundaries": (
        'boundaries = {file = "incidents.csv", vintage = 2015}\n' + MAP, "boundaries.vintage",
        "is no text",
    ),
    "profile that is no text": (
        'incidents = {file = "incidents.csv", profile = 3}\n' + MAP, "incidents.profile",
        "is no text (found 3)",
    ),
    "no file of a product": ("[[map]]\nlayers = 'killed'\n", "map[1].file", "is missing"),
    "file above the folder": (
        '[[map]]\nfile = "../a.html"\n', "map[1].file", "is not within the output folder",
    ),
    "file elsewhere": (
        '[[map]]\nfile = "/tmp/a.html"\n', "map[1].file", "is not within the output folder",
    ),
    "file of another drive": (
        "[[map]]\nfile = 'C:\\a.html'\n", "map[1].file", "is not within the output folder",
    ),
    "signs": ('[[map]]\nfile = "a?.html"\n', "map[1].file", "has signs that a name"),
    "device": ('[[map]]\nfile = "aux.html"\n', "map[1].file", "is a name that Windows keeps"),
    "index": (
        '[[report]]\nfile = "Index.html"\n', "report[1].file", "the build needs for itself",
    ),
    "index by another name": (
        '[[report]]\nfile = ".//index.html"\n', "report[1].file", "the build needs for itself",
    ),
    "folder of that name": (
        '[[map]]\nfile = "index.html/a.html"\n', "map[1].file", "the build needs for itself",
    ),
    "the folder itself": ('[[export]]\nfile = "./"\n', "export[1].file", "needs for itself"),
    "file above a folder": (
        '[[map]]\nfile = "x/../../a.html"\n', "map[1].file", "is not within the output folder",
    ),
    "suffix": ('[[map]]\nfile = "a.xlsx"\n', "map[1].file", "must end in one of .html, .htm, .pdf"),
    "language of a table": (
        '[[table]]\nfile = "{language}.csv"\n', "table[1].file", "has a part in braces",
    ),
    "region named twice": (
        '[[map]]\nfile = "{region}.html"\nregion = "Gao"\n', "map[1].file", "has a part in braces",
    ),
    "layers": (MAP + "layers = 3\n", "map[1].layers", "is no text, nor a list of texts"),
    "flag": (MAP + 'online_tiles = "yes"\n', "map[1].online_tiles", "is neither true nor false"),
    "compared": (MAP + 'compare = "2021"\n', "map[1].compare", 'is neither "auto" nor two periods'),
    "archive": (MAP + 'tiles = "gone.pmtiles"\n', "map[1].tiles", "is no file that is there"),
    "zooms": (
        '[[tiles]]\nfile = "a.pmtiles"\nzooms = [9, 3]\n', "tiles[1].zooms",
        "is not two zooms like [0, 8]",
    ),
    "option of a raster": (
        'incidents = "incidents.csv"\n[[tiles]]\nfile = "a.pmtiles"\nraster = "incidents.csv"\n'
        'low_zooms = "cluster"\n', "tiles[1].low_zooms", "is about records, and not a raster",
    ),
    "of what is not given": (MAP + 'of = "projects"\n', "map[1].of", "is none of"),
    "figures for others": (
        'figures = "incidents.csv"\n' + MAP + 'of = "figures"\n', "map[1].of",
        "is for the audience internal alone",
    ),
    "figures alone, for others": (
        'figures = "incidents.csv"\n[[table]]\nfile = "a.csv"\n', "table[1].of",
        "is for the audience internal alone",
    ),
    "an empty word": (
        'incidents = "incidents.csv"\n' + MAP + 'of = ""\n', "map[1].of", "is none of",
    ),
    "a table of two kinds": (
        'incidents = "incidents.csv"\nprojects = "projects.csv"\n[[table]]\nfile = "a.csv"\n',
        "table[1].of", "must name one: a table counts one kind of record",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("faults")
    write_records(made)
    return made


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_by_its_key(folder: Path, name: str) -> None:
    text, key, reason = FAULTS[name]
    with pytest.raises(SettingsError) as raised:
        read_month(write_month(folder, text))
    (fault,) = raised.value.faults
    assert fault.column == key
    assert f"  {key}: " in str(raised.value)
    assert reason in str(raised.value)
    french = raised.value.message("fr").split("\n", maxsplit=1)[1]
    assert french.strip() != str(raised.value).split("\n", maxsplit=1)[1].strip()


def test_a_mark_of_the_order_of_bytes_is_no_part_of_a_file(folder: Path) -> None:
    """Editors on Windows put one before the text."""
    profile = "[incidents]\nheader_row = 2\n"
    (folder / "marked.toml").write_text(profile, encoding="utf-8-sig")
    text = 'incidents = {file = "incidents.csv", profile = "marked.toml"}\n' + MAP
    file = folder / "month.toml"
    file.write_text(text, encoding="utf-8-sig")
    assert read_month(file).inputs["incidents"].header_row == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = oui\n", "ligne 1, colonne 9 : ce n’est pas une valeur"),
        ('title = "a"\ntitle = "b"\n', "cette clé a déjà une valeur plus haut"),
        ("[[map]\n", "il manque « ]] » à la fin du titre"),
        ("title\n", "il manque « = » après la clé"),
        ('title = "a', "à la fin du fichier : un texte n’est pas fermé"),
        ('need = ["killed"', "à la fin du fichier : une liste n’est pas fermée"),
        ("= 3\n", "ligne 1, colonne 1 : ce n’est ni une clé"),
        ('map = [{file = "a" file = "b"}]', "une table n’est pas fermée : il manque « } »"),
        ('store = "C:\\données"', "« \\ » dans un texte"),
        ("as_of = 2022-02-30", "ce n’est pas une date"),
        ('title = "a\nb"', "le signe '\\n' n’est pas possible ici"),
        ('period = "2022" covers = "2022"', "une clé par ligne"),
        ("[only]\n[only]\n", "ce titre est déjà plus haut : ('only',)"),
    ],
)
def test_what_is_no_toml_is_said_in_french(folder: Path, text: str, said: str) -> None:
    with pytest.raises(InputFileError) as raised:
        read_month(write_month(folder, text))
    told = raised.value.message("fr").replace("\u00a0", " ").replace("\u202f", " ")
    assert f"{folder / 'month.toml'} n’est pas du TOML : " in told
    assert said in told


def test_what_is_not_in_utf_8_is_said_in_plain_words(folder: Path) -> None:
    file = folder / "month.toml"
    file.write_bytes('title = "Décembre"\n'.encode("latin-1"))
    with pytest.raises(InputFileError) as raised:
        read_month(file)
    assert str(raised.value) == f"{file} is not in UTF-8: save it as such"
    assert raised.value.message("fr") == f"{file} n’est pas en UTF-8\u00a0: enregistrez-le ainsi"


def test_all_faults_stand_in_one_error(folder: Path) -> None:
    text = 'titel = "x"\nlanguages = "de"\n' + MAP + 'layer = "x"\n[[map]]\nfile = "b.csv"\n'
    file = write_month(folder, text)
    with pytest.raises(SettingsError) as raised:
        read_month(file)
    assert [fault.column for fault in raised.value.faults] == [
        "titel", "languages", "map[1].layer", "map[2].file"
    ]  # fmt: skip
    assert str(raised.value).startswith(f"{file}: 4 faults\n")
    assert raised.value.message("fr").startswith(f"{file}\u00a0: 4 fautes\n")


@pytest.mark.parametrize(
    "second",
    [
        '[[map]]\nfile = "A.html"\n',
        '[[report]]\nfile = "a.html"\n',
        '[[map]]\nfile="a.html/b.html"',
        '[[map]]\nfile="./a.html"',
        '[[map]]\nfile=".//./a.html"',
        '[[map]]\nfile="\u00e9.html"\n[[report]]\nfile="e\u0301.html"',
    ],
)
def test_two_products_of_one_name(folder: Path, second: str) -> None:
    month = read_month(write_month(folder, MAP + second))
    with pytest.raises(SettingsError, match="is the name of another product too"):
        plan_for(month, "public", Inputs(month), may_begin=False)


def test_a_file_has_one_name_however_it_is_written(folder: Path) -> None:
    text = '[[map]]\nfile = "x/.//{region}.html"\n[[export]]\nfile = "./open/"\n'
    assert [one.file for one in read_month(write_month(folder, text)).products] == [
        "x/{region}.html", "open"
    ]  # fmt: skip


def test_paths_are_relative_to_the_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    month = read_month(write_month(folder, 'incidents = "incidents.csv"\nstore = "s"\n' + MAP))
    assert Path(month.inputs["incidents"]) == folder / "incidents.csv"
    assert (month.folder, month.store) == (folder / "month", folder / "s")
    assert read_month(month.file, "elsewhere").folder == Path("elsewhere")


def test_what_is_said_of_an_input_goes_before_its_profile(folder: Path) -> None:
    profile = (
        '[incidents]\ndates = "day-month"\nheader_row = 2\n[incidents.columns]\nkilled = "x"\n'
    )
    (folder / "profile.toml").write_text(profile, encoding="utf-8")
    text = (
        '[incidents]\nfile = "incidents.csv"\nprofile = "profile.toml"\nheader_row = 3\n'
        '[boundaries]\nfile = "projects.csv"\nlevel = 2\nvintage = "2015"\n' + MAP
    )
    month = read_month(write_month(folder, text))
    assert month.inputs["incidents"] == Source(
        str(folder / "incidents.csv"), dates="day-month", header_row=3, columns={"killed": "x"}
    )
    assert (month.inputs["boundaries"].level, month.inputs["boundaries"].vintage) == (2, "2015")


def test_what_a_product_is_made_from(folder: Path) -> None:
    text = (
        'audiences = ["internal", "public"]\nincidents = "incidents.csv"\n'
        'projects = "projects.csv"\nareas = "projects.csv"\nfigures = "projects.csv"\n'
        + MAP + 'audiences = "internal"\n[[map]]\nfile = "b.html"\n[[report]]\nfile = "c.html"\n'
        '[[tiles]]\nfile = "d.pmtiles"\n[[map]]\nfile = "e.html"\nof = []\n'
        '[[table]]\nfile = "f.csv"\nof = "areas"\n'
    )  # fmt: skip
    month = read_month(write_month(folder, text))
    assert [one.of for one in month.products] == [
        ("incidents", "projects", "areas", "figures"),
        ("incidents", "projects", "areas", "figures"),
        (),
        ("incidents", "projects"),
        ("incidents", "projects", "areas"),
        ("areas",),
    ]
    for audience, figures in (("internal", ("figures",)), ("public", ())):
        plan = plan_for(month, audience, Inputs(month), may_begin=False)  # type: ignore[arg-type]
        of = {step.file: step.wanted.of for step in plan.steps}
        assert of["b.html"] == ("incidents", "projects", "areas", *figures)


def test_options_are_those_of_the_functions_that_make_products() -> None:
    assert {"region", "layers", "compare", "language"} <= set(KINDS["map"].options)
    assert {"language", "layers"} <= set(KINDS["export"].options)
    assert not {"self", "path"} & {name for kind in KINDS.values() for name in kind.options}
