/* Search for a unit or a town: a text field with a list of what it may mean. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var MOST = 8;

  /* Without accents, case and punctuation: "Ségou-Est" and "segou est" are the same. */
  /** @param {string} text */
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/[^a-z0-9]+/g, " ").trim();
  }

  /* 0 for the name itself, 1 for its beginning, 2 for a word's, 3 inside; -1 for none. */
  /** @param {Mg.Findable} place @param {string} wanted */
  function rank(place, wanted) {
    place.keys = place.keys || [place.name].concat(place.aliases).map(plain);
    var ranks = place.keys.map(function (key) {
      if (key === wanted) return 0;
      if (key.indexOf(wanted) === 0) return 1;
      if (key.indexOf(" " + wanted) >= 0) return 2;
      return key.indexOf(wanted) > 0 ? 3 : -1;
    }).filter(function (found) { return found >= 0; });
    return ranks.length ? Math.min.apply(null, ranks) : -1;
  }

  /** @param {Mg.Findable[]} places @param {string} text */
  function matches(places, text) {
    var wanted = plain(text);
    if (!wanted) return [];
    return places.map(function (place, at) {
      return { place: place, rank: rank(place, wanted), at: at };
    }).filter(function (found) { return found.rank >= 0; }).sort(function (one, other) {
      return one.rank - other.rank || one.at - other.at;
    }).slice(0, MOST).map(function (found) { return found.place; });
  }

  /** @param {Mg.Findable} place @param {number} at @param {(place: Mg.Findable) => void} choose */
  function option(place, at, choose) {
    return mg.el("li", {
      id: "mg-found-" + at, role: "option", "aria-selected": "false",
      on: { mousedown: function (event) {
        event.preventDefault();
        choose(place);
      } }
    }, [
      mg.el("span", { text: place.name }), place.more ? mg.el("small", { text: place.more }) : null
    ]);
  }

  /** @param {L.Map} map */
  function searchBox(map) {
    var words = map.page.words, found = /** @type {Mg.Findable[]} */ ([]), active = -1;
    var status = mg.el("p", { class: "mg-search-none", role: "status" });
    var list = mg.el("ul", {
      id: "mg-found", class: "mg-found", role: "listbox", "aria-label": words["search.label"], hidden: true
    });
    var field = mg.el("input", {
      type: "text", class: "mg-search-field", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-label": words["search.label"], placeholder: words["search.label"],
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "mg-found"
    });

    function shut() {
      list.hidden = true;
      active = -1;
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    }
    /** @param {Mg.Findable} place */
    function choose(place) {
      field.value = place.name;
      shut();
      place.go(field);
    }
    /** @param {number} at */
    function mark(at) {
      active = (at + found.length) % found.length;
      Array.from(list.children).forEach(function (node, place) {
        node.setAttribute("aria-selected", String(place === active));
      });
      field.setAttribute("aria-activedescendant", "mg-found-" + active);
    }
    function look() {
      found = matches(map.page.places || [], field.value);
      mg.empty(list);
      shut();
      found.forEach(function (place, at) { list.appendChild(option(place, at, choose)); });
      list.hidden = !found.length;
      field.setAttribute("aria-expanded", String(found.length > 0));
      status.textContent = field.value && !found.length ? words["search.none"] : "";
      field.classList.toggle("mg-nothing", Boolean(status.textContent));
    }
    /** @type {Record<string, () => void>} */
    var keys = {
      ArrowDown: function () { if (found.length) mark(active + 1); },
      ArrowUp: function () { if (found.length) mark(active - 1); },
      Enter: function () { if (found.length) choose(found[Math.max(active, 0)]); },
      Escape: function () {
        field.value = "";
        look();
      }
    };
    field.addEventListener("input", look);
    field.addEventListener("blur", shut);
    field.addEventListener("keydown", function (event) {
      event.stopPropagation();
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    return mg.el("div", { class: "mg-search", role: "search" }, [field, status, list]);
  }

  /* Add places that can be found: `name`, `more` next to it, `aliases`, and `go`. */
  mg.findable = function (map, places) {
    var page = map.page, known = page.places || [];
    if (!page.places) {
      page.places = known;
      var control = new L.Control({ position: "topleft" });
      control.onAdd = function () {
        var box = searchBox(map);
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        return box;
      };
      control.addTo(map);
    }
    places.forEach(function (place) { known.push(place); });
  };
})();
