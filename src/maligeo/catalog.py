"""The bundled data: found, read by its own schema, and described.

Each folder below `data/` is a Frictionless data package. A table is read with the
column types that its `datapackage.json` declares, so that the data and their
description cannot drift apart unnoticed.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from maligeo.core import words
from maligeo.core.checks import require_known
from maligeo.core.errors import InputFileError

PACKAGES = ("boundaries", "incidents", "projects", "reference")

_CITED = "document"  # the column by which rows name a document

_PANDAS_TYPES = {
    "string": "string",
    "number": "Float64",
    "integer": "Int64",
    "year": "Int64",
    "boolean": "boolean",
    "date": "string",
}


def data_root() -> Path:
    """Give the folder of the bundled data, in a wheel or in a source tree.

    Raises
    ------
    InputFileError
        If the installation carries no data.
    """
    here = Path(__file__).resolve()
    for candidate in (here.parent / "data", here.parents[2] / "data"):
        if (candidate / "reference" / "datapackage.json").is_file():
            return candidate
    raise InputFileError(key="missing_bundled_data")


@cache
def describe(package: str) -> dict[str, Any]:
    """Read the description of a data package.

    Parameters
    ----------
    package : str
        One of boundaries, incidents, projects, reference.

    Returns
    -------
    dict
        The content of `datapackage.json` (Frictionless Data Package 1.0).

    Raises
    ------
    UnknownNameError
        If there is no package of that name.
    """
    require_known(package, PACKAGES, what="data package")
    text = (data_root() / package / "datapackage.json").read_text(encoding="utf-8")
    described: dict[str, Any] = json.loads(text)
    return described


def describe_resource(package: str, resource: str) -> dict[str, Any]:
    """Give the entry of one resource in its package's description.

    Raises
    ------
    UnknownNameError
        If the package has no such resource.
    """
    resources = {entry["name"]: entry for entry in describe(package)["resources"]}
    require_known(resource, resources, what=f"resource of {package}")
    found: dict[str, Any] = resources[resource]
    return found


def resource_path(package: str, resource: str) -> Path:
    """Give the file of a resource."""
    return data_root() / package / str(describe_resource(package, resource)["path"])


def load_table(package: str, resource: str) -> pd.DataFrame:
    """Read a bundled table with the column types of its schema.

    Parameters
    ----------
    package, resource : str
        Names as in `datapackage.json`.

    Returns
    -------
    pandas.DataFrame
        Columns in the order of the schema; dates are `datetime64`, empty cells missing. Where
        rows name a `document`, `source` is added: its publisher, title, date and address.

    Raises
    ------
    UnknownNameError
        If there is no such package or resource.
    """
    return _read(package, resource).copy(deep=False)  # of which pandas copies what is changed


@cache
def _read(package: str, resource: str) -> pd.DataFrame:
    fields = describe_resource(package, resource)["schema"]["fields"]
    table = pd.read_csv(
        resource_path(package, resource),
        dtype={field["name"]: _PANDAS_TYPES[field["type"]] for field in fields},
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8",
    )
    for field in fields:
        if field["type"] == "date":
            table[field["name"]] = pd.to_datetime(table[field["name"]], format="%Y-%m-%d")
    table = table[[field["name"] for field in fields]]
    return table if _CITED not in table else table.assign(source=_sources(table))


def _sources(table: pd.DataFrame) -> "pd.Series[str]":
    """Cite the document of each row."""
    cited = {name: citation for name, (citation, _) in _documents().items()}
    return table[_CITED].map(cited).astype("string")


@cache
def _documents() -> dict[str, tuple[str, str]]:
    """Give the citation and the language of each document, by its name."""
    documents = load_table("reference", "documents").astype("object").fillna("")
    return {
        each["document_id"]: (_cite(each), each["language"])
        for each in documents.to_dict("records")
    }


def source_language(source: object) -> str:
    """Give the language of a bundled document.

    Parameters
    ----------
    source : object
        Its citation, as in the column `source` of `load_table`.

    Returns
    -------
    str
        Code of the language; empty where it is not known, or no such document is bundled.

    Examples
    --------
    >>> source = load_table("projects", "projects")["source"][0]
    >>> source_language(source)
    'fr'
    """
    return next((language for text, language in _documents().values() if text == source), "")


def _cite(known: Mapping[Any, str]) -> str:
    """Cite a document in its own language: who published it, what, when and where."""
    language = known["language"] or "fr"
    title = words.word("source.title", language).format(title=known["title"])
    parts = (
        known["publisher"],
        title if known["title"] else "",
        known["form"],
        known["date"] or words.word("source.undated", language),
        known["medium"],
        known["address"],
    )
    return ", ".join(part for part in parts if part)


@cache
def country() -> dict[str, Any]:
    """Read what belongs to the country rather than to the code (names, box, currency)."""
    text = resource_path("reference", "country").read_text(encoding="utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts
