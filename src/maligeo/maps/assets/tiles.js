/* Tiles over the map: pictures, and vector tiles by protomaps-leaflet. They come from an
   address, or from the page itself: `places` says which of `contents` lies at "z/x/y". Each
   layer brings its name, its switch and its legend. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var PANE = "mg-tiles";
  var EMPTY =
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
  var SMALLEST = 2.5, SINGLE = 3, LARGEST = 12; /* pixels; tiles repeat 16 of one another */

  /* Above the regions, below their names, and blind to the pointer. */
  /** @param {L.Map} map */
  function pane(map) {
    if (map.getPane(PANE)) return;
    var made = map.createPane(PANE);
    made.style.zIndex = "450";
    made.style.pointerEvents = "none";
  }

  /** @param {Mg.Tiles} data */
  function options(data) {
    return {
      pane: PANE,
      bounds: data.bounds,
      opacity: data.opacity,
      attribution: data.attribution
    };
  }

  /** @param {Mg.Tiles} data @param {number} z @param {number} x @param {number} y */
  function inlined(data, z, x, y) {
    return data.contents[data.places[z + "/" + x + "/" + y]];
  }

  /** @param {Mg.Tiles} data @param {number} z @param {number} x @param {number} y */
  function address(data, z, x, y) {
    return data.address + "/" + z + "/" + x + "/" + y + "." + data.suffix;
  }

  /** @param {Mg.Tiles} data @param {L.Coords} at */
  function picture(data, at) {
    if (data.address) return address(data, at.z, at.x, at.y);
    var content = inlined(data, at.z, at.x, at.y);
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
    return new Pictures(L.extend(options(data), {
      minNativeZoom: data.zooms[0], maxNativeZoom: data.zooms[1]
    }));
  }

  /** @param {string} text */
  function bytes(text) {
    return Uint8Array.from(atob(text), function (sign) {
      return sign.charCodeAt(0);
    }).buffer;
  }

  /** @param {string} url @param {AbortSignal} signal */
  function fetched(url, signal) {
    return fetch(url, { signal: signal }).then(function (answer) {
      if (!answer.ok) throw new Error(url + ": " + answer.status);
      return answer.status === 204 ? null : answer.arrayBuffer();
    });
  }

  /* What protomaps-leaflet asks for tiles. */
  /** @param {Mg.Tiles} data @returns {Mg.TileSource} */
  function source(data) {
    return {
      getZxy: function (z, x, y, signal) {
        var isTold = z >= data.zooms[0] && z <= data.zooms[1];
        var found = null;
        if (isTold && data.address) found = fetched(address(data, z, x, y), signal);
        else if (isTold && inlined(data, z, x, y)) found = bytes(inlined(data, z, x, y));
        return Promise.resolve(found).then(function (buffer) {
          return buffer ? { data: buffer } : undefined;
        });
      }
    };
  }

  /* protomaps-leaflet draws a zoom from the tiles of the one before, at twice their size. */
  /** @param {Mg.Tiles} data @param {number} zoom */
  function zoomOfData(data, zoom) {
    return Math.min(Math.max(Math.round(zoom) - 1, 0), data.finest);
  }

  /* The area of a dot goes with its number, against the largest one of the zoom. */
  /** @param {number} count @param {number | undefined} largest */
  function radius(count, largest) {
    if (!largest) return Math.min(SINGLE + 0.75 * Math.log2(Math.max(count, 1)), LARGEST);
    var most = Math.min(SINGLE * Math.sqrt(largest), LARGEST);
    return Math.max(most * Math.sqrt(count / largest), SMALLEST);
  }

  /** @param {Mg.Tiles} data @param {Mg.TileLayer} layer */
  function radiusOf(data, layer) {
    /** @param {number} zoom @param {Mg.VectorFeature | undefined} feature */
    return function (zoom, feature) {
      var count = feature ? Number(feature.props[layer.sizeBy] || 1) : 1;
      return radius(count, layer.largest[zoomOfData(data, zoom)]);
    };
  }

  /** @param {string} layer @param {number} kind @param {object} symbolizer @returns {Mg.PaintRule} */
  function rule(layer, kind, symbolizer) {
    return {
      dataLayer: layer,
      symbolizer: symbolizer,
      filter: function (zoom, feature) { return feature.geomType === kind; }
    };
  }

  /* Outlines alone: a wash would give the regions below it colours of no legend. */
  /** @param {Mg.Tiles} data @param {Mg.TileLayer} layer */
  function rules(data, layer) {
    return [3, 2].map(function (kind) {
      return rule(layer.name, kind, new protomapsL.LineSymbolizer({ color: layer.colour, width: 1.5 }));
    }).concat([
      rule(layer.name, 1, new protomapsL.CircleSymbolizer({
        radius: radiusOf(data, layer), fill: layer.colour, stroke: "#ffffff", width: 0.75
      }))
    ]);
  }

  /** @param {Mg.Tiles} data */
  function vectors(data) {
    return protomapsL.leafletLayer(L.extend(options(data), {
      url: source(data),
      maxDataZoom: data.finest,
      paintRules: mg.flat(data.layers.map(function (layer) { return rules(data, layer); }))
    }));
  }

  /* As strong as on the map. */
  /** @param {Mg.Tiles} data @param {string} colour */
  function shown(data, colour) {
    return colour + ("0" + Math.round(255 * data.opacity).toString(16)).slice(-2);
  }

  /** @param {string} colour @param {number} size */
  function dot(colour, size) {
    var swatch = mg.el("span", { class: "mg-dot", "aria-hidden": "true" });
    swatch.style.cssText = "width:" + 2 * size + "px;height:" + 2 * size + "px;background:" + colour;
    return swatch;
  }

  /** @param {string} colour */
  function line(colour) {
    var swatch = mg.el("span", { class: "mg-swatch", "aria-hidden": "true" });
    swatch.style.cssText = "border:2px solid " + colour + ";background:none";
    return swatch;
  }

  /* One, the largest number at this zoom, rounded down, and a tenth of it. */
  /** @param {number | undefined} largest */
  function numbers(largest) {
    if (!largest || largest < 2) return [1];
    var step = Math.pow(10, Math.floor(Math.log10(largest)));
    var round = Math.floor(largest / step) * step;
    return [1, Math.round(round / 10), round].filter(function (one, at, all) {
      return one >= 1 && all.indexOf(one) === at;
    });
  }

  /** @param {L.Map} map @param {Mg.Tiles} data @param {Mg.TileLayer} layer */
  function sizes(map, data, layer) {
    var row = mg.el("p", { class: "mg-sizes" });
    var language = map.page ? map.page.language : data.language;
    function fit() {
      var largest = layer.largest[zoomOfData(data, map.getZoom())];
      mg.empty(row);
      numbers(largest).forEach(function (number) {
        row.appendChild(mg.el("span", {}, [
          dot(shown(data, layer.colour), radius(number, largest)),
          mg.el("span", { text: number.toLocaleString(language) })
        ]));
      });
    }
    map.on("zoomend", fit);
    fit();
    return row;
  }

  /** @param {L.Map} map @param {Mg.Tiles} data @returns {Mg.Child[]} */
  function vectorRows(map, data) {
    return mg.flat(data.layers.map(function (layer) {
      var colour = shown(data, layer.colour);
      var swatch = layer.isPoints ? dot(colour, 6) : line(colour);
      return /** @type {Mg.Child[]} */ ([
        mg.el("p", { class: "mg-tile-layer" }, [swatch, mg.el("b", { text: layer.label })]),
        layer.sized ? sizes(map, data, layer) : null,
        layer.sized ? mg.el("p", { class: "mg-remark", text: layer.sized }) : null
      ]);
    }));
  }

  /** @param {Mg.Tiles} data */
  function classes(data) {
    if (!data.classes.length) return null;
    return mg.el("ul", { class: "mg-classes" }, data.classes.map(function (entry) {
      var swatch = mg.el("span", { class: "mg-swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = shown(data, entry.colour);
      return mg.el("li", {}, [swatch, mg.el("span", { text: entry.label })]);
    }));
  }

  /* Vector tiles are not drawn before their first zoom; pictures are, small. */
  /** @param {L.Map} map @param {Mg.Tiles} data */
  function tooFar(map, data) {
    var remark = mg.el("p", { class: "mg-remark", text: data.tooFar });
    function fit() {
      remark.hidden = Boolean(data.mediaType) || Math.round(map.getZoom()) > data.zooms[0];
    }
    map.on("zoomend", fit);
    fit();
    return remark;
  }

  mg.tiles = function (map, data, memory) {
    pane(map);
    var layer = mg.seamless(data.mediaType ? pictures(data) : vectors(data));
    if (data.classes.length) mg.mutes(map, layer, data.title);
    var body = map.page ? mg.overlay(map, data.title, layer, memory) : mg.tilesBox(map, data.title, layer);
    var parts = /** @type {Mg.Child[]} */ ([
      data.unit ? mg.el("p", { class: "mg-unit", text: data.unit }) : null,
      classes(data), tooFar(map, data)
    ]).concat(vectorRows(map, data), data.remarks.map(function (text) {
      return mg.el("p", { class: "mg-remark", text: text });
    }));
    parts.forEach(function (part) { if (part) body.appendChild(part); });
  };
})();
