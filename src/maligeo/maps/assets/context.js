/* Rivers, neighbours and scale. None of it reacts to the pointer. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var GAP = 4, SCALE = 150; /* pixels: the scale has up to 130, and its margins */

  /* Under everything but the colours of the units. */
  mg.waters = function (map, data) {
    var rivers = mg.shapes(data.rivers), lakes = mg.shapes(data.lakes);
    mg.twins(map).forEach(function (one) {
      /** @type {L.PolylineOptions} */
      var style = {
        renderer: L.svg({ pane: mg.pane(one, "mg-waters", 410), padding: 0.5 }), pane: "mg-waters",
        interactive: false, color: data.colour, weight: 1.25, fillColor: data.colour, fillOpacity: 1
      };
      rivers.forEach(function (parts) { L.polyline(mg.flat(parts), style).addTo(one); });
      lakes.forEach(function (parts) { L.polygon(parts, style).addTo(one); });
    });
  };

  mg.neighbours = function (map, rows) {
    mg.twins(map).forEach(function (one) {
      mg.labels(one).neighbours = rows.map(function (row) {
        var node = mg.el("span", { text: row[0] });
        mg.still(one, [row[1], row[2]], "mg-neighbour", node);
        return { node: node, point: [row[1], row[2]], width: 0, height: 0 };
      });
    });
  };

  /* A long credit, or one on a narrow screen, takes the whole width, and several lines. */
  /** @param {L.Map} map @param {HTMLElement | undefined} credit @param {() => void} place */
  function keepAbove(map, credit, place) {
    if (!credit) return;
    var box = map.getContainer();
    new ResizeObserver(function () {
      box.style.setProperty("--credit-height", credit.offsetHeight + 4 + "px");
      box.classList.toggle("mg-wide-credit", credit.offsetWidth + SCALE > box.clientWidth);
      place();
    }).observe(credit);
  }

  /* Callouts stand in the south-west too: where one would lie on them, scale and arrow give way. */
  /** @param {L.Map} map @param {L.Control[]} controls */
  function keepBeside(map, controls) {
    function covered() {
      return controls.some(function (one) {
        var own = /** @type {HTMLElement} */ (one.getContainer()).getBoundingClientRect();
        return Array.from(map.getContainer().querySelectorAll(".mg-callout")).some(function (callout) {
          var box = callout.getBoundingClientRect();
          return box.width > 0 && box.left < own.right + GAP && box.right > own.left - GAP &&
            box.top < own.bottom + GAP && box.bottom > own.top - GAP;
        });
      });
    }
    function place() {
      controls.forEach(function (one) { one.setPosition("bottomleft"); });
      if (covered()) controls.forEach(function (one) { one.setPosition("bottomright"); });
    }
    map.on("resize", place);
    return place;
  }

  mg.scale = function (map, data) {
    var words = map.page.words;
    var north = new L.Control({ position: "bottomleft" });
    north.onAdd = function () {
      return mg.el("div", { class: "mg-north", title: words["control.north"] }, [
        mg.el("span", { "aria-hidden": "true", text: "\u25B2" }), mg.el("b", { text: "N" })
      ]);
    };
    var scale = L.control.scale({ imperial: false, maxWidth: 130, position: "bottomleft" }).addTo(map);
    north.addTo(map);
    map.attributionControl.addAttribution(data.credit.replace(/[<>&]/g, ""));
    keepAbove(map, map.attributionControl.getContainer(), keepBeside(map, [scale, north]));
  };
})();
