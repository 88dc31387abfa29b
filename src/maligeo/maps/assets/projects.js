/* Projects: circles sized by money, links between the units of one project. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var LEAST = 9, MOST = 32, COLOUR = "#1d4e89", LINK = "#10202c";

  /** @param {number | null} money @param {number} highest */
  function radius(money, highest) {
    return money === null || !highest ? LEAST : LEAST + (MOST - LEAST) * Math.sqrt(money / highest);
  }

  /** @param {L.Map} map @param {Mg.Projects} data @param {Mg.ProjectPlace} place */
  function card(map, data, place) {
    var others = /** @type {Record<string, string[]>} */ ({});
    data.links.forEach(function (link) {
      if (link[0] !== place.at && link[1] !== place.at) return;
      var other = data.names[link[0] === place.at ? link[1] : link[0]];
      link[2].forEach(function (project) { others[project] = (others[project] || []).concat(other); });
    });
    return mg.el("div", { class: "mg-card", tabindex: "-1" }, [
      mg.el("h2", { text: data.names[place.at] }),
      mg.el("p", { class: "mg-code", text: place.count + " \u00B7 " + place.amount }),
      mg.el("ul", { class: "mg-projects" }, place.projects.map(function (project) {
        var also = others[project.id];
        return mg.el("li", {}, [
          mg.el("b", { text: project.title }), mg.el("span", { text: project.amount }),
          also ? mg.el("small", {
            text: mg.fill(map.page.words["projects.also"], { names: also.join(", ") })
          }) : null
        ]);
      }))
    ]);
  }

  /** @param {Mg.Projects} data @param {L.LayerGroup} group @param {string} pane @returns {Mg.Tell} */
  function links(data, group, pane) {
    var lines = data.links.map(function (link) {
      return L.polyline([data.points[link[0]], data.points[link[1]]], {
        pane: pane, interactive: false, color: LINK, dashArray: "5 4"
      }).addTo(group);
    });
    /* Those of one unit stand out; without one all are faint. */
    return function (at) {
      lines.forEach(function (line, place) {
        var link = data.links[place], own = link[0] === at || link[1] === at;
        line.setStyle({
          weight: 1 + Math.min(link[2].length, 4), opacity: at === null ? 0.35 : own ? 0.95 : 0.08
        });
      });
    };
  }

  /** @param {L.Map} map @param {Mg.Projects} data @param {Mg.ProjectPlace} place @param {number} highest @param {Mg.Tell} tell */
  function circle(map, data, place, highest, tell) {
    var made = /** @type {Mg.Circle} */ (L.circleMarker(data.points[place.at], {
      pane: "mg-projects", radius: radius(place.money, highest), color: "#ffffff", weight: 2,
      opacity: 1, fillColor: place.money === null ? "#ffffff" : COLOUR,
      fillOpacity: place.money === null ? 0.85 : 0.8
    }));
    if (place.money === null) made.setStyle({ color: COLOUR });
    function open() { mg.openPopup(map, card(map, data, place), data.points[place.at], made.getElement()); }
    made.on("add", function () {
      var node = made.getElement();
      node.classList.add("mg-project");
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", [data.names[place.at], place.count, place.amount].join(", "));
      node.addEventListener("focus", function () { tell(place.at); });
      node.addEventListener("blur", function () { tell(null); });
      node.addEventListener("keydown", function (event) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        open();
      });
    });
    made.on({ click: open, mouseover: function () { tell(place.at); }, mouseout: function () { tell(null); } });
    return made;
  }

  mg.projects = function (map, data, memory) {
    var words = map.page.words, group = L.layerGroup();
    mg.pane(map, "mg-project-links", 570);
    /** @type {HTMLElement} */ (map.getPane(mg.pane(map, "mg-projects", 580))).style.pointerEvents = "";
    var highest = Math.max.apply(null, data.places.map(function (place) { return place.money || 0; }));
    var tell = links(data, group, "mg-project-links");
    data.places.slice().sort(function (one, other) {
      return (other.money || 0) - (one.money || 0);
    }).forEach(function (place) { circle(map, data, place, highest, tell).addTo(group); });
    var body = mg.overlay(map, data.title, group, memory);
    mg.giveWay(map, "projects", function () {
      return !map.hasLayer(group) ? [] : data.places.map(function (place) {
        var at = map.latLngToContainerPoint(data.points[place.at]), reach = radius(place.money, highest);
        return { left: at.x - reach, top: at.y - reach, right: at.x + reach, bottom: at.y + reach };
      });
    });
    group.on("add remove", function () { map.fire("mg:shown"); });
    tell(null);
    ["projects.sizes", "projects.hollow", "projects.lines"].forEach(function (key) {
      body.appendChild(mg.remark(words[key]));
    });
    mg.account(map, data);
  };
})();
