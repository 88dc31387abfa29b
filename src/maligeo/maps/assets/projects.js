/* Projects: circles sized by money; those of a project that is chosen stand out. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var LEAST = 9, MOST = 32, COLOUR = "#1d4e89", SOLID = 0.82, FAINT = 0.25;

  /** @param {number | null} money @param {number} highest */
  function radius(money, highest) {
    return money === null || !highest ? LEAST : LEAST + (MOST - LEAST) * Math.sqrt(money / highest);
  }

  /** @param {L.Map} map @param {Mg.Projects} data @param {Mg.ProjectPlace} place */
  function card(map, data, place) {
    return mg.el("div", { class: "mg-card", tabindex: "-1" }, [
      mg.el("h2", { text: data.names[place.at] }),
      mg.el("p", { class: "mg-code", text: place.count + " \u00B7 " + place.amount }),
      mg.listing(map, function (named) { return named.unit === place.at; })
    ]);
  }

  /** @param {L.Map} map @param {Mg.Projects} data @param {Mg.ProjectPlace} place @param {number} highest */
  function circle(map, data, place, highest) {
    var made = /** @type {Mg.Circle} */ (L.circleMarker(data.points[place.at], {
      pane: "mg-projects", radius: radius(place.money, highest), color: "#ffffff", weight: 2,
      opacity: 1, fillColor: place.money === null ? "#ffffff" : COLOUR,
      fillOpacity: SOLID
    }));
    if (place.money === null) made.setStyle({ color: COLOUR });
    function open() { mg.openPopup(map, card(map, data, place), data.points[place.at], made.getElement()); }
    made.on("add", function () {
      var node = made.getElement();
      node.classList.add("mg-project");
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", [data.names[place.at], place.count, place.amount].join(", "));
      node.addEventListener("keydown", function (event) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        open();
      });
    });
    made.on("click", open);
    /* Those of a project that is chosen stand out. */
    map.on("mg:lit", function (event) {
      var units = /** @type {{ units: number[] }} */ (/** @type {unknown} */ (event)).units;
      var out = units.length > 0 && units.indexOf(place.at) < 0;
      made.setStyle({ opacity: out ? FAINT : 1, fillOpacity: out ? FAINT : SOLID });
    });
    return made;
  }

  mg.projects = function (map, data, memory) {
    var words = map.page.words, group = L.layerGroup();
    /** @type {HTMLElement} */ (map.getPane(mg.pane(map, "mg-projects", 580))).style.pointerEvents = "";
    var highest = Math.max.apply(null, data.places.map(function (place) { return place.money || 0; }));
    data.places.slice().sort(function (one, other) {
      return (other.money || 0) - (one.money || 0);
    }).forEach(function (place) { circle(map, data, place, highest).addTo(group); });
    var body = mg.overlay(map, data.title, group, memory);
    mg.giveWay(map, "projects", function () {
      return !map.hasLayer(group) ? [] : data.places.map(function (place) {
        var at = map.latLngToContainerPoint(data.points[place.at]), reach = radius(place.money, highest);
        return { left: at.x - reach, top: at.y - reach, right: at.x + reach, bottom: at.y + reach };
      });
    });
    group.on("add remove", function () { map.fire("mg:shown"); });
    ["projects.sizes", "projects.hollow", "projects.chosen"].forEach(function (key) {
      body.appendChild(mg.remark(words[key]));
    });
    mg.account(map, data);
  };
})();
