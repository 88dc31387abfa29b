"""Names in the file of a build that nothing bears: regions, layers, measures, what projects are of.

They are looked up for what is to be made, in the records as they are; what stands there was made
of the same names and records. Whatever else is wrong with a product is said where it is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

import geopandas as gpd

from maligeo.core.errors import SETTING, Fault, MaligeoError, SettingsError, UnknownNameError
from maligeo.join.regions import find_focus, find_unit
from maligeo.measure.presence import select_projects
from maligeo.workflows.builds.making import Studies
from maligeo.workflows.builds.settings import REGION, Month, Wanted
from maligeo.workflows.builds.steps import Inputs, Step, covers_of
from maligeo.workflows.builds.values import near
from maligeo.workflows.records import FIGURES, PROJECTS
from maligeo.workflows.study import Study
from maligeo.workflows.views import GAPS, OF_A_PAGE

_LATER_REGION: Final = "later_region"
_LAYERS: Final = ".layers"  # end of a key
# In a list of what is known: a name, and of a layer in brackets what may follow it.
_NAME: Final = re.compile(r"([^,(]+?)(?: \(([^)]*)\))?(?:, |$)")
_OF_PROJECTS: Final = ("map", "report", "export", "answer")


def require_known_names(
    month: Month, steps: Collection[Step], inputs: Inputs, studies: Studies
) -> None:
    """Refuse names that nothing bears, before anything is made.

    Parameters
    ----------
    month : Month
        What the file says.
    steps : collection of Step
        What is to be made.
    inputs : Inputs
        The inputs, for the units.
    studies : Studies
        The records; they are read where a name has to be looked up in them.

    Raises
    ------
    SettingsError
        With each name, by its key.
    MaligeoError
        As the readers raise.
    """
    wanted = list({(step.wanted.key, step.wanted.of): step.wanted for step in steps}.values())
    faults = [fault for one in wanted for fault in _in_product(one, inputs, studies)]
    if faults:
        raise SettingsError(str(month.file), list(dict.fromkeys(faults)))


def _in_product(wanted: Wanted, inputs: Inputs, studies: Studies) -> Iterator[Fault]:
    options, key = wanted.options, wanted.key
    if REGION in options:
        yield from _fault(f"{key}.{REGION}", options[REGION], _finder(wanted, inputs.units))
    if "measure" in options:
        count = partial(_study(wanted, studies).count, counting=options.get("counting"))
        yield from _fault(f"{key}.measure", options["measure"], count)
    for layer in _layers(wanted):
        if layer not in (OF_A_PAGE if wanted.kind == "map" else (GAPS,)):
            look = partial(_layered, _study(wanted, studies))
            yield from _fault(f"{key}{_LAYERS}", layer, look)
    yield from _in_need(wanted, studies)
    yield from _in_only(wanted, studies)


def _in_need(wanted: Wanted, studies: Studies) -> Iterator[Fault]:
    """Look up what need is, for an answer; of a map that may show one, in all records."""
    need = studies.month.need
    is_answer = wanted.kind == "answer" or GAPS in _layers(wanted)
    may_show = wanted.kind == "map" and "layers" not in wanted.options
    if need is None or not (is_answer or may_show):
        return
    study = _study(wanted, studies) if is_answer else studies.whole
    for measure in [need] if isinstance(need, str) else need:
        if study.measures.get(measure) != FIGURES:
            yield from _fault("need", measure, partial(study.need, period=study.period))


def _in_only(wanted: Wanted, studies: Studies) -> Iterator[Fault]:
    """Look up the words of the projects to keep: each by itself, else all together."""
    of_bundled = not wanted.of and wanted.kind in _OF_PROJECTS
    if (
        not studies.month.only
        or not (of_bundled or PROJECTS in wanted.of)
        or wanted.kind == "tiles"
    ):
        return
    projects = _study(wanted, studies).records.projects
    listed = studies.month.only.items()
    asked = {by: [words] if isinstance(words, str) else words for by, words in listed}

    def kept(by: str, word: str) -> object:
        return select_projects(projects, {by: [word]})

    faults = [
        fault
        for by, words in asked.items()
        for word in words
        for fault in _fault(f"only.{by}", word, partial(kept, by))
    ]
    yield from faults or _fault("only", None, lambda _: select_projects(projects, asked))


def _study(wanted: Wanted, studies: Studies) -> Study:
    """Give the study that a product is made from, before it is released."""
    return studies.exact(wanted.of, covers_of(studies.month, wanted))


def _layers(wanted: Wanted) -> list[str]:
    layers = wanted.options.get("layers", [])
    return [layers] if isinstance(layers, str) else list(layers)


def _layered(study: Study, layer: str) -> object:
    return study.layered([layer])


def _finder(wanted: Wanted, units: gpd.GeoDataFrame) -> Callable[[str], object]:
    """Give what finds a region as the function does that makes the product."""
    find = find_focus if wanted.kind in ("map", "table") else find_unit
    return lambda name: find(name, units)


def _fault(key: str, name: str | None, look: Callable[..., object]) -> Iterator[Fault]:
    try:
        look(name)
    except UnknownNameError as error:
        yield _as_fault(key, name, error)
    except MaligeoError:
        return  # something else is wrong, which is said where the product is made


def _as_fault(key: str, name: str | None, error: UnknownNameError) -> Fault:
    known = error.values
    if error.key == _LATER_REGION:
        reason = (
            f"is a region of {known['later']}: in the boundaries of {known['vintage']} it lies in "
            f"{known['old']}; maligeo fetch cod-ab has those of {known['later']}"
        )
        return Fault(SETTING, key, name, reason)
    if "known" not in known:
        return Fault(SETTING, key, None, str(error))
    listed = str(known["known"])
    names = list(OF_A_PAGE) if key.endswith(_LAYERS) else []
    for first, ends in _NAME.findall(listed):
        names += [first, *(first + end for end in ends.split(", ") if end)]
    return Fault(SETTING, key, name, f"is none of {listed}", tuple(near(name, names)))
