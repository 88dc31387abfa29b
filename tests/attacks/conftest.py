"""Files of secrets, written once, and the search for them."""

import pandas as pd
import pytest

from tests.attacks.planted import Planted, incident_frame, plant
from tests.attacks.searching import Wanted
from tests.attacks.secret import SECRET


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="session")
def wanted(planted: Planted) -> Wanted:
    return Wanted.of(planted.places, planted.days)


@pytest.fixture(scope="session")
def wanted_of_partners() -> Wanted:
    """Partners may know victims, and days and shapes of land and projects."""
    incidents = incident_frame()
    places, days = incidents.get_coordinates().to_numpy(), pd.to_datetime(incidents["date"])
    return Wanted.of(places, days, (SECRET,))
