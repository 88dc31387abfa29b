/* Tiles over the map: pictures, and vector tiles by protomaps-leaflet. They come from an
   address, or from the page itself: `places` says which of `contents` lies at "z/x/y". */
(function () {
  "use strict";

  var mg = (window.maligeo = window.maligeo || /** @type {Mg.Scripts} */ ({}));
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

  /** @param {Mg.Tiles} data */
  function options(data) {
    return {
      pane: PANE,
      bounds: data.bounds,
      opacity: data.opacity,
      attribution: data.attribution,
      errorTileUrl: EMPTY
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

  mg.pictureTiles = function (map, data) {
    pane(map);
    var layer = L.tileLayer("", L.extend(options(data), {
      minNativeZoom: data.zooms[0], maxNativeZoom: data.zooms[1]
    }));
    layer.getTileUrl = function (at) {
      if (data.address) return address(data, at.z, at.x, at.y);
      var content = inlined(data, at.z, at.x, at.y);
      return content ? "data:" + data.mediaType + ";base64," + content : EMPTY;
    };
    return layer.addTo(map);
  };

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

  /** @param {string} layer @param {number} kind @param {object} symbolizer @returns {Mg.PaintRule} */
  function rule(layer, kind, symbolizer) {
    return {
      dataLayer: layer,
      symbolizer: symbolizer,
      filter: function (zoom, feature) { return feature.geomType === kind; }
    };
  }

  /* A cluster grows with the number of its points, slowly, and no larger than what tiles
     repeat of one another. */
  /** @param {number} zoom @param {Mg.VectorFeature | undefined} feature */
  function radius(zoom, feature) {
    var count = feature ? feature.props.point_count || 1 : 1;
    return Math.min(3 + 0.75 * Math.log2(count), 9);
  }

  /** @param {[string, string]} layer */
  function rules(layer) {
    var colour = layer[1];
    return [
      rule(layer[0], 3, new protomapsL.PolygonSymbolizer({ fill: colour, opacity: 0.25 })),
      rule(layer[0], 3, new protomapsL.LineSymbolizer({ color: colour, width: 1 })),
      rule(layer[0], 2, new protomapsL.LineSymbolizer({ color: colour, width: 1.5 })),
      rule(layer[0], 1, new protomapsL.CircleSymbolizer({
        radius: radius, fill: colour, stroke: "#ffffff", width: 0.5
      }))
    ];
  }

  mg.vectorTiles = function (map, data) {
    pane(map);
    var settings = L.extend(options(data), {
      url: source(data),
      maxDataZoom: data.zooms[1],
      paintRules: data.layers.map(rules).reduce(function (all, more) { return all.concat(more); }, [])
    });
    return protomapsL.leafletLayer(settings).addTo(map);
  };
})();
