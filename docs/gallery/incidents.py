"""Points that can be filtered by type and month. All of them are synthetic."""

import numpy as np
import pandas as pd

import maligeo

chance = np.random.default_rng(seed=1)
days = pd.Timestamp("2021-01-01") + pd.to_timedelta(chance.integers(0, 365, 900), unit="D")
made_up = pd.DataFrame(
    {
        "date": days.strftime("%Y-%m-%d"),
        "type": chance.choice(["IED", "mine", "ERW"], 900, p=[0.6, 0.25, 0.15]),
        "latitude": chance.uniform(11, 20, 900).round(3),
        "longitude": chance.uniform(-9, 3, 900).round(3),
        "source": "synthetic: drawn at random",
    }
)
made_up.to_csv("synthetic-incidents.csv", index=False)

units = maligeo.load_boundaries(level=1, vintage="2015")
located = maligeo.locate(maligeo.read_incidents("synthetic-incidents.csv"), units)
inside = located[located["place_kind"] == "unit"]
table = maligeo.density(inside, units, measure="incidents", period="2021")
fmap = maligeo.region_map(table, units, language="en", audience="internal")
maligeo.add_incidents(fmap, inside)
maligeo.save_map(fmap, "incidents.html")
