/* On paper: map and panel share one sheet, and lie as on the screen again after. */
(function () {
  "use strict";

  var mg = window.maligeo, root = document.documentElement;
  var SHEET = 716, NARROW = "(max-width: 760px)", NEVER = "not all";
  /* SHEET: pixels between the margins of A4; NARROW: rules of a phone, which paper is not. */

  /* Widths of the map in pixels, and sizes of the panel, from the largest on. */
  var STEPS = [
    [775, 1], [775, 0.85], [740, 0.8], [690, 0.75], [640, 0.65], [590, 0.7], [590, 0.6], [520, 0.6], [440, 0.55], [360, 0.5]
  ];

  /** @param {string} from @param {string} to */
  function swap(from, to) {
    Array.from(document.styleSheets).forEach(function (sheet) {
      Array.from(sheet.cssRules).forEach(function (rule) {
        if (rule instanceof CSSMediaRule && rule.media.mediaText === from) rule.media.mediaText = to;
      });
    });
  }

  /* Let map and panel be as large as one sheet holds. */
  function fit() {
    var whole = mg.find(document, ".mg-page");
    STEPS.some(function (step) {
      root.style.setProperty("--map-width", step[0] + "px");
      root.style.setProperty("--panel-zoom", String(step[1]));
      return whole.getBoundingClientRect().height <= SHEET;
    });
  }

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
      root.classList.add("mg-paper");
      swap(NARROW, NEVER);
      fit();
      draw(page.map);
    });
    window.addEventListener("afterprint", function () {
      if (!view) return;
      root.classList.remove("mg-paper");
      swap(NEVER, NARROW);
      page.map.invalidateSize({ animate: false, pan: false });
      page.map.setView(view.center, view.zoom, { animate: false });
      page.map.moved = view.moved;
      view = null;
    });
  };
})();
