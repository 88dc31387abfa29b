/* The frame of the page: the map, the panel, and small tools for the other scripts.
   Data reach the page as text nodes only; nothing here parses markup. */
(function () {
  "use strict";

  var mg = (window.maligeo = {});

  /* Make an element. `options.text` becomes a text node, `on` holds listeners, all else
     is an attribute. */
  mg.el = function (tag, options, children) {
    var node = document.createElement(tag);
    Object.keys(options || {}).forEach(function (key) {
      var value = options[key];
      if (value === null || value === undefined || value === false) return;
      if (key === "text") node.textContent = value;
      else if (key === "on") {
        Object.keys(value).forEach(function (type) {
          node.addEventListener(type, value[type]);
        });
      } else node.setAttribute(key, value === true ? "" : value);
    });
    (children || []).forEach(function (child) {
      if (child) node.appendChild(child);
    });
    return node;
  };

  mg.empty = function (node) {
    while (node.firstChild) node.removeChild(node.firstChild);
    return node;
  };

  mg.fill = function (text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, key) {
      return key in values ? values[key] : whole;
    });
  };

  var ARROWS = { open: "\u25B4", shut: "\u25BE" };

  function head(map, settings) {
    var page = map.page;
    page.eyebrow = mg.el("p", { class: "mg-eyebrow", text: settings.heading.join(" \u00B7 ") });
    page.title = mg.el("h1", { class: "mg-title" });
    page.subtitle = mg.el("p", { class: "mg-subtitle", "aria-live": "polite" });
    page.buttons = mg.el("nav", { class: "mg-buttons" });
    page.head.appendChild(mg.el("div", {}, [page.eyebrow, page.title, page.subtitle]));
    page.head.appendChild(page.buttons);
  }

  /* On a phone the panel is a sheet below the map that folds to its legend. */
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

  function overview(map, bounds) {
    var moved = false, fitting = false;
    function fit() {
      fitting = true;
      map.setMinZoom(0);
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(bounds, { padding: [14, 14], animate: false });
      map.setMinZoom(map.getZoom() - 1.5);
      map.baseZoom = map.getZoom();
      fitting = false;
      moved = false;
    }
    map.on("movestart zoomstart", function () {
      if (!fitting) moved = true;
    });
    map.on("resize", function () {
      if (!moved && !fitting) fit();
    });
    map.overview = fit;
    fit();
  }

  function zoomControl(map) {
    var words = map.page.words;
    L.control.zoom({
      position: "topright",
      zoomInTitle: words["control.zoom_in"],
      zoomOutTitle: words["control.zoom_out"]
    }).addTo(map);
    var control = L.control({ position: "topright" });
    control.onAdd = function () {
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
    control.addTo(map);
  }

  /* Open the page: make the map and its surroundings, and give the map back. */
  mg.open = function (id, settings) {
    var box = document.getElementById(id);
    var map = L.map(box, {
      zoomControl: false,
      fadeAnimation: false,
      zoomSnap: settings.zoomStep,
      zoomDelta: 0.75,
      wheelPxPerZoomLevel: 90,
      maxBounds: L.latLngBounds(settings.bounds).pad(1.5),
      maxBoundsViscosity: 0.8
    });
    map.page = {
      words: settings.words,
      head: document.querySelector(".mg-head"),
      side: document.querySelector(".mg-side"),
      stage: document.querySelector(".mg-stage")
    };
    map.attributionControl.setPrefix(false);
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", settings.words["page.map"]);
    head(map, settings);
    sheet(map);
    overview(map, settings.bounds);
    zoomControl(map);
    window.addEventListener("load", function () {
      map.invalidateSize();
    });
    return map;
  };
})();
