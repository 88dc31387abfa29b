/* Towns, neighbours and scale. None of it reacts to the pointer. */
(function () {
  "use strict";

  var mg = window.maligeo;

  /* A town's mark is made when it is first shown: most wait until the reader is near. */
  mg.towns = function (map, data) {
    var labels = mg.labels(map);
    findTowns(map, data.towns);
    labels.towns = data.towns.map(function (row) {
      /** @type {Mg.Town} */
      var town = {
        point: [row[1], row[2]], own: row[4], near: row[3] === data.focus, width: 0, height: 0,
        make: function () {
          var text = mg.el("span", { text: row[0] });
          var node = mg.el("div", { class: "mg-town-mark mg-hidden" }, [mg.el("i"), text]);
          mg.still(map, town.point, "mg-town", node);
          return town.mark = { node: node, text: text };
        }
      };
      return town;
    });
  };

  /** @param {L.Map} map @param {Mg.TownRow[]} towns */
  function findTowns(map, towns) {
    mg.findable(map, towns.map(function (row) {
      return {
        name: row[0], more: map.page.words["search.town"], aliases: [],
        go: function () { map.setView([row[1], row[2]], map.baseZoom + 3, { animate: false }); }
      };
    }));
  }

  mg.neighbours = function (map, rows) {
    mg.twins(map).forEach(function (one) {
      mg.labels(one).neighbours = rows.map(function (row) {
        var node = mg.el("span", { text: row[0] });
        mg.still(one, [row[1], row[2]], "mg-neighbour", node);
        return { node: node, point: [row[1], row[2]], width: 0, height: 0 };
      });
    });
  };

  /* On a narrow screen the credit takes the whole width, and several lines. */
  /** @param {L.Map} map @param {HTMLElement | undefined} credit */
  function keepAbove(map, credit) {
    if (!credit) return;
    var box = map.getContainer();
    new ResizeObserver(function () {
      box.style.setProperty("--credit-height", credit.offsetHeight + 4 + "px");
    }).observe(credit);
  }

  mg.scale = function (map, data) {
    var words = map.page.words;
    var north = new L.Control({ position: "bottomleft" });
    north.onAdd = function () {
      return mg.el("div", { class: "mg-north", title: words["control.north"] }, [
        mg.el("span", { "aria-hidden": "true", text: "\u25B2" }), mg.el("b", { text: "N" })
      ]);
    };
    L.control.scale({ imperial: false, maxWidth: 130, position: "bottomleft" }).addTo(map);
    north.addTo(map);
    map.attributionControl.addAttribution(data.credit.replace(/[<>&]/g, ""));
    keepAbove(map, map.attributionControl.getContainer());
  };
})();
