/* Need against response: a measure of its own, with a legend of two ways and a ranked list. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var LEVELS = ["low", "middle", "high"];

  /** @param {Mg.Words} words @param {number} at */
  function level(words, at) { return words["gaps." + LEVELS[at]]; }

  /** @param {Mg.Words} words @param {Mg.Look} layer @param {number} need */
  function legendRow(words, layer, need) {
    var cells = LEVELS.map(function (name, response) {
      var cell = mg.el("td", {}, [mg.el("span", { class: "mg-unseen", text: mg.fill(words["gaps.class"], {
        need: level(words, need), response: level(words, response)
      }) })]);
      cell.style.backgroundColor = layer.fills[need * LEVELS.length + response + 2];
      return cell;
    });
    return mg.el("tr", {}, [mg.el("th", { scope: "row", text: level(words, need) })].concat(cells));
  }

  /* The need rises upwards, the response to the right. */
  /** @param {L.Map} map @param {Mg.Look} layer */
  function twoWay(map, layer) {
    var words = map.page.words;
    var rows = [2, 1, 0].map(function (need) { return legendRow(words, layer, need); });
    var foot = mg.el("tr", {}, [mg.el("td", {})].concat(LEVELS.map(function (name, at) {
      return mg.el("th", { scope: "col", text: level(words, at) });
    })));
    return mg.el("div", { class: "mg-two-way" }, [
      mg.el("p", { class: "mg-axis-need", text: words["gaps.need"] + " \u2191" }),
      mg.el("table", {}, [mg.el("tbody", {}, rows.concat([foot]))]),
      mg.el("p", { class: "mg-axis-response", text: words["gaps.response"] + " \u2192" })
    ]);
  }

  /** @param {L.Map} map @param {Mg.GapLayer} layer */
  function ranking(map, layer) {
    var regions = /** @type {Mg.Regions} */ (map.regions);
    var title = mg.el("h3", { text: map.page.words["gaps.ranking"] });
    return mg.el("div", { class: "mg-ranking" }, [title, mg.el("ol", {}, layer.ranking.map(function (entry) {
      var button = mg.el("button", { type: "button" }, [
        mg.el("b", { text: entry.name }), mg.el("small", { text: entry.text })
      ]);
      button.addEventListener("click", function () { regions.select(entry.at, button); });
      return mg.el("li", {}, [button]);
    }))]);
  }

  mg.gaps = function (map, layer) {
    layer.extra = function (body) {
      body.appendChild(twoWay(map, layer));
      body.appendChild(ranking(map, layer));
    };
    /** @type {Mg.Regions} */ (map.regions).add(layer);
  };
})();
