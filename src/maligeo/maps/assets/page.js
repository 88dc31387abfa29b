/* The frame of the page: the map, the panel, and small tools for the other scripts.
   Data reach the page as text nodes only; nothing here parses markup. */
(function () {
  "use strict";

  var mg = (window.maligeo = /** @type {Mg.Scripts} */ ({}));
  var LANGUAGES = ["fr", "en"], NAMES = { fr: "Fran\u00E7ais", en: "English" }, MAX_ZOOM = 17;
  var AROUND = 14, LOW = 330, UNDER = 28; /* pixels */

  /** @param {Element} node @param {Mg.Listeners} listeners */
  function listen(node, listeners) {
    Object.entries(listeners).forEach(function (entry) {
      node.addEventListener(entry[0], /** @type {EventListener} */ (entry[1]));
    });
  }

  /* Make an element. `options.text` becomes a text node, `on` holds listeners, all else
     is an attribute. */
  mg.el = function (tag, options, children) {
    var node = document.createElement(tag), given = options || {};
    Object.keys(given).forEach(function (key) {
      var value = given[key];
      if (value === null || value === undefined || value === false) return;
      if (typeof value === "object") listen(node, value);
      else if (key === "text") node.textContent = String(value);
      else node.setAttribute(key, value === true ? "" : value);
    });
    (children || []).forEach(function (child) {
      if (child) node.appendChild(child);
    });
    return node;
  };

  /* An element that the page always has. */
  mg.find = function (within, selector) {
    return /** @type {HTMLElement} */ (within.querySelector(selector));
  };

  mg.brush = function (canvas) {
    return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  };

  mg.flat = function (lists) { return /** @type {typeof lists[0]} */ ([]).concat(...lists); };

  mg.empty = function (node) {
    while (node.firstChild) node.removeChild(node.firstChild);
    return node;
  };

  mg.fill = function (text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, key) {
      return key in values ? values[key] : whole;
    });
  };

  /* Say of which language a part of a text is, where that is known. */
  mg.spoken = function (node, part, language) {
    var text = node.textContent || "", at = text.indexOf(part);
    if (!part || !language || at < 0) return node;
    node.textContent = text.slice(0, at);
    node.appendChild(mg.el("span", { lang: language, text: part }));
    node.appendChild(document.createTextNode(text.slice(at + part.length)));
    return node;
  };

  /* Tell whether the map is about a unit alone, or one of a few. */
  mg.inFocus = function (focus, at) {
    return focus !== null && focus.indexOf(at) >= 0;
  };

  /* Pick one language from data: `{"~": [French, English]}` stands for either. */
  mg.inLanguage = function (data, language) {
    if (Array.isArray(data)) return data.map(function (part) { return mg.inLanguage(part, language); });
    if (data === null || typeof data !== "object") return data;
    if ("~" in data) return /** @type {unknown[]} */ (data["~"])[LANGUAGES.indexOf(language)];
    var found = /** @type {Record<string, unknown>} */ ({});
    Object.entries(data).forEach(function (entry) { found[entry[0]] = mg.inLanguage(entry[1], language); });
    return found;
  };

  var ARROWS = { open: "\u25B4", shut: "\u25BE" };

  /* The other language, named in itself. */
  /** @param {Mg.Page} page */
  function languageButton(page) {
    var other = page.settings.languages.filter(function (one) { return one !== page.language; })[0];
    return mg.el("button", {
      type: "button", class: "mg-open mg-language", lang: other,
      "aria-label": NAMES[other], title: NAMES[other], text: other.toUpperCase(),
      on: { click: function () { mg.speak(page, other); } }
    });
  }

  /** @param {L.Map} map @param {string[]} heading */
  function head(map, heading) {
    var page = map.page;
    page.eyebrow = mg.el("p", { class: "mg-eyebrow", text: heading.join(" \u00B7 ") });
    page.title = mg.el("h1", { class: "mg-title" });
    page.subtitle = mg.el("p", { class: "mg-subtitle", "aria-live": "polite" });
    page.buttons = mg.el("nav", { class: "mg-buttons" });
    page.head.appendChild(mg.el("div", {}, [page.eyebrow, page.title, page.subtitle]));
    page.buttons.appendChild(languageButton(page));
    page.head.appendChild(page.buttons);
  }

  /* On a phone the panel is a sheet below the map that folds to its legend. */
  /** @param {L.Map} map */
  function sheet(map) {
    var page = map.page, words = page.words;
    var label = mg.el("span", { text: words["page.panel_hide"] });
    var arrow = mg.el("span", { class: "mg-arrow", "aria-hidden": "true", text: ARROWS.shut });
    var toggle = mg.el("button", { type: "button", class: "mg-toggle", "aria-expanded": "true" }, [
      label, arrow
    ]);
    toggle.addEventListener("click", function () {
      var folded = page.side.classList.toggle("mg-folded");
      toggle.setAttribute("aria-expanded", String(!folded));
      label.textContent = words[folded ? "page.panel_show" : "page.panel_hide"];
      arrow.textContent = folded ? ARROWS.open : ARROWS.shut;
      map.invalidateSize();
    });
    page.side.setAttribute("aria-label", words["page.panel"]);
    page.side.appendChild(toggle);
  }

  /** @param {L.Map} map @param {Mg.Settings["bounds"]} bounds */
  function overview(map, bounds) {
    var fitting = false;
    function fit() {
      fitting = true;
      map.setMinZoom(0);
      map.invalidateSize({ animate: false, pan: false });
      /* On a low map the scale would lie over the south. */
      var low = map.getSize().y < LOW ? UNDER : AROUND;
      map.fitBounds(bounds, {
        paddingTopLeft: [AROUND, AROUND], paddingBottomRight: [AROUND, low], animate: false
      });
      map.setMinZoom(map.getZoom() - 1.5);
      map.baseZoom = map.getZoom();
      fitting = false;
      map.moved = false;
    }
    map.on("movestart zoomstart", function () {
      if (!fitting) map.moved = true;
    });
    map.on("resize", function () {
      if (!map.moved && !fitting) fit();
    });
    map.overview = fit;
  }

  /* Show the whole map as soon as its size is known: when the panel and the title are there. */
  mg.settle = function (map) {
    var page = map.page, calling = page.calling;
    if (map.baseZoom !== undefined) return;
    page.calling = false; /* layers of others that waited for the view are guests still */
    map.overview();
    page.calling = calling;
  };

  /* Zoom and whole view of a map, as controls of this map or of its twin. */
  mg.zoomControls = function (map, on) {
    var words = map.page.words;
    var zoom = L.control.zoom({
      position: "topright",
      zoomInTitle: words["control.zoom_in"],
      zoomOutTitle: words["control.zoom_out"]
    });
    var whole = new L.Control({ position: "topright" });
    whole.onAdd = function () {
      var button = mg.el("button", {
        type: "button",
        class: "mg-overview",
        title: words["control.overview"],
        "aria-label": words["control.overview"],
        text: "\u2922",
        on: { click: function () { map.overview(); } }
      });
      var bar = mg.el("div", { class: "leaflet-bar" }, [button]);
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    };
    return [zoom.addTo(on), whole.addTo(on)];
  };

  mg.isPhone = function () { return window.matchMedia("(max-width: 760px)").matches; };

  /* A map and, on a page that compares, the other one. */
  mg.twins = function (map) { return map.twin ? [map, map.twin] : [map]; };

  mg.viewOf = function (map) {
    return { center: map.getCenter(), zoom: map.getZoom(), moved: map.moved };
  };

  mg.newMap = function (box, settings, options) {
    var map = L.map(box, L.extend({
      zoomControl: false,
      fadeAnimation: false,
      zoomSnap: settings.zoomStep,
      zoomDelta: 0.75,
      maxZoom: MAX_ZOOM,
      wheelPxPerZoomLevel: 90,
      maxBounds: L.latLngBounds(settings.bounds).pad(1.5),
      maxBoundsViscosity: 0.8
    }, options));
    map.attributionControl.setPrefix(false);
    box.setAttribute("role", "region");
    return map;
  };

  /* Make the map and its surroundings in the page's language. */
  /** @param {Mg.Page} page */
  function build(page) {
    var settings = page.settings, box = page.box;
    page.words = mg.inLanguage(settings.words, page.language);
    page.months = mg.inLanguage(settings.months, page.language);
    var map = mg.newMap(box, settings);
    map.page = page;
    page.map = map;
    box.setAttribute("aria-label", page.words["page.map"]);
    mg.find(document, ".mg-audience").textContent = page.words["audience." + settings.audience];
    document.documentElement.lang = page.language;
    document.title = mg.inLanguage(settings.title, page.language);
    head(map, mg.inLanguage(settings.heading, page.language));
    sheet(map);
    overview(map, settings.bounds);
    map.zooms = mg.zoomControls(map, map);
    map.on("layeradd", function (event) {
      if (!page.calling && document.readyState === "loading") page.guests.push(event.layer);
    });
    return map;
  }

  var BEFORE_THE_VIEW = ["regions", "compare"];

  /** @param {L.Map} map @param {Mg.LayerCall} call */
  function run(map, call) {
    map.page.calling = true;
    if (BEFORE_THE_VIEW.indexOf(call.name) < 0) mg.settle(map);
    /** @type {Mg.Draw} */ (mg[call.name])(map, mg.inLanguage(call.data, map.page.language), call.memory);
    map.page.calling = false;
  }

  /* Open the page, and give the map back. */
  mg.open = function (id, settings) {
    var page = /** @type {Mg.Page} */ ({
      id: id,
      settings: settings,
      language: settings.language,
      calls: /** @type {Mg.LayerCall[]} */ ([]),
      guests: /** @type {L.Layer[]} */ ([]),
      box: mg.find(document, "#" + id),
      head: mg.find(document, ".mg-head"),
      side: mg.find(document, ".mg-side"),
      stage: mg.find(document, ".mg-stage"),
      opening: true
    });
    /* As soon as the script has ended, with all its calls, and before anything is painted. */
    Promise.resolve().then(function () {
      page.opening = false;
      mg.settle(page.map);
      page.map.invalidateSize();
      page.map.fire("mg:ready");
    });
    mg.printable(page);
    window.addEventListener("load", function () { page.map.invalidateSize(); });
    return build(page);
  };

  /* Whether a map is there still: a change of language makes it again. */
  mg.alive = function (map) { return Boolean(map.getPane("mapPane")); };

  /* Do what a layer function asked for, now and whenever the language changes. What
     `memory` holds outlives the change. */
  mg.call = function (map, name, data) {
    var call = { name: name, data: data, memory: {} };
    map.page.calls.push(call);
    run(map, call);
  };

  /** @type {("drawers" | "overlays" | "notes" | "places" | "banner")[]} */
  var MADE = ["drawers", "overlays", "notes", "places", "banner"];

  /* Build the page again in another language, at the same place. */
  mg.speak = function (page, language) {
    var old = page.map;
    old.closePopup();
    mg.goBack(old);
    var moved = old.moved, center = old.getCenter(), zoom = old.getZoom();
    var panes = old.getPanes();
    page.guests.forEach(function (layer) { old.removeLayer(layer); });
    old._animatingZoom = false; /* or Leaflet ends the zoom of a map that is no more */
    old.remove();
    [page.head, page.side].forEach(mg.empty);
    page.stage.querySelectorAll(".mg-drawer, .mg-banner, .mg-second, .mg-caption").forEach(function (node) { node.remove(); });
    MADE.forEach(function (key) { delete page[key]; });
    page.language = language;
    var map = window[page.id] = build(page);
    page.guests.forEach(function (layer) {
      var name = layer.options.pane, was = name && panes[name];
      if (name && was && !map.getPane(name)) map.createPane(name).style.cssText = was.style.cssText;
      map.addLayer(layer);
    });
    page.calls.forEach(function (call) { run(map, call); });
    if (moved) map.setView(center, zoom, { animate: false });
    mg.find(page.head, ".mg-language").focus({ preventScroll: true });
  };
})();
