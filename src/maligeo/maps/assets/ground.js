/* What lies below the tiles of a viewer: outlines of the regions without a measure. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var LINE = "#8c98a1", FILL = "#ffffff";

  mg.ground = function (map, data, memory) {
    var canvas = L.svg({ padding: 0.5 });
    memory.shapes = memory.shapes || mg.shapes(data.outlines);
    map.countryBounds = L.latLngBounds([]);
    var paths = memory.shapes.map(function (shape) {
      return /** @type {Mg.Outline} */ (L.polygon(shape, {
        renderer: canvas, interactive: false, color: LINE, weight: 1, fillColor: FILL, fillOpacity: 1
      }).addTo(map));
    });
    paths.forEach(function (path) { map.countryBounds.extend(path.getBounds()); });
    mg.labels(map).paths = paths;
    map.page.title.textContent = data.title;
    map.page.subtitle.textContent = data.subtitle;
    mg.settle(map);
  };
})();
