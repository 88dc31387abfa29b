/* The regions: one layer of outlines that is restyled for each measure and period. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var BORDER = "#5d6973", LARGE = 64, OVER_TILES = 0.7, MANY = 60;
  /* LARGE: pixels from which a region needs no callout; MANY: units from which the search
     leads to them, not the tab key. */

  function pane(map, name, level) {
    map.createPane(name).style.zIndex = level;
    return L.svg({ pane: name, padding: 0.5 });
  }

  /* A dark rim around the country: wide strokes beneath the regions hide all but its edge. */
  function rim(map, features) {
    var layer = L.geoJSON(features, {
      renderer: pane(map, "mg-rim", 350),
      pane: "mg-rim",
      interactive: false,
      style: { color: "#6f7b85", weight: 3.5, opacity: 1, fill: false, lineJoin: "round" }
    }).addTo(map);
    map.countryBounds = layer.getBounds();
  }

  function highlighter(map, features, focus) {
    var style = { color: "#10202c", weight: 3, opacity: 1, fill: false, lineJoin: "round" };
    var options = {
      renderer: pane(map, "mg-halo", 450), pane: "mg-halo", interactive: false, style: style
    };
    var layer = L.geoJSON(null, options).addTo(map);
    if (focus !== null) L.geoJSON(features.features[focus], options).addTo(map);
    return function (at) {
      layer.clearLayers();
      if (at !== null) layer.addData(features.features[at]);
    };
  }

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

  function label(map, data, at, path) {
    var tag = makeTag(data.cards[at].name);
    mg.still(map, data.points[at], "mg-region-label", tag.node);
    mg.labels(map).tags.push({ node: tag.node, point: data.points[at], path: path });
    return tag;
  }

  function calloutButton(name) {
    var dot = mg.el("span", { class: "mg-swatch", "aria-hidden": "true" });
    var tag = makeTag(name);
    var button = mg.el("button", { type: "button", class: "mg-callout" }, [dot, tag.node]);
    L.DomEvent.disableClickPropagation(button);
    return {
      button: button,
      paint: function (layer, cell, pale, spoken) {
        dot.classList.toggle("mg-missing", cell[0] < 0);
        dot.style.backgroundColor = cell[0] < 0 ? "" : layer.fills[cell[0] + 1];
        tag.paint(layer, [Math.min(cell[0], 0), cell[1]], false);
        button.setAttribute("aria-label", spoken);
      }
    };
  }

  /* A region too small to hit: a button outside the country, tied to it by a line, for as
     long as the region is small on the screen. */
  function callout(map, data, at, path, act) {
    var made = calloutButton(data.cards[at].name), tag = label(map, data, at, path);
    var leader = L.polyline([data.points[at], data.callouts[at]], {
      renderer: map.leaders || (map.leaders = pane(map, "mg-leaders", 460)),
      pane: "mg-leaders",
      interactive: false,
      color: "#3a4650",
      weight: 1
    }).addTo(map);
    mg.pane(map, "mg-callouts", 640);
    mg.still(map, data.callouts[at], "mg-callout-place", made.button, "mg-callouts");
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
      paint: function (layer, cell, pale, spoken) {
        tag.paint(layer, cell, pale);
        made.paint(layer, cell, pale, spoken);
      }
    };
  }

  function fill(layer, cell, pale, muted) {
    if (muted) return "#ffffff";
    if (cell[0] < 0) return pale ? "url(#mg-hatch-pale)" : "url(#mg-hatch)";
    return (pale ? layer.pales : layer.fills)[cell[0] + 1];
  }

  function restyle(state, paths) {
    var layer = state.layers[state.layer], period = layer.periods[state.period];
    paths.forEach(function (path, at) {
      var cell = period.cells[at], pale = state.focus !== null && at !== state.focus;
      path.setStyle({
        color: pale ? "#9aa5ad" : BORDER, weight: 1, opacity: 1, fillOpacity: state.opacity,
        fillColor: fill(layer, cell, pale, state.muted)
      });
      var spoken = [state.names[at], cell[1], cell[0] < 0 ? "" : layer.unit, cell[2], period.label]
        .filter(Boolean).join(", ");
      path.getElement().setAttribute("aria-label", spoken);
      state.tags[at].paint(layer, state.muted ? [0, ""] : cell, pale, spoken);
    });
  }

  function listen(path, at, act) {
    var node = path.getElement();
    node.setAttribute("tabindex", act.many ? "-1" : "0");
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

  function draw(map, features) {
    var paths = [];
    L.geoJSON(features, {
      renderer: L.svg({ padding: 0.5 }),
      style: { color: BORDER, weight: 1, fillOpacity: 1 },
      onEachFeature: function (feature, path) { paths[feature.properties.at] = path; }
    }).addTo(map);
    return paths;
  }

  mg.regions = function (map, data, memory) {
    data.features = memory.features = memory.features || mg.outlines(data.outlines);
    rim(map, data.features);
    var paths = draw(map, data.features);
    mg.labels(map).paths = paths;
    var act = {
      many: paths.length > MANY,
      highlight: highlighter(map, data.features, data.focus),
      open: function (at, back, place) {
        mg.openCard(map, data.cards[at], place || data.points[at], back);
      }
    };
    var state = {
      layers: data.layers,
      focus: data.focus,
      names: data.cards.map(function (card) { return card.name; }),
      layer: memory.layer < data.layers.length ? memory.layer : 0,
      period: 0,
      opacity: map.page.guests.some(function (one) { return one instanceof L.TileLayer; })
        ? OVER_TILES : 1,
      chosen: memory.chosen ||
        data.layers.map(function (layer) { return layer.periods.length - 1; })
    };
    memory.chosen = state.chosen;
    memory.wanted = memory.layer; /* it may be one that another call adds */
    state.tags = paths.map(function (path, at) {
      listen(path, at, act);
      return data.callouts[at] ? callout(map, data, at, path, act) : label(map, data, at, path);
    });
    var card = data.focus === null ? null : data.cards[data.focus];
    var show = mg.panel(map, data.layers, card, function (layer, period) {
      state.layer = memory.layer = layer;
      if (period !== null) state.chosen[layer] = period;
      map.closePopup();
      update();
    });
    function update() {
      state.period = state.chosen[state.layer];
      show(state.layer, state.period);
      restyle(state, paths);
      map.fire("mg:shown");
    }
    map.on("layeradd", function (event) {
      if (!(event.layer instanceof L.TileLayer)) return;
      state.opacity = OVER_TILES;
      update();
    });
    map.regions = {
      add: function (layer) {
        state.layers.push(layer);
        if (state.chosen.length < state.layers.length) state.chosen.push(layer.periods.length - 1);
        show.add(layer);
        if (memory.wanted === state.layers.length - 1) {
          state.layer = memory.layer = memory.wanted;
          update();
        }
      },
      mute: function (muted) {
        state.muted = muted;
        map.page.side.classList.toggle("mg-muted", Boolean(muted));
        update();
        if (!muted) return;
        map.page.title.textContent = muted;
        mg.empty(map.page.subtitle);
      },
      select: function (at, back) {
        map.fitBounds(paths[at].getBounds().pad(0.25), { animate: false });
        act.highlight(at);
        act.open(at, back, data.points[at]);
      }
    };
    mg.account(map, data);
    mg.findable(map, data.cards.map(function (card, at) {
      return {
        name: card.name, more: "", aliases: data.aliases[at] || [],
        go: function (back) { map.regions.select(at, back); }
      };
    }));
    function escape(event) {
      if (event.key === "Escape") map.closePopup();
    }
    var box = map.getContainer();
    box.addEventListener("keydown", escape);
    map.on("unload", function () { box.removeEventListener("keydown", escape); });
    update();
  };
})();
