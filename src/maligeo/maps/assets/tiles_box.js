/* Name, switch, legend and cards of tiles on a Folium map that has no panel. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var STYLE = ".mg-tiles-box{max-width:230px;padding:8px 12px;border:1px solid #b6c0c8;" +
    "border-radius:4px;background:#fff;color:#10202c;font:13px/1.4 system-ui,sans-serif}" +
    ".mg-tiles-box p,.mg-tiles-box ul{margin:4px 0 0;padding:0;list-style:none}" +
    ".mg-tiles-box li,.mg-tiles-box .mg-tile-layer{display:flex;align-items:center;gap:8px}" +
    ".mg-tiles-box .mg-sizes,.mg-tiles-box .mg-sizes>span{display:flex;align-items:center;gap:5px}" +
    ".mg-tiles-box .mg-sizes{gap:12px}" +
    ".mg-tiles-box .mg-dot{flex:none;border-radius:50%;forced-color-adjust:none}" +
    ".mg-tiles-box .mg-swatch{flex:none;box-sizing:border-box;width:30px;height:17px;" +
    "border:1px solid #6f7b85;forced-color-adjust:none}" +
    ".mg-over-point,.mg-over-point .leaflet-interactive{cursor:pointer}" +
    ".mg-tiles-card{color:#10202c;font:13px/1.4 system-ui,sans-serif;overflow-wrap:anywhere}" +
    ".mg-tiles-card h2{margin:0 0 4px;font-size:14px}" +
    ".mg-tiles-card th{padding-right:12px;font-weight:400;text-align:left;vertical-align:top}";

  mg.tilesBox = function (map, title, layer) {
    var body = mg.el("div");
    var box = mg.el("input", { type: "checkbox", on: { change: function () {
      body.hidden = !box.checked;
      if (box.checked) layer.addTo(map);
      else layer.remove();
    } } });
    box.checked = true;
    var control = new L.Control({ position: "bottomright" });
    control.onAdd = function () {
      var made = mg.el("section", { class: "mg-tiles-box" }, [
        mg.el("style", { text: STYLE }),
        mg.el("label", {}, [box, mg.el("b", { text: " " + title })]), body
      ]);
      L.DomEvent.disableClickPropagation(made);
      return made;
    };
    control.addTo(map);
    layer.addTo(map);
    return body;
  };

  mg.tilesCard = function (map, content, place) {
    content.className = "mg-tiles-card";
    L.popup({ maxHeight: Math.max(160, map.getSize().y - 120) }).setLatLng(place).setContent(content).openOn(map);
  };
})();
