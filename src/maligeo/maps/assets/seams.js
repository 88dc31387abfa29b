/* Layers of tiles without lines where tiles meet. */
(function () {
  "use strict";

  var mg = window.maligeo;

  /* The nearest line between two pixels of the screen. */
  /** @param {number} length */
  function snapped(length) {
    var sharp = window.devicePixelRatio || 1;
    return Math.round(length * sharp) / sharp;
  }

  /* Leaflet makes tiles larger by scaling what holds them, so that between zooms they end
     within a pixel, through which the ground shines as a line. Here each tile has its own
     size, and begins where the one before ends. */
  mg.seamless = function (made) {
    var layer = /** @type {Mg.SnappedLayer} */ (/** @type {unknown} */ (made));
    /** @param {Mg.OneTile} tile @param {number} scale */
    function fit(tile, scale) {
      var from = layer._getTilePos(tile.coords), to = from.add(layer.getTileSize());
      var x = snapped(from.x * scale), y = snapped(from.y * scale);
      L.DomUtil.setPosition(tile.el, L.point(x, y));
      var more = tile.el.tagName === "IMG" ? 1 : 0; /* a browser makes the edge of one pale */
      tile.el.style.width = snapped(to.x * scale) - x + more + "px";
      tile.el.style.height = snapped(to.y * scale) - y + more + "px";
    }
    layer._setZoomTransform = function (level, center, zoom) {
      var map = layer._map, scale = map.getZoomScale(zoom, level.zoom);
      var start = level.origin.multiplyBy(scale).subtract(map._getNewPixelOrigin(center, zoom)).round();
      if (!map._animatingZoom) {
        level.scale = scale;
        Object.values(layer._tiles).forEach(function (tile) {
          if (tile.coords.z === level.zoom) fit(tile, scale);
        });
      }
      L.DomUtil.setTransform(level.el, start, scale / (level.scale || 1));
    };
    made.on("tileloadstart", function (event) {
      var tile = { el: event.tile, coords: event.coords }, level = layer._levels[event.coords.z];
      if (level) fit(tile, level.scale || 1);
    });
    return made;
  };
})();
