"""Whether data were made up, which a map must say."""

import re

import pandas as pd

_SAID = re.compile(r"synth[eé]ti", re.IGNORECASE)


def is_synthetic(frame: pd.DataFrame) -> bool:
    """Tell whether a frame says that some of its records are made up.

    Parameters
    ----------
    frame : pandas.DataFrame
        It says so by a true `attrs["synthetic"]`, or by the word "synthetic" (or
        "synthétique") in its column `source`.
    """
    if frame.attrs.get("synthetic"):
        return True
    if "source" not in frame.columns:
        return False
    return any(_SAID.search(str(source)) for source in frame["source"].dropna().unique())
