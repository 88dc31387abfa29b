/* On paper: the map is drawn in the size of the sheet, and as on the screen again after. */
(function () {
  "use strict";

  var mg = window.maligeo;

  /** @param {L.Map} map */
  function draw(map) {
    var moved = map.moved, bounds = map.getBounds();
    map.invalidateSize({ animate: false, pan: false });
    if (moved) map.fitBounds(bounds, { animate: false });
    else map.overview();
    mg.twins(map).forEach(function (one) { one.fire("mg:place"); });
  }

  /* A page is printed in the view that it is in, and has it again afterwards. */
  mg.printable = function (page) {
    var view = /** @type {Mg.Kept | null} */ (null);
    window.addEventListener("beforeprint", function () {
      if (view) return;
      mg.twins(page.map).forEach(function (one) {
        one.closePopup();
        mg.goBack(one);
      });
      view = mg.viewOf(page.map);
      document.documentElement.classList.add("mg-paper");
      page.side.before(page.stage); /* the panel flows round the map */
      draw(page.map);
    });
    window.addEventListener("afterprint", function () {
      if (!view) return;
      document.documentElement.classList.remove("mg-paper");
      /** @type {Node} */ (page.side.parentNode).appendChild(page.stage);
      page.map.invalidateSize({ animate: false, pan: false });
      page.map.setView(view.center, view.zoom, { animate: false });
      page.map.moved = view.moved;
      view = null;
    });
  };
})();
