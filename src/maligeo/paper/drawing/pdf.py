"""Drawings painted by Matplotlib: a PNG of one page, a PDF of several.

Figures are made by Matplotlib's objects, never by pyplot, and settings hold while a page
is written and no longer. Matplotlib is loaded when a page is painted.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from maligeo.paper.drawing.fonts import FAMILY, font_file
from maligeo.paper.drawing.shapes import (
    MM_PER_POINT,
    Drawing,
    Fill,
    Shape,
    Side,
    Stroke,
    Words,
    paths,
)
from maligeo.paper.drawing.tagging import END, Part, Reading, parts_of, tagged

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

_MM_PER_INCH: Final = 25.4
_BESIDE: Final = 0.25  # of the step from one shape to the next, in the order of painting
SETTINGS: "Final[dict[RcKeyType, object]]" = {
    "agg.path.chunksize": 0,
    "path.effects": [],
    "path.simplify": False,
    "path.sketch": None,
    "pdf.compression": 9,
    "pdf.fonttype": 42,
    "pdf.use14corefonts": False,
    "savefig.bbox": None,
    "savefig.facecolor": "white",
    "savefig.transparent": False,
    "text.hinting": "no_hinting",
    "text.usetex": False,
}
_ACROSS: Final[Mapping[Side, Literal["left", "center", "right"]]] = {
    "left": "left",
    "middle": "center",
    "right": "right",
}


def png_bytes(drawing: Drawing, *, dpi: int, about: Mapping[str, str]) -> bytes:
    """Paint a page as a PNG.

    Parameters
    ----------
    drawing : Drawing
        The page.
    dpi : int
        Pixels per inch.
    about : mapping of str to str
        Texts to keep in the file, such as "Title".
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    with _settings():
        canvas = FigureCanvasAgg(painted(drawing, dpi=dpi))
        canvas.print_png(buffer, metadata=dict(about), pil_kwargs={"optimize": True})
    return buffer.getvalue()


def pdf_bytes(pages: Sequence[Drawing], *, about: Mapping[str, str], reading: Reading) -> bytes:
    """Paint pages as a tagged PDF with embedded fonts, so that its text can be searched.

    Parameters
    ----------
    pages : sequence of Drawing
        The pages in order.
    about : mapping of str to str
        Entries of the document information, such as "Title".
    reading : Reading
        What a reader of the screen is told.
    """
    from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages

    buffer = io.BytesIO()
    parts = [parts_of(page, reading.title, drawn=page is pages[0]) for page in pages]
    with _settings(), PdfPages(buffer, metadata={"CreationDate": None}) as document:
        document.infodict().update(about)
        for page, marked in zip(pages, parts, strict=True):
            figure = painted(page, dpi=72)
            _mark(figure.axes[0], marked)
            FigureCanvasPdf(figure)
            document.savefig(figure)
    return tagged(buffer.getvalue(), parts, reading)


def _mark(axes: Any, parts: Sequence[Part]) -> None:
    """Put the operators that begin and end each part before and behind its shapes."""
    for part in parts:
        axes.add_artist(_operator(part.beginning, part.first - _BESIDE))
        axes.add_artist(_operator(END, part.last + _BESIDE))


def _operator(code: bytes, order: float) -> Any:
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_pdf import Verbatim

    artist: Any = Artist()
    artist.draw = lambda renderer: renderer.file.output(Verbatim(code))
    artist.set_zorder(order)
    return artist


def painted(drawing: Drawing, *, dpi: int) -> Any:
    """Give a Matplotlib figure of a page; its one axes has millimetres from the upper left."""
    from matplotlib.figure import Figure

    size = drawing.width / _MM_PER_INCH, drawing.height / _MM_PER_INCH
    figure = Figure(figsize=size, dpi=dpi, facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    for order, shape in enumerate(drawing.shapes):
        artist = _artist(shape)
        if artist is not None:
            artist.set_zorder(order)
            axes.add_artist(artist)
            artist.set_clip_on(False)
    return figure


@contextmanager
def _settings() -> Iterator[None]:
    import matplotlib

    with matplotlib.rc_context(SETTINGS):
        yield


def _artist(shape: Shape) -> Any:
    from matplotlib.patches import PathPatch

    if isinstance(shape, Words):
        return _text(shape)
    path = _path(shape)
    if path is None:
        return None
    points = shape.width / MM_PER_POINT
    if isinstance(shape, Fill):
        inside = (shape.colour, shape.opacity) if shape.colour else "none"
        edge = shape.edge or "none"
        drawn = PathPatch(
            path, facecolor=inside, edgecolor=edge, linewidth=points if shape.edge else 0
        )
    else:
        drawn = PathPatch(path, facecolor="none", edgecolor=shape.colour, linewidth=points)
        if shape.dash:
            drawn.set_linestyle((0, tuple(part / shape.width for part in shape.dash)))
    drawn.set_joinstyle("round")
    drawn.set_capstyle("butt")
    return drawn


def _text(shape: Words) -> Any:
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

    font = FontProperties(
        family=FAMILY,
        weight="bold" if shape.bold else "normal",
        size=shape.size,
        fname=str(font_file(bold=shape.bold)),
    )
    return Text(
        shape.x,
        shape.y,
        shape.text,
        color=shape.colour,
        fontproperties=font,
        horizontalalignment=_ACROSS[shape.side],
        verticalalignment="baseline",
        parse_math=False,
    )


def _path(shape: Fill | Stroke) -> Any:
    """Give all rings or lines of a shape as one path; None for an empty one."""
    from matplotlib.path import Path

    places: list[npt.NDArray[np.float64]] = []
    codes: list[npt.NDArray[np.uint8]] = []
    for part, closed in paths(shape.shape):
        code = np.full(len(part), Path.LINETO, dtype=np.uint8)
        code[0] = Path.MOVETO
        if closed:
            code[-1] = Path.CLOSEPOLY
        places.append(part)
        codes.append(code)
    return Path(np.concatenate(places), np.concatenate(codes)) if places else None
