"""What a layer of a map is called, counted in and defined as, in words."""

from typing import Final, Literal

from maligeo.core import words
from maligeo.look import Layer

Part = Literal["layer", "title", "unit", "about"]

_NAME: Final = "layer"  # what stands where a title is the same


def layer_text(part: Part, layer: Layer, language: str) -> str:
    """Write what a layer is.

    Parameters
    ----------
    part : {"layer", "title", "unit", "about"}
        Its name, the title of a map of it, what its numbers count, or its definition.
    layer : Layer
        The layer. A measure without words is called by its own name.
    language : {"fr", "en"}
        Language of the text.

    Examples
    --------
    >>> from maligeo.look import count_layer
    >>> layer_text("layer", count_layer("money_EUR"), "en")
    'Budgets of projects, EUR'
    """
    if not layer.rate:
        return _own_text(part, layer, language)
    if part == "unit":
        return words.word(f"rate_unit.{layer.rate}", language)
    if part == "about":
        related = words.word(f"rate_about.{layer.rate}", language)
        return f"{_own_text(part, layer, language)} {related}"
    measure = _own_text(part, layer, language)
    return words.word(f"rate_layer.{layer.rate}", language).format(measure=measure)


def _own_text(part: Part, layer: Layer, language: str) -> str:
    """Write what an entry of the catalogue is, without what it is related to."""
    key = f"{part}.{layer.name}"
    text = words.word(key if words.has_word(key) else f"{_NAME}.{layer.name}", language)
    currency = layer.measure.rpartition("_")[2]
    return text.format(measure=layer.measure, currency=currency)
