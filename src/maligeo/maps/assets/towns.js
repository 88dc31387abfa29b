/* Towns: their names on the map and in the search, their offices, and what is known of each. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var UP = 14; /* pixels from a town to the sign of its office */

  /* A town's mark is made when it is first shown: most wait until the reader is near. */
  /** @param {L.Map} map @param {Mg.Towns} data @param {Mg.TownRow} row @returns {Mg.Town} */
  function label(map, data, row) {
    /** @type {Mg.Town} */
    var town = {
      point: row.point, own: row.own, near: mg.inFocus(data.focus, row.at), width: 0, height: 0,
      make: function () {
        var text = mg.el("span", { text: row.name });
        var node = mg.el("div", { class: "mg-town-mark mg-hidden" }, [mg.el("i"), text]);
        mg.still(map, town.point, "mg-town", node);
        return town.mark = { node: node, text: text };
      }
    };
    return town;
  }

  /* The card of a town: where it is, whose offices are there, and the projects that name it. */
  /** @param {L.Map} map @param {Mg.Towns} data @param {Mg.TownRow} row */
  function card(map, data, row) {
    var words = map.page.words, unit = data.units[row.at], regions = map.regions;
    var offices = officesIn(map, row).map(function (office) { return office.who.join(", "); });
    var listing = mg.listing(map, function (place) {
      return place.unit === row.at && place.towns.indexOf(row.name) >= 0;
    });
    var button = regions ? mg.el("button", { type: "button", class: "mg-step mg-wide" }) : null;
    if (button && regions) {
      var select = regions.select;
      button.textContent = mg.fill(words["town.unit"], { unit: unit });
      button.addEventListener("click", function () { select(row.at, null); });
    }
    return mg.el("div", { class: "mg-card", tabindex: "-1" }, [
      mg.el("h2", { text: row.name }),
      mg.fields([
        [words["town.what"], words["search.town"]], [words["field.adm2_name"], row.cercle || null],
        [data.level, unit], [words["offices.here"], offices.join(", ") || null]
      ]),
      offices.length || listing ? null : mg.remark(words["town.nothing"]), listing, button
    ]);
  }

  /** @param {L.Map} map @param {Mg.TownRow} row */
  function officesIn(map, row) {
    return (map.offices || []).filter(function (one) { return one.at === row.at && one.town === row.name; });
  }

  /** @param {L.Map} map @param {Mg.Towns} data */
  function find(map, data) {
    mg.findable(map, data.towns.map(function (row) {
      return {
        name: row.name, more: map.page.words["search.town"], aliases: row.aliases,
        go: function (back) {
          mg.lookAt(map, function () { map.setView(row.point, map.baseZoom + 3, { animate: false }); });
          mg.openPopup(map, card(map, data, row), row.point, back);
        }
      };
    }));
  }

  mg.towns = function (map, data) {
    mg.labels(map).towns = data.towns.filter(function (row) { return row.drawn; })
      .map(function (row) { return label(map, data, row); });
    map.townData = data;
    find(map, data);
  };

  /* The sign of an office: no circle, as projects have, and no square, as towns have. */
  function sign() { return mg.el("span", { class: "mg-office-sign" }); }

  /** @param {L.Map} map @param {Mg.Towns} towns @param {Mg.TownRow} row @param {Mg.Office} office */
  function marker(map, towns, row, office) {
    var made = L.marker(row.point, {
      pane: "mg-offices", keyboard: true, riseOnHover: true,
      icon: L.divIcon({ className: "mg-office", html: sign(), iconSize: [20, 20], iconAnchor: [10, 10 + UP] })
    });
    function open() { mg.openPopup(map, card(map, towns, row), row.point, made.getElement()); }
    made.on("add", function () {
      var node = /** @type {HTMLElement} */ (made.getElement());
      node.setAttribute("aria-label", mg.fill(map.page.words["offices.sign"], {
        who: office.who.join(", "), town: row.name
      }));
      node.addEventListener("keydown", function (event) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open();
      });
    });
    made.on("click", open);
    return made;
  }

  mg.offices = function (map, data, memory) {
    var words = map.page.words, towns = map.townData, group = L.layerGroup();
    if (!towns) return;
    var known = towns;
    map.offices = data.offices;
    /** @type {HTMLElement} */ (map.getPane(mg.pane(map, "mg-offices", 620))).style.pointerEvents = "";
    var there = data.offices.map(function (office) {
      var row = known.towns.filter(function (one) { return one.at === office.at && one.name === office.town; })[0];
      if (row) marker(map, known, row, office).addTo(group);
      return row;
    }).filter(Boolean);
    var body = mg.overlay(map, data.title, group, memory);
    body.appendChild(mg.el("p", { class: "mg-office-legend" }, [sign(), mg.el("span", { text: words["offices.legend"] })]));
    mg.giveWay(map, "offices", function () {
      return !map.hasLayer(group) ? [] : there.map(function (row) {
        var at = map.latLngToContainerPoint(row.point);
        return { left: at.x - 8, top: at.y - UP - 8, right: at.x + 8, bottom: at.y - UP + 8 };
      });
    });
    group.on("add remove", function () { map.fire("mg:shown"); });
  };
})();
