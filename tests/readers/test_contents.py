"""A file that holds no records is named as what it is, whatever its suffix says."""

import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

import maligeo
from maligeo.cli import main
from maligeo.core.errors import InputFileError, MaligeoError

OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500


def zipped(*names: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return content.getvalue()


def workbook() -> bytes:
    book, content = openpyxl.Workbook(), BytesIO()
    assert book.active is not None
    book.active.append(["date", "région", "tués"])
    book.save(content)
    return content.getvalue()


FILES = {
    "pdf": ("list.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF", "est un PDF"),
    "png": ("list.xlsx", b"\x89PNG\r\n\x1a\n\0\0", "is a picture", "est une image"),
    "jpeg": ("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "is a picture", "est une image"),
    "xls": ("list.xls", OFFICE + "Workbook".encode("utf-16-le"), "before 2007", "d’avant 2007"),
    "doc": (
        "list.doc", OFFICE + "WordDocument".encode("utf-16-le"), "Word document", "document Word",
    ),
    "password": (
        "list.xlsx", OFFICE + "EncryptedPackage".encode("utf-16-le"), "password", "mot de passe",
    ),
    "docx": ("list.docx", zipped("word/document.xml"), "Word document", "document Word"),
    "ods": ("list.ods", zipped("mimetype", "content.xml"), "LibreOffice", "LibreOffice"),
    "xlsb": ("list.xlsb", zipped("xl/workbook.bin"), "binary workbook", "classeur binaire"),
    "other zip": ("list.xlsx", zipped("a.txt"), "archive of other files: a.txt", "une archive"),
    "cut off": ("list.xlsx", workbook()[:400], "damaged or cut off", "abîmé ou coupé"),
    "renamed": ("list.csv", workbook(), "is a workbook, whatever", "est un classeur, quoi"),
    "html": (
        "list.xls", b"<html><table><tr><td>date</td></tr></table></html>", "is a web page",
        "est une page web",
    ),
    "page as csv": ("list.csv", b"<!DOCTYPE html>\n<html></html>", "web page", "page web"),
    "text as xlsx": ("list.xlsx", b"date;killed\n", "is a text, whatever", "est un texte, quoi"),
    "text": ("list.dat", b"date;killed\n", "is a text: if it is a table", "est un texte : si"),
    "empty": ("list.csv", b"", "is empty", "est vide"),
    "packed": ("list.gz", b"\x1f\x8b\x08\0", "is a packed archive", "archive compressée"),
    "track": ("walk.gpx", b'<?xml version="1.0"?>\n<gpx></gpx>', "track of a GPS", "trace de GPS"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("reader", ["read_incidents", "read_projects", "read_boundaries"])
def test_it_is_said_what_a_file_is(tmp_path: Path, kind: str, reader: str) -> None:
    name, content, english, french = FILES[kind]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputFileError) as raised:
        getattr(maligeo, reader)(path)
    assert english in str(raised.value)
    assert french in raised.value.message("fr").replace("\u00a0", " ")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MaligeoError) as missing:
        maligeo.read_incidents(tmp_path / "none.csv")
    assert missing.value.message("fr").endswith("il n’y a pas de fichier de ce nom")
    with pytest.raises(MaligeoError, match="is a folder"):
        maligeo.read_incidents(tmp_path)


def test_check_says_the_nearest_kind_and_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("Quand;Région;Tués\n03/03/2022;Gao;2\n", "utf-8")
    with pytest.raises(SystemExit):
        main(["check", str(path)])
    told = capsys.readouterr().err.replace("\u00a0", " ")
    assert "Le genre le plus proche : incidents ; il manque : date." in told
    assert '--column "date=…"' in told
    assert "Quand, Région, Tués" in told
    assert "GeoParquet" not in told
