"""One key per administrative unit: its code, or its name where the source gives no code."""

import pandas as pd


def unit_keys(frame: pd.DataFrame) -> pd.Series:
    """Give what identifies the unit of each row within its vintage.

    The code where there is one; Taoudénit has none in the division of 2016 and goes by
    its name. At lower levels names repeat, so that the code comes first.

    Parameters
    ----------
    frame : pandas.DataFrame
        With columns `pcode, name`.

    Returns
    -------
    pandas.Series of str
        Missing where a row has neither.
    """
    code = frame["pcode"].astype("string")
    return code.where(code.notna() & (code != ""), frame["name"].astype("string"))
