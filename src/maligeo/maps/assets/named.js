/* Projects by name: in the cards of units and towns, and behind the cells of the matrix. A
   project that is chosen lights its places up. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var MANY = 4; /* projects from which a list scrolls by itself */
  var QUOTED = ["sector", "source"]; /* what a source says in its own language */

  /** @param {Mg.Words} words @param {string} key @param {string} text */
  function line(words, key, text) {
    return mg.el("small", { text: mg.fill(words["named.line"], { label: words["named." + key], text: text }) });
  }

  /* What the source says of the place of a project. */
  /** @param {Mg.Words} words @param {Mg.NamedPlace} place */
  function placeText(words, place) {
    var kind = place.unit === null ? words["named.kind_" + place.kind] : words["named.reach_" + (place.reach || "activity")];
    return place.place ? kind + " (" + place.place + ")" : kind;
  }

  /* The units of a project. */
  /** @param {Mg.Named} data @param {number} project */
  function unitsOf(data, project) {
    return data.places.filter(function (place) { return place.project === project && place.unit !== null; })
      .map(function (place) { return Number(place.unit); });
  }

  /** @param {L.Map} map @param {Mg.Named} data @param {Mg.NamedPlace} place */
  function entry(map, data, place) {
    var words = map.page.words, project = data.projects[place.project];
    var units = unitsOf(data, place.project);
    var also = units.filter(function (at) { return at !== place.unit; }).map(function (at) { return data.names[at]; });
    var title = mg.el(units.length ? "button" : "b", units.length ? {
      type: "button", class: "mg-link mg-light-up", "aria-pressed": String(data.lit === place.project)
    } : {});
    title.textContent = project.title;
    mg.spoken(title, project.title, project.spoken);
    if (units.length) title.addEventListener("click", function () {
      mg.light(map, data.lit === place.project ? null : place.project);
    });
    title.setAttribute("data-project", String(place.project));
    return mg.el("li", {}, /** @type {Mg.Child[]} */ ([title, line(words, "here", placeText(words, place))]).concat(
      [also.length ? line(words, "also", also.join(", ")) : null],
      project.lines.map(function (part) {
        var made = line(words, part[0], part[1]);
        return QUOTED.indexOf(part[0]) < 0 ? made : mg.spoken(made, part[1], project.spoken);
      })
    ));
  }

  /* The projects at some places, as a list with a heading; nothing where there are none. */
  mg.listing = function (map, wanted) {
    var data = map.named, words = map.page.words;
    var places = data ? data.places.filter(wanted) : [];
    if (!data || !places.length) return null;
    var known = data, many = places.length > MANY, title = words["named.title"];
    var list = mg.el("ul", { class: "mg-projects" }, places.map(function (place) { return entry(map, known, place); }));
    var box = mg.el("div", many ? {
      class: "mg-many", tabindex: "0", role: "region", "aria-label": title
    } : {}, [list]);
    return mg.el("div", { class: "mg-card-list" }, [
      mg.el("h3", { text: title + " (" + mg.number(places.length, map.page.language) + ")" }), box
    ]);
  };

  /* Light the places of a project up, or of none, and say which one it is. */
  mg.light = function (map, project) {
    var data = /** @type {Mg.Named} */ (map.named), words = map.page.words;
    data.lit = project;
    var units = project === null ? [] : unitsOf(data, project);
    if (map.regions) map.regions.light(units);
    map.fire("mg:lit", { units: units });
    document.querySelectorAll("[data-project][aria-pressed]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-project") === String(project)));
    });
    if (map.chip) map.chip.remove();
    delete map.chip;
    if (project === null) return;
    var names = units.map(function (at) { return data.names[at]; }).join(", "), lit = data.projects[project];
    var chip = map.chip = new L.Control({ position: "topleft" });
    chip.onAdd = function () {
      var close = mg.el("button", { type: "button", class: "mg-close", "aria-label": words["named.dark"], text: "\u00D7" });
      close.addEventListener("click", function () { mg.light(map, null); });
      var box = mg.el("div", { class: "mg-chip", role: "status" }, [
        mg.el("span", {}, [mg.spoken(mg.el("b", { text: lit.title }), lit.title, lit.spoken), mg.el("small", { text: names })]), close
      ]);
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    chip.addTo(map);
  };

  mg.named = function (map, data) {
    map.named = data;
    if (!map.regions) return;
    map.regions.list(function (at) {
      return mg.listing(map, function (place) { return place.unit === at; });
    });
  };
})();
