/* Two maps of one measure side by side: they move together and share classes and legend. */
(function () {
  "use strict";

  var mg = window.maligeo;

  /* One map goes where the other goes. What it does meanwhile is not sent back. */
  /** @param {L.Map} from @param {L.Map} to */
  function follow(from, to) {
    /** @param {L.LatLng} center @param {number} zoom @param {boolean} animate */
    function go(center, zoom, animate) {
      if (from.following) return;
      to.following = true;
      to.setView(center, zoom, { animate: animate });
      to.following = false;
    }
    from.on("move", function () { go(from.getCenter(), from.getZoom(), false); });
    from.on("zoomanim", function (event) { go(event.center, event.zoom, true); });
  }

  /** @param {L.Map} map */
  function secondMap(map) {
    var page = map.page, box = mg.el("div", { class: "mg-second", tabindex: "0" });
    page.stage.classList.add("mg-two");
    page.stage.appendChild(box);
    map.invalidateSize();
    var twin = mg.newMap(box, page.settings, { trackResize: false, attributionControl: true });
    twin.page = page;
    twin.dragging.enable();
    function fit() {
      twin.following = true;
      twin.invalidateSize({ animate: false, pan: false });
      twin.setMinZoom(map.getMinZoom());
      twin.baseZoom = map.baseZoom;
      twin.setView(map.getCenter(), map.getZoom(), { animate: false });
      twin.following = false;
    }
    fit();
    map.on("resize", fit);
    map.on("unload", function () { twin.remove(); });
    follow(map, twin);
    follow(twin, map);
    map.zooms.forEach(function (control) { control.remove(); });
    mg.zoomControls(map, twin);
    mg.closeByEscape(twin);
    return twin;
  }

  /** @param {Mg.Page} page @param {string} side */
  function caption(page, side) {
    var text = mg.el("span", {});
    page.stage.appendChild(mg.el("p", { class: "mg-caption mg-caption-" + side.toLowerCase() }, [
      mg.el("b", { text: side }), text
    ]));
    return text;
  }

  /* The card of a unit: both values, how precise they are, and the difference. */
  /** @param {Mg.Page} page @param {Mg.Comparison} data @param {Mg.SharedLayer} layer @param {number} side @param {number} at */
  function card(page, data, layer, side, at) {
    var words = page.words, same = data.sides.length === 1, own = same ? data.sides[0] : data.sides[side];
    var periods = same ? layer.periods : [layer.periods[side]];
    var figures = periods.map(function (period) {
      var cell = period.cells[at];
      return {
        name: period.side + " \u00B7 " + period.label,
        periods: [{ value: cell[1], detail: cell[2] ? "(" + cell[2] + ")" : "" }]
      };
    });
    if (same && layer.differences[at].difference) {
      figures.push({
        name: words["compare.difference"], periods: [{ value: layer.differences[at].difference, detail: "" }]
      });
    }
    var low = periods.some(function (period) { return /\*$/.test(period.cells[at][1]); });
    return mg.el("div", { class: "mg-card", tabindex: "-1" }, [
      mg.el("h2", { text: own.names[at] }),
      mg.el("p", { class: "mg-code", text: own.codes[at] }),
      mg.el("p", { class: "mg-unit", text: layer.unit }),
      mg.figures(figures),
      low ? mg.remark(words["legend.low"]) : null
    ]);
  }

  /** @param {Mg.Page} page @param {Mg.SharedLayer} layer @param {Mg.Select} select */
  function differenceTable(page, layer, select) {
    var words = page.words, anyDifference = layer.differences.some(function (row) { return row.difference; });
    var head = [words["presence.region"], "A", "B"].concat(anyDifference ? words["compare.difference"] : []);
    return mg.el("table", { class: "mg-differences" }, [
      mg.el("thead", {}, [mg.el("tr", {}, head.map(function (text) {
        return mg.el("th", { scope: "col", text: text });
      }))]),
      mg.el("tbody", {}, layer.differences.map(function (row, at) {
        var button = mg.el("button", { type: "button", class: "mg-link", text: row.name });
        button.addEventListener("click", function () { select(at, button); });
        return mg.el("tr", {}, [mg.el("th", { scope: "row" }, [button])].concat(
          [row.first, row.second].concat(anyDifference ? row.difference : []).map(function (text) {
            return mg.el("td", { class: /\d/.test(text) ? null : "mg-word", text: text });
          })
        ));
      }))
    ]);
  }

  /** @param {L.Map} map @param {Mg.Comparison} data @param {(at: number) => void} choose @returns {(at: number, select: Mg.Select) => void} */
  function panel(map, data, choose) {
    var page = map.page, words = page.words, measures = /** @type {Mg.ChoiceField | null} */ (null);
    if (data.layers.length > 1) {
      measures = mg.radios(map, "measure", "control.measure", data.layers.map(function (layer) {
        return layer.layer;
      }), choose);
      page.side.appendChild(measures);
    }
    var legend = mg.section(map, "mg-legend", "legend.title");
    var table = mg.section(map, "mg-difference", "compare.table");
    var balance = mg.section(map, "mg-balance", "unplaced.title");
    var about = mg.section(map, "mg-about", "about.title");
    return function (at, select) {
      var layer = data.layers[at], periods = layer.periods;
      if (measures) mg.check(measures, at);
      mg.legend(map, legend, layer, {
        derived: periods[0].derived || periods[1].derived, low: periods[0].low || periods[1].low,
        why: periods[0].why && periods[1].why
      });
      mg.empty(table);
      if (layer.differences.length) table.appendChild(differenceTable(page, layer, select));
      layer.notes.forEach(function (note) { table.appendChild(mg.remark(note)); });
      mg.empty(balance);
      periods.forEach(function (period) {
        balance.appendChild(mg.el("h3", { text: mg.fill(words["compare.balance"], { side: period.side }) }));
        mg.balance(balance, period.balance);
      });
      mg.remarks(about, [layer.about, words["compare.same"]]);
      page.title.textContent = layer.title;
      mg.subtitle(page.subtitle, layer.unit, periods.map(function (period) {
        return period.side + " " + period.label;
      }));
    };
  }

  /* What there is on a side: its units, its name above it, and in the search. */
  /** @param {L.Map} map @param {Mg.Comparison} data @param {number} side @param {Mg.SideAct} act */
  function drawSide(map, data, side, act) {
    var own = data.sides[Math.min(side, data.sides.length - 1)];
    own.shapes = own.shapes || mg.shapes(own.outlines);
    return {
      map: map,
      own: own,
      units: mg.units(map, own, function (at, back, place) {
        act.open(side, at, back, place || own.points[at]);
      }, function (at) { act.hover(side, at); }),
      caption: caption(map.page, "AB"[side])
    };
  }

  mg.compare = function (map, data, memory) {
    var page = map.page, same = data.sides.length === 1, layer = memory.layer || 0, sides = /** @type {Mg.Side[]} */ ([]);
    var show = panel(map, data, function (at) {
      layer = memory.layer = at;
      mg.twins(map).forEach(function (one) { one.closePopup(); });
      update();
    });
    /** @type {Mg.SideAct} */
    var act = {
      open: function (side, at, back, place) {
        mg.openPopup(sides[side].map, card(page, data, data.layers[layer], side, at), place, back);
      },
      hover: function (side, at) {
        sides.forEach(function (one, place) {
          if (same || place === side) one.units.highlight(at);
        });
      }
    };
    /** @param {number} side @param {number} at @param {Mg.Back} back */
    function select(side, at, back) {
      var one = sides[side];
      mg.frame(one.map, one.units.paths[at]);
      act.hover(side, at);
      act.open(side, at, back, one.own.points[at]);
    }
    /** @type {Mg.Select} */
    function selectFirst(at, back) { select(0, at, back); }
    function update() {
      var shown = data.layers[layer];
      show(layer, selectFirst);
      sides.forEach(function (one, side) {
        var period = shown.periods[side], parts = [period.label, period.publisher];
        one.caption.textContent = parts.filter(Boolean).join(" \u00B7 ");
        one.map.getContainer().setAttribute("aria-label", mg.fill(page.words["compare.map"], {
          side: period.side, label: one.caption.textContent
        }));
        one.units.paint(shown, period, "");
      });
    }
    show(layer, selectFirst);
    mg.settle(map);
    map.twin = secondMap(map);
    sides = mg.twins(map).map(function (one, side) { return drawSide(one, data, side, act); });
    sides.forEach(function (one, side) {
      if (side && same) return;
      mg.findable(map, one.own.names.map(function (name, at) {
        return {
          name: name, more: same ? "" : one.own.codes[at], aliases: [],
          go: function (back) { select(side, at, back); }
        };
      }));
    });
    mg.account(map, data);
    mg.closeByEscape(map);
    update();
    if (!memory.seen && mg.isPhone()) mg.find(page.side, ".mg-toggle").click();
    memory.seen = true;
  };
})();
