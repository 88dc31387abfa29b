"""Ids that occur twice in a file that is read piece by piece."""

import numpy as np
import pandas as pd


class SeenIds:
    """Remembers the ids of a file, in eight bytes each.

    Ids are kept as 64-bit hashes: among ten million the chance that two different ones
    count as the same is about three in a million.
    """

    def __init__(self) -> None:
        self._seen = np.empty(0, dtype=np.uint64)

    def repeated(self, ids: pd.Series) -> "pd.Series[bool]":
        """Tell which ids occurred before, here or in an earlier piece, and remember all."""
        given = ids.notna().to_numpy(dtype=bool)
        texts = ids[given].to_numpy(dtype=object)
        hashes = pd.util.hash_array(texts, categorize=False)
        again = pd.Series(hashes).duplicated().to_numpy()
        distinct = np.sort(hashes[~again])
        at = np.searchsorted(self._seen, distinct)
        old = np.zeros(len(distinct), dtype=bool)
        inside = at < len(self._seen)
        old[inside] = self._seen[at[inside]] == distinct[inside]
        if old.any():
            again = again | np.isin(hashes, distinct[old])
        # Two sorted runs: a stable sort merges them in one pass.
        self._seen = np.sort(np.concatenate([self._seen, distinct[~old]]), kind="stable")
        marked = np.zeros(len(ids), dtype=bool)
        marked[given] = again
        return pd.Series(marked, index=ids.index)
