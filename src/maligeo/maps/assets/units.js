/* Units on a map: outlines that are restyled for each measure and period, their names and
   values, and buttons for those that are too small to hit. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var BORDER = "#5d6973", RIM = "#6f7b85", LIT = "#1d4e89", LARGE = 64, OVER_TILES = 0.7, MANY = 60;
  var SVG = "http://www.w3.org/2000/svg";
  /* LARGE: pixels from which a unit needs no callout; MANY: units from which the search
     leads to them, not the tab key. */

  /** @param {L.Map} map @param {string} name @param {number} level */
  function renderer(map, name, level) {
    map.createPane(name).style.zIndex = String(level);
    return L.svg({ pane: name, padding: 0.5 });
  }

  /* A dark rim around the country: a wide stroke beneath the units, which hide all but its
     edge. It follows their paths, so that nothing is projected twice. */
  /** @param {L.SVG} canvas @param {Mg.Outline[]} paths */
  function rim(canvas, paths) {
    var node = document.createElementNS(SVG, "path"), group = /** @type {Node} */ (paths[0].getElement().parentNode);
    ["fill", "none", "stroke", RIM, "stroke-width", "3.5", "stroke-linejoin", "round",
      "class", "mg-rim", "aria-hidden", "true"].forEach(function (part, at, parts) {
      if (at % 2) node.setAttribute(parts[at - 1], part);
    });
    function follow() {
      node.setAttribute("d", paths.map(function (path) {
        return path.getElement().getAttribute("d");
      }).join(""));
    }
    group.insertBefore(node, group.firstChild);
    canvas.on("update", follow);
    follow();
  }

  /** @param {L.Map} map @param {Mg.UnitData["shapes"]} shapes @param {number[] | null} focus @returns {Mg.Tell} */
  function highlighter(map, shapes, focus) {
    /** @type {L.PolylineOptions} */
    var options = {
      renderer: renderer(map, "mg-halo", 450), pane: "mg-halo", interactive: false,
      color: "#10202c", weight: 3, opacity: 1, fill: false, lineJoin: "round"
    };
    var shown = /** @type {L.Polygon | null} */ (null);
    (focus || []).forEach(function (at, _, all) {
      var weight = all.length > 1 ? 1.5 : options.weight;
      L.polygon(shapes[at], Object.assign({}, options, { weight: weight })).addTo(map);
    });
    return function (at) {
      if (shown) shown.remove();
      shown = at === null ? null : L.polygon(shapes[at], options).addTo(map);
    };
  }

  /* The outlines of several units at once: the places of one project. */
  /** @param {L.Map} map @param {Mg.UnitData["shapes"]} shapes */
  function lighter(map, shapes) {
    var shown = L.layerGroup().addTo(map), canvas = renderer(map, "mg-lit", 455);
    /** @param {number[]} units */
    return function (units) {
      shown.clearLayers();
      units.forEach(function (at) {
        L.polygon(shapes[at], {
          renderer: canvas, pane: "mg-lit", className: "mg-lit", interactive: false,
          color: LIT, weight: 4, opacity: 1, fillColor: LIT, fillOpacity: 0.18, lineJoin: "round"
        }).addTo(shown);
      });
    };
  }

  /** @param {string} name @returns {Mg.PaintedTag} */
  function makeTag(name) {
    var value = mg.el("b", { class: "mg-tag-value" });
    var node = mg.el("div", { class: "mg-tag" }, [
      mg.el("span", { class: "mg-tag-name", text: name }), value
    ]);
    return {
      node: node,
      paint: function (layer, cell, pale) {
        value.textContent = cell[0] < 0 ? "" : cell[1];
        var light = cell[0] > 0 && !pale && layer.inks[cell[0] + 1] === "#ffffff";
        node.classList.toggle("mg-light", light);
        node.classList.toggle("mg-pale", pale);
      }
    };
  }

  /** @param {L.Map} map @param {Mg.UnitData} data @param {number} at @param {Mg.Outline} path */
  function label(map, data, at, path) {
    var tag = makeTag(data.names[at]);
    mg.still(map, data.points[at], "mg-region-label", tag.node);
    mg.labels(map).tags.push({ node: tag.node, point: data.points[at], width: 0, height: 0, path: path });
    return tag;
  }

  /** @param {string} name @returns {Mg.PaintedButton} */
  function calloutButton(name) {
    var dot = mg.el("span", { class: "mg-swatch", "aria-hidden": "true" });
    var tag = makeTag(name);
    var button = mg.el("button", { type: "button", class: "mg-callout" }, [dot, tag.node]);
    L.DomEvent.disableClickPropagation(button);
    return {
      button: button,
      paint: function (layer, cell, description) {
        dot.classList.toggle("mg-missing", cell[0] < 0);
        dot.style.backgroundColor = cell[0] < 0 ? "" : layer.fills[cell[0] + 1];
        tag.paint(layer, [Math.min(cell[0], 0), cell[1]], false);
        button.setAttribute("aria-label", description);
      }
    };
  }

  mg.leader = function (map, from, to) {
    return L.polyline([from, to], {
      renderer: map.leaders || (map.leaders = renderer(map, "mg-leaders", 460)),
      pane: "mg-leaders", interactive: false, color: "#3a4650", weight: 1
    }).addTo(map);
  };

  /* A unit too small to hit: a button outside the country, tied to it by a line, for as
     long as the unit is small on the screen. */
  /** @param {L.Map} map @param {Mg.UnitData} data @param {number} at @param {Mg.Outline} path @param {Mg.Act} act @returns {Mg.PaintedLabel} */
  function callout(map, data, at, path, act) {
    var place = /** @type {Mg.Place} */ (data.callouts[at]);
    var made = calloutButton(data.names[at]), tag = label(map, data, at, path);
    var leader = mg.leader(map, data.points[at], place);
    mg.pane(map, "mg-callouts", 640);
    mg.still(map, place, "mg-callout-place", made.button, "mg-callouts");
    made.button.addEventListener("click", function () { act.open(at, made.button); });
    ["mouseenter", "focus"].forEach(function (type) {
      made.button.addEventListener(type, function () { act.highlight(at); });
    });
    ["mouseleave", "blur"].forEach(function (type) {
      made.button.addEventListener(type, function () { act.highlight(null); });
    });
    function fit() {
      var bounds = path.getBounds();
      var width = map.latLngToContainerPoint(bounds.getNorthEast()).x -
        map.latLngToContainerPoint(bounds.getSouthWest()).x;
      var large = width >= LARGE;
      made.button.hidden = large;
      tag.node.hidden = !large;
      leader.setStyle({ opacity: large ? 0 : 1 });
    }
    map.on("zoomend", fit);
    fit();
    return {
      paint: function (layer, cell, pale, description) {
        tag.paint(layer, cell, pale);
        made.paint(layer, cell, description);
      }
    };
  }

  mg.dots = function (index, pale) { return "mg-dots-" + index + (pale ? "-pale" : ""); };

  /** @param {Mg.Look} layer @param {number} index */
  function isDotted(layer, index) { return Boolean(layer.dotted) && (layer.dotted || []).indexOf(index) >= 0; }

  /** @param {Mg.Look} layer @param {Mg.Cell} cell @param {boolean} pale @param {string} muted */
  function fill(layer, cell, pale, muted) {
    if (muted) return "#ffffff";
    if (cell[0] < 0) return pale ? "url(#mg-hatch-pale)" : "url(#mg-hatch)";
    if (isDotted(layer, cell[0])) return "url(#" + mg.dots(cell[0], pale) + ")";
    return (pale ? layer.pales : layer.fills)[cell[0] + 1];
  }

  /** @param {Mg.Outline} path @param {number} at @param {Mg.Act} act @param {boolean} many */
  function listen(path, at, act, many) {
    var node = path.getElement();
    node.setAttribute("tabindex", many ? "-1" : "0");
    node.setAttribute("role", "button");
    path.on({
      mouseover: function () { act.highlight(at); },
      mouseout: function () { act.highlight(null); },
      click: function (event) { act.open(at, node, event.latlng); }
    });
    node.addEventListener("focus", function () { act.highlight(at); });
    node.addEventListener("blur", function () { act.highlight(null); });
    node.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      act.open(at, node);
    });
  }

  /** @param {L.Map} map @param {Mg.UnitData["shapes"]} shapes */
  function draw(map, shapes) {
    var canvas = L.svg({ padding: 0.5 });
    var paths = shapes.map(function (shape) {
      return /** @type {Mg.Outline} */ (
        L.polygon(shape, { renderer: canvas, color: BORDER, weight: 1, fillOpacity: 1 }).addTo(map)
      );
    });
    rim(canvas, paths);
    map.countryBounds = L.latLngBounds([]);
    paths.forEach(function (path) { map.countryBounds.extend(path.getBounds()); });
    return paths;
  }

  /* Draw units on a map. `data` has `shapes, names, points, callouts, focus`;
     `open(at, back, place)` answers a click, and `hover(at)`, if it is there, gets what
     the pointer is on. Give what paints them. */
  mg.units = function (map, data, open, hover) {
    var paths = draw(map, data.shapes), show = highlighter(map, data.shapes, data.focus);
    /** @type {Mg.Act} */
    var act = { open: open, highlight: function (at) { (hover || show)(at); } };
    mg.labels(map).paths = paths;
    var tags = paths.map(function (path, at) {
      listen(path, at, act, paths.length > MANY);
      return data.callouts[at] ? callout(map, data, at, path, act) : label(map, data, at, path);
    });
    return {
      paths: paths,
      highlight: show,
      light: lighter(map, data.shapes),
      opacity: map.page.guests.some(function (one) { return one instanceof L.TileLayer; })
        ? OVER_TILES : 1,
      /* Wear the colours of a layer; `period` has cells and a label. */
      paint: function (layer, period, muted) {
        var opacity = this.opacity;
        paths.forEach(function (path, at) {
          var cell = period.cells[at], pale = data.focus !== null && !mg.inFocus(data.focus, at);
          path.setStyle({
            color: pale ? "#9aa5ad" : BORDER, weight: 1, opacity: 1, fillOpacity: opacity,
            fillColor: fill(layer, cell, pale, muted)
          });
          var description = [data.names[at], cell[1], cell[0] < 0 ? "" : layer.unit, cell[2], period.label]
            .filter(Boolean).join(", ");
          path.getElement().setAttribute("aria-label", description);
          tags[at].paint(layer, muted ? [0, ""] : cell, pale, description);
        });
        map.fire("mg:shown");
      },
      overTiles: function () { this.opacity = OVER_TILES; }
    };
  };
})();
