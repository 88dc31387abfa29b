"""A kernel density, one picture per year. The points behind it are synthetic."""

import numpy as np
import pandas as pd

import maligeo

chance = np.random.default_rng(seed=2)
made_up = pd.DataFrame(
    {
        "date": chance.choice(["2020-07-01", "2021-07-01", "2022-07-01"], 1500),
        "type": "IED",
        "latitude": chance.normal(15.5, 1.2, 1500).round(3),
        "longitude": chance.normal(-2.0, 1.6, 1500).round(3),
        "source": "synthetic: drawn at random",
    }
)
made_up.to_csv("synthetic-points.csv", index=False)

units = maligeo.load_boundaries(level=1, vintage="2015")
incidents = maligeo.read_incidents("synthetic-points.csv")
table = maligeo.study(units=units).table
fmap = maligeo.region_map(table, units, language="en", audience="internal")
maligeo.add_heat(fmap, incidents, bandwidth_km=40, cell_km=5, by_year=True)
maligeo.save_map(fmap, "surface.html")
