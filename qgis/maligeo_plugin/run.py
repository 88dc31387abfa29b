"""What all algorithms do: inputs to files, the command, and its layers with their legends."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from processing.core.ProcessingConfig import ProcessingConfig
from qgis.core import (
    QgsApplication,
    QgsMapLayerStyle,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingLayerPostProcessorInterface,
    QgsVectorFileWriter,
)

from maligeo_plugin.command import (
    WRONG_USAGE,
    CommandError,
    Ended,
    find_command,
    require_version,
    run_command,
)
from maligeo_plugin.enums import value
from maligeo_plugin.lines import (
    ColumnsError,
    Shown,
    columns_of,
    file_name,
    file_of,
    layers_in,
    profile_of,
)
from maligeo_plugin.words import language_of, word

COMMAND = "MALIGEO_COMMAND"  # the setting with the path of the command
COLUMNS = "COLUMNS"
PROFILE = "PROFILE"
_GROUND = "units"  # the layer that lies below all others
_OWN_KEY = "maligeo_fid"  # so that a column "fid" stays a column
_WARNS = "maligeo: "  # before what a command warns of


def language() -> str:
    """Give the language of the plugin, by that of QGIS."""
    return language_of(QgsApplication.locale())


class Run(QgsProcessingAlgorithm):
    """An algorithm that runs a command of maligeo.

    Layers are written to files where QGIS lets them be read, in the thread of its windows;
    the folder with them goes with the run, however it ends.

    Attributes
    ----------
    key : str
        Name of the algorithm, and of its texts.
    inputs : tuple of str
        Parameters that are layers or files.
    kind : str
        Kind of record whose columns go into a profile; empty where they are options.
    """

    key = ""
    inputs: tuple[str, ...] = ()
    kind = "incidents"

    def name(self) -> str:
        """Name of the algorithm in its id."""
        return self.key

    def displayName(self) -> str:
        """Name of the algorithm for people."""
        return self.said("title")

    def shortHelpString(self) -> str:
        """Say what the algorithm does."""
        return f"<p>{self.said('help')}</p><p>{word('help.all', language())}</p>"

    def createInstance(self) -> Run:
        """Give QGIS a new one to run."""
        return type(self)()

    def said(self, part: str) -> str:
        """Give a text of this algorithm."""
        return word(f"{self.key}.{part}", language())

    def prepareAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> bool:
        """Find the command, and write the layers to files that it can read."""
        setting = str(ProcessingConfig.getSetting(COMMAND) or "")
        try:
            self._command = find_command(setting, language())
            feedback.pushInfo(require_version(self._command, language()))
        except CommandError as error:
            raise QgsProcessingException(str(error)) from error
        self._folder = TemporaryDirectory(prefix="maligeo-")
        try:
            self._files = {name: self._file(name, parameters, context) for name in self.inputs}
            self._profiles = self._said_of_files(parameters, context)
        except BaseException:
            self._folder.cleanup()
            raise
        return True

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command."""
        try:
            return self.results(parameters, context, feedback)
        finally:
            self._folder.cleanup()

    def results(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run the command and give what QGIS asks of its outputs."""
        raise NotImplementedError

    def call(self, arguments: list[str], feedback: Any, *, faults: bool = False) -> Ended:
        """Run the command; what it says of an error ends the algorithm.

        Parameters
        ----------
        arguments : list of str
            As `lines.line_of` gives them.
        feedback : QgsProcessingFeedback
            Who watches.
        faults : bool, default False
            Whether it ends with 1, and says why on its standard output, for what it found.
        """
        feedback.pushCommandInfo(" ".join(["maligeo", *arguments]))
        watch = _Watch(feedback, self._folder.name)
        ended = run_command([self._command, *arguments], language(), watch)
        if ended.cancelled:
            raise QgsProcessingException(word("run.cancelled", language()))
        if ended.code and not (faults and ended.written):
            why = watch.last() or word("run.failed", language(), code=ended.code)
            if ended.code == WRONG_USAGE:
                why = f"{why}\n{word('command.other_words', language())}"
            raise QgsProcessingException(why)
        watch.say()
        return ended

    def text(self, parameters: Any, name: str, context: Any) -> str:
        """Give a parameter as text."""
        return str(self.parameterAsString(parameters, name, context)).strip()

    def choice(self, parameters: Any, name: str, context: Any, words: tuple[str, ...]) -> str:
        """Give the word of maligeo that was chosen from a list."""
        return words[int(self.parameterAsEnum(parameters, name, context))]

    def show(self, path: str, layers: tuple[str, ...], output: str, context: Any) -> str:
        """Have QGIS add layers of a file with their legends, where it adds the output.

        Returns
        -------
        str
            The first layer as QGIS opens it.
        """
        found = [one for one in layers_in(path) if one.name in layers]
        opened = [f"{path}|layername={one.name}" for one in found]
        waiting = context.layersToLoadOnCompletion()
        details = waiting.pop(path, None)
        if details is not None:
            for one, uri in zip(found, opened):
                each = details
                if uri != opened[0]:
                    each = QgsProcessingContext.LayerDetails(
                        details.name, details.project, output, details.layerTypeHint
                    )
                _kept.append(_Legend(one, path))
                each.setPostProcessor(_kept[-1])
                waiting[uri] = each
            context.setLayersToLoadOnCompletion(waiting)
        return opened[0] if opened else path

    def _file(self, name: str, parameters: Any, context: Any) -> str | None:
        """Give an input as a file: one that was named as it is, a layer as QGIS writes it."""
        given = parameters.get(name)
        if given is None or given == "":
            return None
        taken = file_of(given) if isinstance(given, str) else None
        if taken is not None:
            return taken
        layer = self.parameterAsVectorLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        folder = Path(self._folder.name, name.lower())
        folder.mkdir()
        return _written(layer, folder / file_name(layer.name()), context)

    def _said_of_files(self, parameters: Any, context: Any) -> list[str]:
        """Give the profiles of a run: the user's, and one of the columns that were said."""
        profiles = [self.parameterAsFile(parameters, PROFILE, context)]
        try:
            self._columns = columns_of(self.text(parameters, COLUMNS, context))
        except ColumnsError as error:
            raise QgsProcessingException(word("run.columns", language(), part=error)) from error
        if self._columns and self.kind:
            own = Path(self._folder.name, "columns.toml")
            own.write_text(profile_of(self.kind, self._columns), encoding="utf-8")
            profiles.append(str(own))
        return [one for one in profiles if one]


class _Watch:
    """Hands on to QGIS what a command says.

    What follows its last warning is held back, as that may be the error it ends with.
    """

    def __init__(self, feedback: Any, folder: str) -> None:
        self._feedback = feedback
        self._copies = re.compile(re.escape(folder) + r"[/\\]\w+[/\\]")
        self._what = ""
        self._held: list[str] = []

    def is_cancelled(self) -> bool:
        return bool(self._feedback.isCanceled())

    def show_step(self, what: str, done: int, total: int | None) -> None:
        if total:
            self._feedback.setProgress(100 * done / total)
        elif what != self._what:  # how much there is, nobody knows
            self._what = what
            self._feedback.setProgressText(word("run.step", language(), what=what))

    def show_line(self, line: str) -> None:
        if line.startswith(_WARNS):
            self.say()
        self._held.append(self._copies.sub("", line))

    def last(self) -> str:
        """Give what was held back."""
        text = "\n".join(self._held)
        return text[len(_WARNS) :] if text.startswith(_WARNS) else text

    def say(self) -> None:
        """Say what was held back."""
        for line in self._held:
            if line.startswith(_WARNS):
                self._feedback.pushWarning(line[len(_WARNS) :])
            else:
                self._feedback.pushInfo(line)
        self._held.clear()


class _Legend(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer its name, its legend, every other style to choose from, and its place."""

    def __init__(self, layer: Shown, path: str) -> None:
        super().__init__()
        self._shown = layer
        self._path = path

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:
        name = " – ".join(filter(None, (self._shown.title, self._shown.audience)))
        if name:
            layer.setName(name)
        layer.loadDefaultStyle()
        self._offer_styles(layer)
        if self._shown.name == _GROUND:
            self._put_below(layer, context.project().layerTreeRoot())
        layer.triggerRepaint()

    def _offer_styles(self, layer: Any) -> None:
        """Let the styles of the file be chosen in the layer's menu."""
        count, ids, _, titles, _ = layer.listStylesInDatabase()  # then those of other layers
        manager = layer.styleManager()
        if self._shown.title:
            manager.renameStyle(manager.currentStyle(), self._shown.title)
        for style, title in list(zip(ids, titles))[:count]:
            text, _ = layer.getStyleFromDatabase(style)
            if text and title not in manager.styles():
                manager.addStyle(title, QgsMapLayerStyle(text))

    def _put_below(self, layer: Any, root: Any) -> None:
        """Put the units below the records of the same file, which they would cover."""
        node = root.findLayer(layer.id())
        if node is None:
            return
        parent = node.parent()
        begin = f"{self._path}|"
        others = [
            at
            for at, one in enumerate(parent.children())
            if one is not node and one.nodeType() == node.nodeType()
            and one.layer() is not None and one.layer().source().startswith(begin)
        ]  # fmt: skip
        if others:
            parent.insertChildNode(max(others) + 1, node.clone())
            parent.removeChildNode(node)


_kept: list[_Legend] = []  # QGIS takes them over, and Python would take them away before


def _written(layer: Any, path: Path, context: Any) -> str:
    """Write a layer, as far as its filter shows it, to a GeoPackage."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = path.stem
    options.layerOptions = [f"FID={_OWN_KEY}"]
    ended = QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), context.transformContext(), options
    )
    if ended[0] != value(QgsVectorFileWriter, "WriterError", "NoError"):
        why = word("run.not_written", language(), layer=layer.name(), why=ended[1])
        raise QgsProcessingException(why)
    return str(path)
