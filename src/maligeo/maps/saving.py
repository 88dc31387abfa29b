"""A map to a file: one that needs no network, whole or not at all."""

import os
from pathlib import Path

import folium

from maligeo.maps.rendering import page_text
from maligeo.provenance import Provenance
from maligeo.wholefiles import written_whole


def save_map(
    fmap: folium.Map,
    path: str | os.PathLike[str],
    *,
    offline: bool = True,
    about: Provenance | None = None,
) -> Path:
    """Write a map as one HTML file.

    Parameters
    ----------
    fmap : folium.Map
        A map, as from `region_map`. Another Folium map can be saved offline too, as long
        as it needs no plugin from the network; what Folium links by default beside
        Leaflet (Bootstrap, jQuery, icon fonts) is left out.
    path : path-like
        File to write; missing folders above it are made. It is replaced only once the new
        one is complete.
    offline : bool, default True
        Put Leaflet into the file, so that it makes no request at all, and forbid requests
        (Content-Security-Policy). Tiles that were added by choice keep their address, and
        it alone stays allowed. Otherwise Leaflet comes from a network each time.
    about : Provenance, optional
        What the map was made from; it is put into the file, where no reader sees it, as
        `maligeo about` reads it back.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputFileError
        If the file cannot be written; what was there before stays.
    ArgumentError
        If the map needs something from the network that cannot be put into a file.
    MissingDependencyError
        If Leaflet's package is not installed.

    Notes
    -----
    The same map gives the same bytes: Folium's random names are replaced by counted ones.
    """
    target = Path(path)
    text = page_text(fmap, offline=offline, about=about)
    with written_whole(target) as draft:
        draft.write_bytes(text.encode("utf-8"))
    return target
