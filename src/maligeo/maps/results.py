"""What the bundled documents say of the country, over the map; what is a region's, in its card."""

import geopandas as gpd

from maligeo.maps.html import add_call
from maligeo.maps.page import PageMap
from maligeo.maps.without_script import results
from maligeo.text.results import result_sections, results_by_language, unit_texts


def add_results(fmap: PageMap, units: gpd.GeoDataFrame) -> None:
    """Add the figures of the country by programme, to be opened over the map.

    Each line has its number as printed, its period and place or the words that nobody gives
    them, and its source. What is of one unit stands in the card of that unit too.

    Parameters
    ----------
    fmap : PageMap
        A map with regions, as from `region_map`.
    units : geopandas.GeoDataFrame, EPSG:4326
        The units of the map.

    Raises
    ------
    ReleaseError
        If the lines were not released for the audience of the map.
    """
    lines = results_by_language()
    for frame in lines.values():
        fmap.gate.admit(frame, what="the published results")

    def build(language: str) -> dict[str, object]:
        frame = lines[language]
        return {
            "sections": result_sections(frame, language),
            "units": unit_texts(frame, units),
        }

    made = add_call(fmap, "results", build)
    fmap.still.append(results(made[fmap.language], fmap.language))
