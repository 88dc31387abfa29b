/* A density over the regions: one picture per period, one legend for all. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var OPACITY = 0.78;

  mg.heat = function (map, data, memory) {
    if (memory.period === undefined) memory.period = data.pictures.length - 1;
    var pane = mg.pane(map, "mg-heat", 420), group = L.layerGroup();
    /** @param {number} at */
    function show(at) {
      var picture = data.pictures[at], sides = picture.bounds;
      memory.period = at;
      group.clearLayers();
      L.imageOverlay(picture.address, [[sides[0], sides[1]], [sides[2], sides[3]]], {
        pane: pane, opacity: OPACITY, alt: data.alt
      }).addTo(group);
    }
    show(memory.period);
    mg.mutes(map, group, data.title);
    var body = mg.overlay(map, data.title, group, memory);
    if (data.pictures.length > 1) {
      var label = mg.el("p", { class: "mg-span" });
      /** @param {number} at */
      var text = function (at) { return label.textContent = data.periods[at]; };
      body.appendChild(label);
      body.appendChild(mg.slider({
        min: 0, max: data.pictures.length - 1, value: memory.period,
        label: map.page.words["control.period"], text: text, change: show
      }));
    }
    body.appendChild(mg.el("p", { class: "mg-unit", text: data.unit }));
    body.appendChild(mg.el("ul", { class: "mg-classes" }, data.legend.map(function (entry) {
      var swatch = mg.el("span", { class: "mg-swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = entry.colour;
      return mg.el("li", {}, [swatch, mg.el("span", { text: entry.label })]);
    })));
    mg.account(map, data);
  };
})();
