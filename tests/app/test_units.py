"""Units of a file of one's own, whose names may be anything."""

import json
import re

from tests.app.conftest import Served, Visit

NAMES = ("../../../evil", "<img src=x onerror=alert(1)>", "a“b: 1")


def test_names_of_units_are_neither_paths_nor_markup(served: Served, visit: Visit) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "pcode": f"ZZ{at}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[at, 13], [at + 1, 13], [at + 1, 14], [at, 14], [at, 13]]],
            },
        }
        for at, name in enumerate(NAMES, start=-4)
    ]
    units = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    incidents = b"date,event_type,lon,lat\n" + b"2022-03-01,ied,-3.5,13.5\n" * 3
    people = "Région,Population\n" + "".join(f'"{name}",1000\n' for name in NAMES)
    visitor = visit()
    visitor.drop(
        boundaries=("x.geojson", units), incidents=("y.csv", incidents),
        population=("z.csv", people.encode()),
    )  # fmt: skip
    said = {"boundaries.level": "1", "boundaries.vintage": "2015", "next": "1"}
    visitor.send("understand", said)
    visitor.send("ask", {"audience": "internal", "period": "2022"})
    before = set(served.desk.folder.parent.rglob("*evil*"))
    page = visitor.send("reports", {"region": NAMES[0]}).text
    assert "<img" not in page
    assert re.findall(r"/files/(fiche[^\"]+)", page) == ["fiche-1-evil.pdf"]
    made = set(served.desk.folder.parent.rglob("*evil*")) - before
    assert [path.parent.name for path in made] == ["products"]
    assert visitor.ask(f"{visitor.base}/files/fiche-1-evil.pdf").body.startswith(b"%PDF")
