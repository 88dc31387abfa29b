/* Tiles over the map: pictures, and vector tiles by vectors.js. They come from an address, or
   from the page itself: `places` says which of `contents` lies at "z/x/y". Each layer brings
   its name, its switch and its legend. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var PANE = "mg-tiles";
  var EMPTY =
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

  /* Above the regions, below their names, and blind to the pointer. */
  /** @param {L.Map} map */
  function pane(map) {
    if (map.getPane(PANE)) return;
    var made = map.createPane(PANE);
    made.style.zIndex = "450";
    made.style.pointerEvents = "none";
  }

  /* Tiles are named "z/x/y". */
  mg.tileContent = function (data, name) { return data.contents[data.places[name]]; };

  mg.tileAddress = function (data, name) { return data.address + "/" + name + "." + data.suffix; };

  /** @param {Mg.Tiles} data @param {L.Coords} at */
  function picture(data, at) {
    var name = at.z + "/" + at.x + "/" + at.y;
    if (data.address) return mg.tileAddress(data, name);
    var content = mg.tileContent(data, name);
    return content ? "data:" + data.mediaType + ";base64," + content : EMPTY;
  }

  /* No L.TileLayer, for which the regions would make room as for a street map. */
  /** @param {Mg.Tiles} data */
  function pictures(data) {
    var made = L.GridLayer.extend({
      /** @param {L.Coords} at @param {L.DoneCallback} done */
      createTile: function (at, done) {
        var image = mg.el("img", { alt: "", on: {
          load: function () { done(undefined, tile); },
          error: function () { image.src = EMPTY; }
        } });
        var tile = mg.el("div", {}, [image]);
        /* Beyond the edge of the tile, where a browser makes a picture pale. */
        image.style.cssText = "display:block;max-width:none;width:calc(100% + 1px);height:calc(100% + 1px)";
        tile.style.overflow = "hidden";
        image.src = picture(data, at);
        return tile;
      }
    });
    var Pictures = /** @type {new (options: L.GridLayerOptions) => L.GridLayer} */ (/** @type {unknown} */ (made));
    return new Pictures({
      pane: PANE, bounds: data.bounds, opacity: data.opacity, attribution: data.attribution,
      minNativeZoom: data.zooms[0], maxNativeZoom: data.zooms[1]
    });
  }

  /* As strong as on the map. */
  mg.strong = function (data, colour) {
    return colour + ("0" + Math.round(255 * data.opacity).toString(16)).slice(-2);
  };

  /** @param {Mg.Tiles} data */
  function classes(data) {
    if (!data.classes.length) return null;
    return mg.el("ul", { class: "mg-classes" }, data.classes.map(function (entry) {
      var swatch = mg.el("span", { class: "mg-swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = mg.strong(data, entry.colour);
      return mg.el("li", {}, [swatch, mg.el("span", { text: entry.label })]);
    }));
  }

  mg.tiles = function (map, data, memory) {
    pane(map);
    var rows = /** @type {Mg.Child[]} */ ([]), layer = /** @type {L.Layer} */ (
      data.mediaType ? mg.seamless(pictures(data)) : mg.vectors(map, data, rows)
    );
    if (data.classes.length) mg.mutes(map, layer, data.title);
    var body = map.page ? mg.overlay(map, data.title, layer, memory) : mg.tilesBox(map, data.title, layer);
    var parts = /** @type {Mg.Child[]} */ ([
      data.unit ? mg.el("p", { class: "mg-unit", text: data.unit }) : null, classes(data)
    ]).concat(rows, data.remarks.map(function (text) {
      return mg.el("p", { class: "mg-remark", text: text });
    }));
    parts.forEach(function (part) { if (part) body.appendChild(part); });
  };
})();
