/* Hazardous and released land: patterns on a canvas, a sign where an area is too small. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var TILE = 8, SMALL = 9, REACH = 6;

  /* Strokes of a pattern on a tile of 8 × 8 pixels. */
  var STROKES = {
    rising: [[-1, 1, 1, -1], [0, 8, 8, 0], [7, 9, 9, 7]],
    cross: [[0, 8, 8, 0], [0, 0, 8, 8], [-1, 1, 1, -1], [7, 9, 9, 7]],
    level: [[0, 2, 8, 2], [0, 6, 8, 6]],
    upright: [[2, 0, 2, 8], [6, 0, 6, 8]],
    dots: [[1.2, 2, 2.8, 2], [5.2, 6, 6.8, 6]],
    empty: []
  };

  /** @param {Mg.Status} status */
  function patternOf(status) {
    var tile = document.createElement("canvas"), context = mg.brush(tile);
    tile.width = tile.height = TILE;
    context.fillStyle = "rgba(255, 255, 255, 0.72)";
    context.fillRect(0, 0, TILE, TILE);
    context.strokeStyle = status.colour;
    context.lineWidth = 1.6;
    STROKES[status.pattern].forEach(function (stroke) {
      context.beginPath();
      context.moveTo(stroke[0], stroke[1]);
      context.lineTo(stroke[2], stroke[3]);
      context.stroke();
    });
    return /** @type {CanvasPattern} */ (context.createPattern(tile, "repeat"));
  }

  /* Each area as rings of the world's parts, with its extent. */
  /** @param {Mg.Areas} data */
  function decode(data) {
    var marks = mg.numbers(data.marks);
    return mg.worldShapes(data.shapes).map(function (parts, at) {
      var area = {
        at: at, status: marks[at], rings: mg.flat(parts),
        west: Infinity, east: -Infinity, north: Infinity, south: -Infinity
      };
      area.rings.forEach(function (ring) {
        ring.forEach(function (corner) {
          area.west = Math.min(area.west, corner[0]);
          area.east = Math.max(area.east, corner[0]);
          area.north = Math.min(area.north, corner[1]);
          area.south = Math.max(area.south, corner[1]);
        });
      });
      return area;
    });
  }

  /** @param {Mg.Area} area @param {Mg.View} view */
  function pathOf(area, view) {
    var path = new Path2D();
    area.rings.forEach(function (ring) {
      ring.forEach(function (corner, at) {
        var x = corner[0] * view.scale - view.x, y = corner[1] * view.scale - view.y;
        if (at) path.lineTo(x, y);
        else path.moveTo(x, y);
      });
      path.closePath();
    });
    return path;
  }

  /** @param {CanvasRenderingContext2D} context @param {Mg.Status} status @param {number} x @param {number} y */
  function drawSmall(context, status, x, y) {
    context.beginPath();
    context.rect(x - 5, y - 5, 10, 10);
    context.lineWidth = 3.5;
    context.strokeStyle = "#ffffff";
    context.stroke();
    context.fillStyle = patternOf(status);
    context.fill();
    context.lineWidth = 1.6;
    context.strokeStyle = status.colour;
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context @param {Mg.Status} status @param {Path2D} path @param {CanvasPattern} pattern */
  function drawLarge(context, status, path, pattern) {
    context.fillStyle = pattern;
    context.fill(path, "evenodd");
    context.lineWidth = 3.5;
    context.strokeStyle = "rgba(255, 255, 255, 0.85)";
    context.stroke(path);
    context.lineWidth = 1.8;
    context.strokeStyle = status.colour;
    context.stroke(path);
  }

  /** @param {Mg.Areas} data @param {Mg.AreaMemory} memory @returns {Mg.Paint} */
  function painter(data, memory) {
    var patterns = data.statuses.map(patternOf);
    return function (context, view) {
      memory.seen = [];
      memory.areas.forEach(function (area) {
        if (!memory.shown[area.status]) return;
        var left = area.west * view.scale - view.x, right = area.east * view.scale - view.x;
        var top = area.north * view.scale - view.y, bottom = area.south * view.scale - view.y;
        if (right < 0 || bottom < 0 || left > view.width || top > view.height) return;
        var found = /** @type {Mg.SeenArea} */ ({ area: area, x: (left + right) / 2, y: (top + bottom) / 2, path: null });
        if (Math.max(right - left, bottom - top) < SMALL) {
          drawSmall(context, data.statuses[area.status], found.x, found.y);
        } else {
          found.path = pathOf(area, view);
          drawLarge(context, data.statuses[area.status], found.path, patterns[area.status]);
        }
        memory.seen.push(found);
      });
    };
  }

  /** @param {Mg.Canvas} layer @param {Mg.AreaMemory} memory @param {L.Point} place */
  function hits(layer, memory, place) {
    var context = mg.brush(layer._container), sharp = layer._container.width / layer.view.width;
    var found = memory.seen.filter(function (one) {
      if (one.path) return context.isPointInPath(one.path, place.x * sharp, place.y * sharp, "evenodd");
      return Math.abs(one.x - place.x) <= REACH && Math.abs(one.y - place.y) <= REACH;
    }).reverse();
    return found.length ? found : null;
  }

  mg.patternSwatch = function (status) {
    var canvas = mg.el("canvas", { class: "mg-pattern", width: "30", height: "17", "aria-hidden": "true" });
    var context = mg.brush(canvas);
    context.fillStyle = patternOf(status);
    context.fillRect(0, 0, 30, 17);
    context.lineWidth = 3;
    context.strokeStyle = status.colour;
    context.strokeRect(0, 0, 30, 17);
    return canvas;
  };

  /** @param {L.Map} map @param {Mg.Areas} data @param {Mg.AreaMemory} memory @param {() => void} change */
  function statusBoxes(map, data, memory, change) {
    return mg.el("fieldset", { class: "mg-kinds" }, /** @type {Mg.Child[]} */ ([
      mg.el("legend", { class: "mg-unseen", text: map.page.words["areas.statuses"] })
    ]).concat(data.statuses.map(function (status, at) {
      var box = mg.el("input", { type: "checkbox", on: { change: function () {
        memory.shown[at] = box.checked;
        change();
      } } });
      box.checked = memory.shown[at];
      return mg.el("label", {}, [
        box, mg.patternSwatch(status), mg.el("span", { text: status.name }),
        mg.el("small", { text: status.count })
      ]);
    })));
  }

  mg.areas = function (map, data, memory) {
    memory.areas = memory.areas || decode(data);
    memory.shown = memory.shown || data.statuses.map(function () { return true; });
    memory.seen = [];
    var read = mg.reader(data.fields);
    var layer = new mg.Canvas(painter(data, memory), {
      pane: mg.pane(map, "mg-areas", 560), label: map.page.words["areas.canvas"]
    });
    var body = mg.overlay(map, data.title, layer, memory);
    body.appendChild(statusBoxes(map, data, memory, function () { layer.repaint(); }));
    mg.catchClicks(map, layer, function (place) { return hits(layer, memory, place); }, function (found) {
      var first = found[0].area;
      var place = mg.placeOf((first.west + first.east) / 2, (first.north + first.south) / 2);
      mg.openPopup(map, mg.pager(map, found, function (one) {
        return [
          mg.el("h2", { text: data.statuses[one.area.status].name }), mg.fields(read(one.area.at))
        ];
      }), place, null);
    });
    mg.account(map, data);
  };
})();
