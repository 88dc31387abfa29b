"""The legend of a layer: the words for its classes."""

from maligeo import labels
from maligeo.style import Classes, Layer

_FEW = 100.0  # up to here whole numbers are told one by one: "10 – 19"


def legend(
    layer: Layer, classes: Classes, language: str, *, withheld: bool = False
) -> list[dict[str, object]]:
    """Describe the classes of a layer, largest first, then zero and missing.

    Parameters
    ----------
    layer : Layer
        The layer.
    classes : Classes
        Its classes.
    language : {"fr", "en"}
        Language of the texts.
    withheld : bool, default False
        Whether a release hides a value, which then looks like a missing one.

    Returns
    -------
    list of dict
        `index` as in `Classes.index`, `label`, and `note` where a class needs one.
    """
    entries: list[dict[str, object]] = [
        {"index": at + 1, "label": _range(layer, classes, at, language), "note": ""}
        for at in reversed(range(len(classes.lows)))
    ]
    if layer.can_be_zero:
        entries.append(_special(0, "legend.zero", language))
    unknown = "legend.withheld" if withheld else "legend.missing"
    entries.append(_special(-1, unknown, language))
    return entries


def _special(index: int, key: str, language: str) -> dict[str, object]:
    note = labels.word(f"{key}_note", language)
    return {"index": index, "label": labels.word(key, language), "note": note}


def _range(layer: Layer, classes: Classes, at: int, language: str) -> str:
    """Say from where to where a class reaches."""
    low = classes.lows[at]
    last = at + 1 == len(classes.lows)
    high = classes.highest if last else classes.lows[at + 1]
    if layer.decimals == 0 and high <= _FEW:
        return _whole_range(max(low, 1.0), high if last else high - 1, last, language)
    key = "legend.above" if last else "legend.between" if low > 0 else "legend.below"
    return _fill(key, layer, low, high, language)


def _whole_range(low: float, high: float, last: bool, language: str) -> str:
    """Name a class of whole numbers by its first and last."""
    ends = [labels.number_text(end, language) for end in (low, high)]
    if low >= high:
        return ends[0]
    key = "legend.above" if last else "legend.whole"
    return labels.word(key, language).format(low=ends[0], high=ends[1])


def _fill(key: str, layer: Layer, low: float, high: float, language: str) -> str:
    ends = [labels.number_text(end, language, decimals=layer.decimals) for end in (low, high)]
    return labels.word(key, language).format(low=ends[0], high=ends[1])
