"""The page of a map, and writing it to a file that needs no network."""

import html
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import folium
from branca.element import Figure
from folium.template import Template

from maligeo.core import words
from maligeo.core.checks import require_choice
from maligeo.core.columns import AUDIENCES, LANGUAGES, Audience, Language
from maligeo.core.crs import Bounds
from maligeo.core.files import written_whole
from maligeo.disclosure import Gate
from maligeo.join.regions import Focus
from maligeo.maps.html import (
    SCRIPTS,
    STYLES,
    assets,
    figure_of,
    foreign_parts,
    in_languages,
    page_audience,
    page_text,
    require_own_parts,
    script,
    script_json,
    style,
)
from maligeo.provenance.record import Provenance

_ZOOM_STEP = 0.25
_FRAME_HEIGHT = 640  # in a notebook, in pixels

# Beginnings of the names of the words that the page's script asks for by itself.
PAGE_WORDS = (
    "areas.", "audience.", "compare.", "control.", "country.", "field.", "incidents.", "legend.",
    "named.", "offices.", "overlay.", "page.", "pager.", "popup.", "presence.", "projects.",
    "region.", "search.", "synthetic.", "town.", "unplaced.",
    "about.title", "notes.button", "notes.title",
)  # fmt: skip


class PageMap(folium.Map):
    """A Folium map in a page with a title, a panel next to it and drawers over it.

    The functions `add_*` of `maligeo.maps` fill it. Leaflet stands in the page itself, and
    nothing of what Folium links by default is needed: however the page is asked for
    (`save`, `get_root().render()`, `show_in_browser`, in a notebook), it opens offline.

    Parameters
    ----------
    title : str or mapping of language to str
        Title of the page.
    bounds : tuple of four float
        West, south, east, north of what is shown first, in degrees.
    language : {"fr", "en"}
        Language in which the page opens.
    heading : sequence of str, or mapping of language to such
        Parts of the line above the title, such as "Mali".
    audience : {"internal", "partner", "public"}, default "public"
        For whom the map is. The page says so, on the screen and on each sheet of paper;
        what is added to it has to be released for them.
    focus : Focus, optional
        The units that the map is about; all without it.

    Attributes
    ----------
    language, audience, focus
        As given.
    rows : list of int or None
        Row positions of the units in focus.
    gate : Gate
        Where what is added is looked at.
    closed : bool
        Whether the page is complete, so that nothing can be laid over it.
    still : list of str
        HTML of what the page shows where no script runs, see `maligeo.maps.without_script`.
    allow_foreign_layers : bool
        Whether layers of other libraries may stand on a page for others; see `save_map`.

    Raises
    ------
    ArgumentError
        If there is no such audience.
    MissingDependencyError
        If Leaflet's package is not installed.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>{{ this.leaflet[0] }}</style>
        <style>{{ this.style }}</style>
        <script>{{ this.leaflet[1] }}</script>
        <script>{{ this.script }}</script>
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <svg class="mg-patterns" aria-hidden="true" width="0" height="0">
          <pattern id="mg-hatch" width="7" height="7" patternUnits="userSpaceOnUse"
                   patternTransform="rotate(45)">
            <rect width="7" height="7" fill="#f4f4f1"></rect>
            <line x1="0" y1="0" x2="0" y2="7" stroke="#98a1a8" stroke-width="2"></line>
          </pattern>
          <pattern id="mg-hatch-pale" width="7" height="7" patternUnits="userSpaceOnUse"
                   patternTransform="rotate(45)">
            <rect width="7" height="7" fill="#eef0f0"></rect>
            <line x1="0" y1="0" x2="0" y2="7" stroke="#cfd5d9" stroke-width="2"></line>
          </pattern>
        </svg>
        <div class="mg-page">
          <p class="mg-audience mg-{{ this.audience }}" role="note">{{ this.audience_text | e }}</p>
          <noscript>
            <style>
              html, body, .mg-page { height: auto; } .mg-head, .mg-main { display: none; }
            </style>
            <div class="mg-still"><p>{{ this.no_script | e }}</p>{{ this.still | join }}</div>
          </noscript>
          <header class="mg-head"></header>
          <main class="mg-main">
            <aside class="mg-side"></aside>
            <div class="mg-stage">
              <div class="folium-map" id={{ this.get_name() | tojson }}></div>
            </div>
          </main>
        </div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} =
          maligeo.open({{ this.get_name() | tojson }}, {{ this.settings }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        title: str | Mapping[str, str],
        bounds: Bounds | tuple[float, float, float, float],
        *,
        language: Language,
        heading: Sequence[str] | Mapping[str, Sequence[str]] = (),
        audience: Audience = "public",
        focus: Focus | None = None,
    ) -> None:
        require_choice(audience, AUDIENCES, option="audience")
        west, south, east, north = bounds
        super().__init__(location=Bounds(*bounds).centre[::-1], tiles=None, zoom_control=False)
        self.default_js, self.default_css = [], []
        _Page(self)
        self.language, self.audience, self.focus = language, audience, focus
        self.rows = None if focus is None else list(focus.rows)
        self.gate = Gate(audience)
        self.closed = False
        self.still: list[str] = []
        self.allow_foreign_layers = False
        self.audience_text = words.word(f"audience.{audience}", language)
        self.leaflet = style(), script()
        self.style, self.script = assets(STYLES), assets(SCRIPTS)
        self.no_script = words.word("page.no_script", language)
        fixed = {
            "bounds": [[south, west], [north, east]],
            "zoomStep": _ZOOM_STEP,
            "language": language,
            "languages": list(LANGUAGES),
            "audience": audience,
        }
        titles = title if isinstance(title, Mapping) else dict.fromkeys(LANGUAGES, title)
        headings = heading if isinstance(heading, Mapping) else dict.fromkeys(LANGUAGES, heading)
        self.settings = script_json(
            in_languages(
                lambda one: {
                    **fixed,
                    "title": titles[one],
                    "heading": list(headings[one]),
                    "words": words.words(one, *PAGE_WORDS),
                    "months": list(words.MONTHS[one]),
                }
            )
        )
        figure_of(self).title = html.escape(titles[language])

    def render(self) -> None:  # type: ignore[override]  # as Folium's own does
        """Write the map into its page, by whatever way the page is asked for.

        Raises
        ------
        ReleaseError
            If the map is for others and somebody else's code put something on it.
        """
        if not self.allow_foreign_layers:
            require_own_parts(foreign_parts(self), self.audience)
        super().render()  # type: ignore[no-untyped-call]

    def save(  # type: ignore[override]  # Folium annotates it otherwise
        self,
        outfile: str | os.PathLike[str] | BinaryIO,
        close_file: bool = True,  # as Folium has it
        *,
        offline: bool = True,
    ) -> None:
        """Write the page as `save_map` does, to a file or into one that is open.

        Parameters
        ----------
        outfile : path-like or binary file
            Where to write.
        close_file : bool, default True
            Whether a file that is open is closed afterwards.
        offline : bool, default True
            As in `save_map`.

        Raises
        ------
        ReleaseError, OutputFileError, ArgumentError
            As `save_map` raises.
        """
        if isinstance(outfile, str | os.PathLike):
            save_map(self, outfile, offline=offline)
            return
        outfile.write(page_text(self, offline=offline).encode("utf-8"))
        if close_file:
            outfile.close()

    def _repr_html_(self) -> str:  # type: ignore[override]  # notebooks give no options
        """Show the whole page in a notebook, without a network, in a frame of its own."""
        text = html.escape(page_text(self, offline=True), quote=True)
        title = words.word("page.map", self.language)
        return (
            f'<iframe srcdoc="{text}" title="{html.escape(title)}" '
            f'style="width: 100%; height: {_FRAME_HEIGHT}px; border: 1px solid #b6c0c8;" '
            'allowfullscreen="allowfullscreen"></iframe>'
        )


class _Page(Figure):
    """The page that one map of ours is on; in whatever way it is asked for, it is the same."""

    def __init__(self, fmap: PageMap) -> None:
        super().__init__()
        self.fmap = fmap
        self.add_child(fmap)

    def render(self) -> str:  # type: ignore[override]  # the options are for links alone
        """Give the page as `save_map` writes it."""
        return page_text(self.fmap, offline=True)

    def save(self, outfile: str | os.PathLike[str] | BinaryIO, close_file: bool = True) -> None:  # type: ignore[override]
        """Write the page as the map does."""
        self.fmap.save(outfile, close_file)


def save_map(
    fmap: folium.Map,
    path: str | os.PathLike[str],
    *,
    offline: bool = True,
    about: Provenance | None = None,
    allow_foreign_layers: bool = False,
) -> Path:
    """Write a map as one HTML file.

    Parameters
    ----------
    fmap : folium.Map
        A map, as from `region_map`. Another Folium map can be saved offline too, as long
        as it needs no plugin from the network; what Folium links by default besides
        Leaflet (Bootstrap, jQuery, icon fonts) is left out.
    path : path-like
        File to write; missing folders above it are made. It is replaced only once the new
        one is complete.
    offline : bool, default True
        Let the file make no request at all, and forbid them (Content-Security-Policy).
        Tiles that were added by choice keep their address, and it alone stays allowed.
        Otherwise nothing is forbidden, and what is linked, as by a plugin of Folium on a
        map for internal use, comes from a network each time.
    about : Provenance, optional
        What the map was made from; it is put into the file, where no reader sees it, as
        `maligeo about` reads it back.
    allow_foreign_layers : bool, default False
        Save a map for partners or the public although somebody else's code put something on
        it, such as `folium.GeoJson` or a plugin: nobody has looked into that, so it is for
        you to see that it harms nobody. The record of the page names such layers as
        `foreign_layers`. A map for internal use holds whatever you add to it, and so does a
        Folium map that names no audience.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ReleaseError
        If the map is for partners or the public and holds layers that are not of this
        library, which were not allowed.
    OutputFileError
        If the file cannot be written; what was there before stays.
    ArgumentError
        If the map needs something from the network that cannot be put into a file.
    MissingDependencyError
        If Leaflet's package is not installed.

    Notes
    -----
    The same map gives the same bytes: Folium's random names are replaced by counted ones.

    Examples
    --------
    >>> import maligeo
    >>> units = maligeo.load_boundaries()
    >>> fmap = maligeo.region_map(maligeo.study(units=units).table, units)
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     maligeo.save_map(fmap, f"{folder}/mali.html").name
    'mali.html'
    """
    target = Path(path)
    text = page_text(fmap, offline=offline, about=about, allow_foreign_layers=allow_foreign_layers)
    private = page_audience(fmap, about) == "internal"
    with written_whole(target, private=private) as draft:
        draft.write_bytes(text.encode("utf-8"))
    return target
