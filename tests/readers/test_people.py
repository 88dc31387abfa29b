"""Tables of people by unit whose one column of numbers may count something else."""

import pandas as pd
import pytest

from maligeo.core.errors import UnknownNameError
from maligeo.readers.people import read_people


def table(heading: str) -> pd.DataFrame:
    return pd.DataFrame({"Région": ["Gao", "Mopti"], heading: [5, 6]})


@pytest.mark.parametrize("heading", ["RGPH 2022", "Nombre", "Projection", "Total 2022", "2022"])
def test_a_lone_column_of_numbers_has_people_in_it(heading: str) -> None:
    read = read_people(table(heading))
    assert read["measure"].tolist() == ["people", "people"]


@pytest.mark.parametrize(
    "heading",
    ["Femmes", "Femmes 2022", "Incidents", "Nombre d'incidents", "Morts", "Bénéficiaires",
     "Enfants de moins de 5 ans"],
)  # fmt: skip
def test_what_counts_something_else_is_no_table_of_people(heading: str) -> None:
    with pytest.raises(UnknownNameError) as error:
        read_people(table(heading))
    assert error.value.key == "which_people"
