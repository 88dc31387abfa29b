"""Lists of incidents as people keep them, of any length; every value is made up."""

import numpy as np
import pandas as pd


def incident_rows(count: int) -> pd.DataFrame:
    """Incidents of two years, some without a position, a place or a day, some in two regions."""
    rng = np.random.default_rng(17)
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 730, count), unit="D")
    frame = pd.DataFrame(
        {
            "event_id": [f"E{at}" for at in range(count)],
            "date": days.strftime("%Y-%m-%d"),
            "event_type": rng.choice(["ied", "landmine"], count),
            "killed": rng.integers(0, 4, count).astype(str),
            "injured": rng.choice(["", "0", "2", "7"], count),
            "latitude": rng.uniform(10.5, 16, count).round(4),
            "longitude": rng.uniform(-12, 4, count).round(4),
            "region": rng.choice(["", "Mopti", "Gao", "Mopti - Gao", "Tombouctu"], count),
        }
    ).replace("", None)
    some = rng.random(count)
    frame.loc[some < 0.1, ["latitude", "longitude"]] = np.nan
    frame.loc[(some > 0.1) & (some < 0.15), "date"] = None
    return frame
