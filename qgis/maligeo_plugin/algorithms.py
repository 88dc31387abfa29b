"""The algorithms: check, locate, density, answer, release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsProcessingParameterVectorLayer,
)

from maligeo_plugin.enums import value
from maligeo_plugin.lines import line_of, sentences_in
from maligeo_plugin.run import COLUMNS, PROFILE, Run, language
from maligeo_plugin.words import word

INPUT = "INPUT"
OUTPUT = "OUTPUT"
REJECTS = "REJECTS"
RECORDS = ("INCIDENTS", "PROJECTS", "AREAS", "FIGURES")
DIVISION = ("BOUNDARIES", "GAZETTEER", "POPULATION")
_EVERY = value(QgsProcessing, "SourceType", "TypeVector")
_WHOLE = value(QgsProcessingParameterNumber, "Type", "Integer")
_BROKEN = value(QgsProcessingParameterNumber, "Type", "Double")
_LATER = value(QgsProcessingParameterDefinition, "Flag", "FlagAdvanced")
_FOLDER = value(QgsProcessingParameterFile, "Behavior", "Folder")
_AUDIENCES = ("public", "partner", "internal")
_KINDS = ("", "incidents", "projects", "areas", "figures", "population", "boundaries")
_DATES = ("", "day-month", "month-day")
_NEAR = ("position", "names")
_TO_HAND_ON = (
    "GeoPackage (*.gpkg)", "Shapefile (*.shp.zip)", "File Geodatabase (*.gdb.zip)",
    "TopoJSON (*.topojson)", "Data package (*.zip)",
)  # fmt: skip


class _Asking(Run):
    """An algorithm that asks for its parameters by their names in `words.json`."""

    def ask(self, *parameters: Any, later: bool = False) -> None:
        """Add parameters; those for later stand among the advanced ones."""
        for parameter in parameters:
            if later:
                parameter.setFlags(parameter.flags() | _LATER)
            self.addParameter(parameter)

    def titled(self, name: str) -> tuple[str, str]:
        """Give a parameter its name and its title."""
        return name, word(f"parameter.{name}", language())

    def of_records(self, name: str, *, optional: bool = True) -> Any:
        """Ask for a layer or a file with or without shapes."""
        return QgsProcessingParameterVectorLayer(
            *self.titled(name), types=[_EVERY], optional=optional
        )

    def of_text(self, name: str) -> Any:
        """Ask for a text."""
        return QgsProcessingParameterString(*self.titled(name), optional=True)

    def of_choice(self, name: str, words: tuple[str, ...]) -> Any:
        """Ask for one of a few words, the first of which it is without a choice."""
        shown = [word(f"choice.{name}.{one}", language()) for one in words]
        return QgsProcessingParameterEnum(*self.titled(name), options=shown, defaultValue=0)

    def of_level(self) -> Any:
        """Ask for the administrative level."""
        return QgsProcessingParameterNumber(
            *self.titled("LEVEL"), type=_WHOLE, defaultValue=1, minValue=1, maxValue=3
        )

    def of_number(self, name: str, highest: float) -> Any:
        """Ask for a number from 0."""
        return QgsProcessingParameterNumber(
            *self.titled(name), type=_BROKEN, optional=True, minValue=0, maxValue=highest
        )

    def of_new_file(self, name: str, suffixes: str) -> Any:
        """Ask for a file to write, or none."""
        return QgsProcessingParameterFileDestination(
            *self.titled(name), fileFilter=suffixes, optional=True, createByDefault=False
        )

    def ask_how_files_are_read(self) -> None:
        """Ask which column is which field, and for a profile."""
        self.ask(
            self.of_text(COLUMNS),
            QgsProcessingParameterFile(
                *self.titled(PROFILE), fileFilter="TOML (*.toml)", optional=True
            ),
            later=True,
        )

    def number(self, parameters: Any, name: str, context: Any) -> float | None:
        """Give a number that may be left out."""
        given = parameters.get(name)
        is_missing = given is None or given == ""
        return None if is_missing else self.parameterAsDouble(parameters, name, context)

    def output(self, parameters: Any, name: str, context: Any) -> str:
        """Give the path of a file to write, empty for none."""
        return str(self.parameterAsFileOutput(parameters, name, context) or "")


class Check(_Asking):
    """Say how a file is read, and list its faults."""

    key = "check"
    inputs = (INPUT,)
    kind = ""

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Ask."""
        self.ask(self.of_records(INPUT, optional=False), self.of_choice("KIND", _KINDS))
        self.ask(self.of_choice("DATES", _DATES), later=True)
        self.ask_how_files_are_read()
        self.ask(
            self.of_new_file("WORKBOOK", "Excel (*.xlsx)"),
            self.of_new_file(REJECTS, "CSV (*.csv)"),
            self.of_new_file("SAVE_PROFILE", "TOML (*.toml)"),
        )
        self.addOutput(QgsProcessingOutputBoolean(*self.titled("SOUND")))

    def results(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Check the file."""
        outputs = {
            name: self.output(parameters, name, context)
            for name in ("WORKBOOK", REJECTS, "SAVE_PROFILE")
        }
        line = line_of(
            "check",
            [str(self._files[INPUT])],
            kind=self.choice(parameters, "KIND", context, _KINDS),
            dates=self.choice(parameters, "DATES", context, _DATES),
            column=[f"{field}={column}" for field, column in self._columns.items()],
            profile=self._profiles,
            output=outputs["WORKBOOK"],
            rejects=outputs[REJECTS],
            save_profile=outputs["SAVE_PROFILE"],
        )
        ended = self.call(line, feedback, faults=True)
        for text in ended.written.splitlines():
            feedback.pushInfo(text)
        return {"SOUND": ended.code == 0, **{name: path for name, path in outputs.items() if path}}


class Locate(_Asking):
    """Write a file with the unit of each of its rows."""

    key = "locate"
    inputs = (INPUT, "BOUNDARIES", "GAZETTEER")

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Ask."""
        self.ask(self.of_records(INPUT, optional=False), self.of_level())
        self.ask(*map(self.of_records, ("BOUNDARIES", "GAZETTEER")))
        self.ask(
            self.of_text("VINTAGE"),
            self.of_number("NEAREST", 1e7),
            self.of_number("MIN_SCORE", 100),
            self.of_choice("NEAR", _NEAR),
            later=True,
        )
        self.ask_how_files_are_read()
        self.ask(
            self.of_new_file(REJECTS, "CSV (*.csv)"),
            QgsProcessingParameterVectorDestination(OUTPUT, self.said("output"), type=_EVERY),
        )

    def results(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Locate the rows."""
        path = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        rejects = self.output(parameters, REJECTS, context)
        line = line_of(
            "locate",
            [str(self._files[INPUT])],
            output=path,
            boundaries=self._files["BOUNDARIES"],
            gazetteer=self._files["GAZETTEER"],
            level=self.parameterAsInt(parameters, "LEVEL", context),
            vintage=self.text(parameters, "VINTAGE", context),
            nearest=self.number(parameters, "NEAREST", context),
            min_score=self.number(parameters, "MIN_SCORE", context),
            near=self.choice(parameters, "NEAR", context, _NEAR),
            profile=self._profiles,
            rejects=rejects,
        )
        self.call(line, feedback)
        feedback.pushWarning(self.said("internal"))
        shown = self.show(path, ("located",), OUTPUT, context)
        return {OUTPUT: shown, **({REJECTS: rejects} if rejects else {})}


class _Export(_Asking):
    """An algorithm that counts records by unit, and writes layers."""

    inputs = (*RECORDS, *DIVISION)
    audiences: tuple[str, ...] = _AUDIENCES

    def ask_for_records(self) -> None:
        """Ask what is counted, where, when, and for whom."""
        self.ask(*map(self.of_records, RECORDS))
        self.ask(self.of_text("COVERS"), self.of_text("PERIOD"), self.of_level())
        self.ask(self.of_records("BOUNDARIES"), self.of_choice("AUDIENCE", self.audiences))
        self.ask(*map(self.of_records, DIVISION[1:]), later=True)
        self.ask(
            self.of_text("VINTAGE"),
            self.of_text("AS_OF"),
            QgsProcessingParameterFile(*self.titled("STORE"), behavior=_FOLDER, optional=True),
            later=True,
        )
        self.ask_how_files_are_read()

    def export(
        self, path: str, asked: Mapping[str, object], parameters: Any, context: Any, feedback: Any
    ) -> None:
        """Write what is asked for to a file."""
        files = {name.lower(): self._files[name] for name in self.inputs}
        texts = {
            name.lower(): self.text(parameters, name, context)
            for name in ("COVERS", "PERIOD", "VINTAGE", "AS_OF")
        }
        line = line_of(
            "export",
            (),
            output=path,
            **files,
            **texts,
            **asked,
            level=self.parameterAsInt(parameters, "LEVEL", context),
            audience=self.choice(parameters, "AUDIENCE", context, self.audiences),
            store=self.parameterAsFile(parameters, "STORE", context),
            profile=self._profiles,
        )
        self.call(line, feedback)


class Density(_Export):
    """Count by unit, per area and people, as a layer with its legend."""

    key = "density"

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Ask."""
        self.ask_for_records()
        self.ask(
            self.of_text("LAYERS"),
            QgsProcessingParameterVectorDestination(OUTPUT, self.said("output"), type=_EVERY),
        )

    def results(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Count."""
        path = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        asked = {"layers": self.text(parameters, "LAYERS", context)}
        self.export(path, asked, parameters, context, feedback)
        return {OUTPUT: self.show(path, ("units", "incidents", "areas"), OUTPUT, context)}


class Answer(_Export):
    """Say where need is and who is active there, as a layer with its legend."""

    key = "answer"

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Ask."""
        self.ask_for_records()
        self.ask(
            self.of_text("NEED"),
            QgsProcessingParameterVectorDestination(OUTPUT, self.said("output"), type=_EVERY),
        )

    def results(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Answer."""
        path = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        needs = self.text(parameters, "NEED", context).split(";")
        asked = {"layers": "gaps", "need": [one.strip() for one in needs]}
        self.export(path, asked, parameters, context, feedback)
        for text in sentences_in(path):
            feedback.pushInfo(text)
        return {OUTPUT: self.show(path, ("gaps",), OUTPUT, context)}


class Release(_Export):
    """Write what may be handed on to partners or the public."""

    key = "release"
    audiences = _AUDIENCES[:2]

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Ask."""
        self.ask_for_records()
        self.ask(
            self.of_text("LAYERS"),
            QgsProcessingParameterFileDestination(
                OUTPUT, self.said("output"), fileFilter=";;".join(_TO_HAND_ON)
            ),
        )

    def results(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Release."""
        path = self.output(parameters, OUTPUT, context)
        asked = {"layers": self.text(parameters, "LAYERS", context)}
        self.export(path, asked, parameters, context, feedback)
        return {OUTPUT: path}
