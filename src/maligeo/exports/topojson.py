"""TopoJSON: units whose borders are written once for both sides (specification 1.0.0).

Corners are rounded to a grid; a border between two units is then one arc, which both name, so
that they still meet when a program simplifies or moves it. Arcs are cut where borders part, as
in M. Bostock, "How To Infer Topology" (2013).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely

from maligeo.core.errors import ArgumentError, Fault, FrameError
from maligeo.core.files import written_whole
from maligeo.exports.geojson import heading_members, json_text
from maligeo.exports.jobs import SOURCES, Job
from maligeo.exports.plain_layers import PlainLayer
from maligeo.exports.plain_tables import rows_of

GRID: Final = 1e-5  # of a degree: about a metre
_DECIMALS: Final = 5
_CODE: Final = "pcode"
_KEYS: Final = (_CODE, "name", "iso_3166_2")  # of units: by these figures of a table are joined

Point = tuple[int, int]
Ring = list[Point]


def write_topojson(layers: Sequence[PlainLayer], job: Job) -> None:
    """Write one layer of polygons as a topology of one object, in EPSG:4326.

    Its name is that of the layer. A unit has its keys alone, by which programs join a table to
    it: `id` is its p-code. Outer rings are clockwise, as programs that draw on a sphere want
    them.

    Raises
    ------
    ArgumentError
        If the layer has no polygons.
    FrameError
        If a shape is missing, or a ring of it is smaller than the grid.
    """
    layer = layers[0]
    rings = _rings(layer)
    cut = _Arcs(ring for parts in rings for part in parts for ring in part)
    shapes = [_shape([[cut.of(ring) for ring in part] for part in parts]) for parts in rings]
    corner = tuple(map(min, zip(*(point for arc in cut.arcs for point in arc), strict=True)))
    rows = list(rows_of(layer.table))
    document: dict[str, Any] = {"type": "Topology"} | heading_members(job)
    if job.sources:
        document[SOURCES] = job.described_sources
    document |= {
        "bbox": [round(float(side), _DECIMALS) for side in shapely.total_bounds(layer.shapes)],
        "transform": {
            "scale": [GRID, GRID],
            "translate": [round(side * GRID, _DECIMALS) for side in corner],
        },
        "objects": {
            layer.name: {
                "type": "GeometryCollection",
                "geometries": [
                    _identity(row) | shape for row, shape in zip(rows, shapes, strict=True)
                ],
            }
        },
        "arcs": [_steps(arc, corner) for arc in cut.arcs],
    }
    with written_whole(job.path, private=job.is_private) as draft:
        draft.write_text(json_text(document) + "\n", encoding="utf-8")


def _identity(row: Mapping[str, Any]) -> dict[str, Any]:
    if row.get(_CODE) is None:
        return {"properties": dict(row)}
    keys = {name: row[name] for name in _KEYS if row.get(name) is not None}
    return {"id": row[_CODE], "properties": keys}


def _shape(parts: list[list[list[int]]]) -> dict[str, Any]:
    if len(parts) == 1:
        return {"type": "Polygon", "arcs": parts[0]}
    return {"type": "MultiPolygon", "arcs": parts}


def _steps(arc: Ring, corner: tuple[int, ...]) -> list[list[int]]:
    """Write an arc as its first point and the steps from each to the next."""
    points = np.array(arc, dtype=np.int64) - np.array(corner, dtype=np.int64)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return [[int(x), int(y)] for x, y in steps]


def _rings(layer: PlainLayer) -> list[list[list[Ring]]]:
    """Give the rings of each row by its parts, on the grid; every fault is listed."""
    if layer.shapes is None or layer.family not in ("Polygon", ""):
        raise ArgumentError(
            f"layer {layer.name!r} has no polygons: TopoJSON is for units and other areas"
        )
    found, faults = [], []
    for row, shape in enumerate(layer.shapes):
        if shape is None or shape.is_empty:
            faults.append(Fault(row, "geometry", None, "TopoJSON needs a shape in each row"))
            continue
        parts = [
            [_on_grid(ring, clockwise=at == 0) for at, ring in enumerate(shapely.get_rings(part))]
            for part in shapely.get_parts(shape)
        ]
        found.append(parts)
        if any(len(ring) < 3 for part in parts for ring in part):
            reason = f"a ring of the shape is smaller than the grid of TopoJSON, {GRID:g} degrees"
            faults.append(Fault(row, "geometry", None, reason))
    if faults or not found:
        raise FrameError(f"layer {layer.name!r}", faults)
    return found


def _on_grid(ring: Any, *, clockwise: bool) -> Ring:
    """Round a ring to the grid: without what repeats and without its last point, turned so."""
    corners = np.rint(shapely.get_coordinates(ring) / GRID).astype(np.int64)
    kept = corners[:-1][(corners[1:] != corners[:-1]).any(axis=1)]
    after = np.roll(kept, -1, axis=0)
    doubled = int((kept[:, 0] * after[:, 1] - after[:, 0] * kept[:, 1]).sum()) if len(kept) else 0
    if doubled == 0:
        return []
    ordered = kept[::-1] if (doubled < 0) != clockwise else kept
    return [(int(x), int(y)) for x, y in ordered]


class _Arcs:
    """Rings cut into arcs, each once: `arcs`, and by `of` the numbers of a ring's arcs.

    A ring is cut at each point that has other neighbours in another ring, or in another place
    of itself. One that is cut nowhere is one arc, from its lowest point.
    """

    def __init__(self, rings: Iterator[Ring]) -> None:
        self.arcs: list[Ring] = []
        self._numbers: dict[tuple[Point, ...], int] = {}
        beside: dict[Point, frozenset[Point]] = {}
        self._ends: set[Point] = set()
        for ring in rings:
            for at, point in enumerate(ring):
                pair = frozenset((ring[at - 1], ring[(at + 1) % len(ring)]))
                if beside.setdefault(point, pair) != pair:
                    self._ends.add(point)

    def of(self, ring: Ring) -> list[int]:
        """Give the numbers of a ring's arcs, in its order; ~n is arc n from its end."""
        cuts = [at for at, point in enumerate(ring) if point in self._ends]
        first = cuts[0] if cuts else ring.index(min(ring))
        turned = [*ring[first:], *ring[:first], ring[first]]
        ends = [at - first for at in cuts[1:]]
        return [
            self._number(turned[begin : end + 1])
            for begin, end in zip([0, *ends], [*ends, len(ring)], strict=True)
        ]

    def _number(self, arc: Ring) -> int:
        there = self._numbers.get(tuple(arc))
        if there is not None:
            return there
        back = self._numbers.get(tuple(reversed(arc)))
        if back is not None:
            return ~back
        self._numbers[tuple(arc)] = len(self.arcs)
        self.arcs.append(arc)
        return len(self.arcs) - 1
