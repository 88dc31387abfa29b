"""Checks on arguments and frames: every fault is collected, then raised once."""

from collections.abc import Collection, Iterable

import pandas as pd

from maligeo.core.errors import ArgumentError, Fault, FrameError, UnknownNameError, VintageError


def require_choice(value: object, choices: Collection[str], *, option: str) -> None:
    """Refuse a value that is none of the choices.

    Raises
    ------
    ArgumentError
        Naming the option, the value and the choices.
    """
    if not pd.api.types.is_scalar(value) or value not in choices:
        values = {"option": option, "value": value, "choices": ", ".join(choices)}
        raise ArgumentError(key="unknown_choice", values=values)


def require_frame(frame: object, *, what: str) -> None:
    """Refuse what is no frame of pandas or geopandas.

    Raises
    ------
    ArgumentError
        Saying how a frame of dask, which only `locate` takes, becomes one.
    """
    if isinstance(frame, pd.DataFrame):
        return
    if type(frame).__module__.startswith("dask"):
        remedy = "a frame of dask is computed first: frame.compute()"
    else:
        remedy = f"this is of the type {type(frame).__name__}"
    raise ArgumentError(f"{what}: a frame of pandas or geopandas is needed; {remedy}")


def require_columns(frame: pd.DataFrame, columns: Iterable[str], *, what: str) -> None:
    """Refuse a frame that lacks columns.

    Raises
    ------
    ArgumentError
        As `require_frame`.
    FrameError
        With one fault per missing column.
    """
    require_frame(frame, what=what)
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise FrameError(what, [Fault(None, name, None, "column is missing") for name in missing])


def require_one_vintage(vintages: pd.Series, *, what: str) -> str:
    """Give the one vintage of some rows, or say that there are several.

    Raises
    ------
    VintageError
        If there are none or several.
    """
    distinct = sorted({str(vintage) for vintage in vintages.drop_duplicates().dropna()})
    if len(distinct) != 1:
        found = " and ".join(distinct) if distinct else "none"
        raise VintageError(
            f"{what} must have one boundary vintage, not {found}; "
            "maligeo crosswalk converts between vintages"
        )
    return distinct[0]


def require_same_vintage(left: str, right: str, *, what: str) -> None:
    """Refuse two vintages that differ.

    Raises
    ------
    VintageError
        Naming both and the function that converts.
    """
    if left != right:
        raise VintageError(
            f"{what} are of vintages {left} and {right}, which do not join: "
            f"maligeo crosswalk {left} {right} converts"
        )


def require_vintage_of(units: pd.DataFrame, frame: pd.DataFrame, *, what: str) -> None:
    """Refuse a frame that is of another vintage than the units, or of several.

    A frame without a row is of none, and joins any.

    Raises
    ------
    VintageError
        Naming both and the function that converts.
    """
    if frame.empty:
        return
    require_same_vintage(
        require_one_vintage(frame["vintage"], what=what),
        require_one_vintage(units["vintage"], what="units"),
        what=f"{what} and units",
    )


def require_known(name: str, known: Collection[str], *, what: str) -> None:
    """Refuse a name that is none of the known ones.

    Raises
    ------
    UnknownNameError
        Naming what is known.
    """
    if not pd.api.types.is_scalar(name) or name not in known:
        values = {"what": what, "name": name, "known": ", ".join(known)}
        raise UnknownNameError(key="unknown_name", values=values)
