/* The regions of the map: their colours by measure and period, their cards, their names in
   the search. */
(function () {
  "use strict";

  var mg = window.maligeo;

  /** @param {Mg.RegionData} data @param {Mg.RegionMemory} memory */
  function stateOf(data, memory) {
    memory.chosen = memory.chosen ||
      data.layers.map(function (layer) { return layer.periods.length - 1; });
    memory.wanted = memory.layer; /* it may be one that another call adds */
    return {
      layers: data.layers,
      layer: memory.layer < data.layers.length ? memory.layer : 0,
      chosen: memory.chosen,
      muted: ""
    };
  }

  /** @param {L.Map} map @param {Mg.RegionData} data @param {Mg.Select} select */
  function findUnits(map, data, select) {
    mg.findable(map, data.cards.map(function (card, at) {
      return {
        name: card.name, more: "", aliases: data.aliases[at] || [],
        go: function (back) { select(at, back); }
      };
    }));
  }

  mg.closeByEscape = function (map) {
    var box = map.getContainer();
    /** @param {KeyboardEvent} event */
    function escape(event) {
      if (event.key === "Escape") map.closePopup();
    }
    box.addEventListener("keydown", escape);
    map.on("unload", function () { box.removeEventListener("keydown", escape); });
  };

  mg.regions = function (map, data, memory) {
    var state = stateOf(data, memory);
    data.shapes = memory.shapes = memory.shapes || mg.shapes(data.outlines);
    data.names = data.cards.map(function (card) { return card.name; });
    /** @type {Mg.Units} */
    var drawn;
    function period() { return state.layers[state.layer].periods[state.chosen[state.layer]]; }
    function update() {
      show(state.layer, state.chosen[state.layer]);
      drawn.paint(state.layers[state.layer], period(), state.muted);
    }
    var card = data.focus && data.focus.length === 1 ? data.cards[data.focus[0]] : null;
    map.page.place = data.place;
    var show = mg.panel(map, data.layers, card, function (layer, at) {
      state.layer = memory.layer = layer;
      if (at !== null) state.chosen[layer] = at;
      map.closePopup();
      update();
    });
    show(state.layer, state.chosen[state.layer]);
    mg.settle(map);
    /** @type {Mg.Act["open"]} */
    function open(at, back, place) { mg.openCard(map, data.cards[at], place || data.points[at], back); }
    drawn = mg.units(map, data, open);
    map.on("layeradd", function (event) {
      if (!(event.layer instanceof L.TileLayer)) return;
      drawn.overTiles();
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
      lead: function (texts) { mg.findings(map, data, texts); },
      publish: function (texts) { mg.publish(map, data, texts); },
      list: function (make) { mg.listings(map, data, make); },
      light: drawn.light,
      mute: function (muted) {
        state.muted = muted;
        map.page.side.classList.toggle("mg-muted", Boolean(muted));
        update();
        if (!muted) return;
        map.page.title.textContent = muted;
        mg.empty(map.page.subtitle);
      },
      select: function (at, back) {
        mg.frame(map, drawn.paths[at]);
        drawn.highlight(at);
        open(at, back, data.points[at]);
      }
    };
    mg.account(map, data);
    findUnits(map, data, map.regions.select);
    mg.closeByEscape(map);
    drawn.paint(state.layers[state.layer], period(), state.muted);
  };
})();
