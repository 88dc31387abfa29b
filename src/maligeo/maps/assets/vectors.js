/* Vector tiles on a canvas: outlines, dots by number, and what is said of those clicked on.
   A zoom is drawn from the tiles of the one before, at twice their size. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var SMALLEST = 2.5, SINGLE = 3, LARGEST = 12; /* radii in pixels */
  var LINE = 1.5, RIM = 0.75, REACH = 4, BEYOND = 18;
  /* BEYOND: how far what lies outside the canvas may reach into it, pixels. */
  var POINT = 1, RING = 3;
  var MOST_TILES = 256, NAMED = 5;

  /** @param {Mg.Tiles} data @param {number} zoom */
  function zoomOfData(data, zoom) {
    return Math.min(Math.max(Math.round(zoom) - 1, 0), data.finest);
  }

  /* The area of a dot goes with its number, against the largest one of the zoom. Between zooms
     dots are as much larger or smaller as the tiles, or they would run into one another. */
  /** @param {Mg.Tiles} data @param {Mg.TileLayer} style @param {number} zoom @returns {(count: number) => number} */
  function radii(data, style, zoom) {
    var largest = style.largest[zoomOfData(data, zoom)], scale = Math.pow(2, zoom - Math.round(zoom));
    var most = largest ? Math.min(SINGLE * Math.sqrt(largest), LARGEST) : LARGEST;
    return function (count) {
      var size = largest ? Math.max(most * Math.sqrt(count / largest), SMALLEST)
        : Math.min(SINGLE + 0.75 * Math.log2(Math.max(count, 1)), LARGEST);
      return scale * size;
    };
  }

  /** @param {Mg.Tiles} data @param {string} key */
  function inlined(data, key) {
    var content = mg.tileContent(data, key);
    return content && Uint8Array.from(atob(content), function (sign) { return sign.charCodeAt(0); });
  }

  /** @param {string} url @param {AbortSignal} signal */
  function fetched(url, signal) {
    return fetch(url, { signal: signal }).then(function (answer) {
      if (!answer.ok) throw new Error(url + ": " + answer.status);
      return answer.arrayBuffer();
    }).then(function (buffer) { return new Uint8Array(buffer); });
  }

  /* Give the layers of the tiles in view, none of those that are fetched: `change` is called
     when they are there, and `tell` with the tiles that cannot be read. These are tried again
     when the map has moved. */
  /** @param {L.Map} map @param {Mg.Tiles} data @param {() => void} change @param {(failed: string[]) => void} tell */
  function store(map, data, change, tell) {
    var kept = /** @type {Map<string, Mg.VectorLayer[]>} */ (new Map());
    var failed = /** @type {Set<string>} */ (new Set());
    var now = { zoom: -1, control: new AbortController() };
    /** @param {string} key @param {unknown} error */
    function judge(key, error) {
      if (Boolean(error) === failed.has(key)) return;
      if (error) failed.add(key);
      else failed.delete(key);
      tell(Array.from(failed));
    }
    /** @param {string} key @param {Uint8Array | undefined | ""} bytes */
    function read(key, bytes) {
      var layers = /** @type {Mg.VectorLayer[]} */ ([]);
      try {
        if (bytes) layers = mg.readTile(bytes);
        judge(key, null);
      } catch (error) {
        judge(key, error);
      }
      kept.set(key, layers);
      return layers;
    }
    /** @param {string} key */
    function ask(key) {
      kept.set(key, []);
      fetched(mg.tileAddress(data, key), now.control.signal).then(function (bytes) {
        read(key, bytes);
        change();
      }, function (error) {
        if (error.name === "AbortError") kept.delete(key);
        else judge(key, error);
      });
      return /** @type {Mg.VectorLayer[]} */ ([]);
    }
    /** @param {string} key */
    function get(key) {
      var found = kept.get(key);
      if (found) return found;
      if (kept.size >= MOST_TILES) kept.delete(kept.keys().next().value || "");
      return data.address ? ask(key) : read(key, inlined(data, key));
    }
    map.on("moveend", function () {
      failed.forEach(function (key) { kept.delete(key); });
    });
    /** @param {number} zoom @param {L.Point[]} places */
    return function (zoom, places) {
      var keys = places.map(function (place) { return zoom + "/" + place.x + "/" + place.y; });
      if (zoom !== now.zoom) {
        now.control.abort(); /* what was asked for at another zoom is not waited for */
        now = { zoom: zoom, control: new AbortController() };
      }
      failed.forEach(function (key) {
        if (keys.indexOf(key) < 0) judge(key, null);
      });
      return keys.map(get);
    };
  }

  /* The layers of the tiles in view, each with its place on the canvas. */
  /** @param {L.Map} map @param {Mg.Tiles} data @param {Mg.View} view @param {Mg.TileStore} layersOf */
  function partsInView(map, data, view, layersOf) {
    var zoom = zoomOfData(data, map.getZoom()), count = Math.pow(2, zoom), size = view.scale / count;
    var places = /** @type {L.Point[]} */ ([]), bounds = L.latLngBounds(data.bounds);
    var first = map.project(bounds.getNorthWest()), last = map.project(bounds.getSouthEast());
    /** @param {number} place */
    function at(place) { return Math.min(Math.max(Math.floor(place / size), 0), count - 1); }
    if (zoom < data.zooms[0]) return /** @type {Mg.TilePart[]} */ ([]);
    var right = at(Math.min(last.x, view.x + view.width + BEYOND));
    var bottom = at(Math.min(last.y, view.y + view.height + BEYOND));
    for (var x = at(Math.max(first.x, view.x - BEYOND)); x <= right; x += 1) {
      for (var y = at(Math.max(first.y, view.y - BEYOND)); y <= bottom; y += 1) {
        places.push(L.point(x, y));
      }
    }
    return mg.flat(layersOf(zoom, places).map(function (layers, one) {
      var left = places[one].x * size - view.x, top = places[one].y * size - view.y;
      return layers.map(function (layer) {
        return /** @type {Mg.TilePart} */ ({ layer: layer, x: left, y: top, size: size, scale: size / layer.extent });
      });
    }));
  }

  /** @param {Mg.VectorFeature} feature */
  function pathOf(feature) {
    var path = new Path2D();
    feature.parts.forEach(function (part) {
      path.moveTo(part[0], part[1]);
      for (var at = 2; at < part.length; at += 2) path.lineTo(part[at], part[at + 1]);
      if (feature.kind === RING) path.closePath();
    });
    return path;
  }

  /** @param {Mg.VectorLayer} layer */
  function outlinesOf(layer) {
    var path = new Path2D();
    layer.features.forEach(function (feature) {
      if (feature.kind !== POINT) path.addPath(pathOf(feature));
    });
    return path;
  }

  /* Outlines alone: a wash would give the regions below it colours of no legend. What a tile
     repeats of the next ones is cut off, at a line between two pixels of the screen. */
  /** @param {CanvasRenderingContext2D} context @param {Mg.TilePart} part @param {string} colour @param {number} sharp */
  function drawOutlines(context, part, colour, sharp) {
    var layer = part.layer;
    /** @param {number} length */
    function snapped(length) { return Math.round(length * sharp) / sharp; }
    var left = snapped(part.x), top = snapped(part.y);
    layer.path = layer.path || outlinesOf(layer);
    context.save();
    context.beginPath();
    context.rect(left, top, snapped(part.x + part.size) - left, snapped(part.y + part.size) - top);
    context.clip();
    context.translate(part.x, part.y);
    context.scale(part.scale, part.scale);
    context.lineWidth = LINE / part.scale;
    context.strokeStyle = colour;
    context.stroke(layer.path);
    context.restore();
  }

  /* Dots that this tile has for its own; those that it repeats are drawn by the next ones. */
  /** @param {Mg.TilePart} part @param {Mg.TileLayer} style @param {(count: number) => number} radius */
  function dotsOf(part, style, radius) {
    var found = /** @type {Mg.TileDot[]} */ ([]), extent = part.layer.extent;
    part.layer.features.forEach(function (feature) {
      if (feature.kind !== POINT) return;
      var size = radius(Math.max(Number(feature.props.get(style.sizeBy)) || 1, 1));
      feature.parts.forEach(function (place) {
        if (Math.min(place[0], place[1]) < 0 || Math.max(place[0], place[1]) >= extent) return;
        found.push({
          style: style, feature: feature, radius: size,
          x: part.x + place[0] * part.scale, y: part.y + place[1] * part.scale
        });
      });
    });
    return found;
  }

  /** @param {CanvasRenderingContext2D} context @param {Mg.TileDot} dot */
  function drawDot(context, dot) {
    context.beginPath();
    context.arc(dot.x, dot.y, dot.radius + RIM / 2, 0, 2 * Math.PI);
    context.lineWidth = RIM;
    context.strokeStyle = "#ffffff";
    context.stroke();
    context.beginPath();
    context.arc(dot.x, dot.y, dot.radius, 0, 2 * Math.PI);
    context.fillStyle = dot.style.colour;
    context.fill();
  }

  /** @param {Mg.TileDot} dot @param {Mg.View} view */
  function isSeen(dot, view) {
    return dot.x > -BEYOND && dot.x < view.width + BEYOND && dot.y > -BEYOND && dot.y < view.height + BEYOND;
  }

  /** @param {L.Map} map @param {Mg.Tiles} data @param {Mg.TileStore} layersOf @param {Mg.SeenTiles} seen @returns {Mg.Paint} */
  function painter(map, data, layersOf, seen) {
    return function (context, view) {
      var parts = partsInView(map, data, view, layersOf), sharp = context.canvas.width / view.width;
      seen.dots = [];
      seen.parts = [];
      data.layers.forEach(function (style) {
        var own = parts.filter(function (part) { return part.layer.name === style.name; });
        own.forEach(function (part) {
          part.style = style;
          drawOutlines(context, part, style.colour, sharp);
        });
        var radius = radii(data, style, map.getZoom());
        var dots = mg.flat(own.map(function (part) { return dotsOf(part, style, radius); }));
        dots = dots.filter(function (dot) { return isSeen(dot, view); });
        dots.forEach(function (dot) { drawDot(context, dot); });
        seen.dots = seen.dots.concat(dots);
        seen.parts = seen.parts.concat(own);
      });
    };
  }

  /* What lies at a place of a tile: lines nearby, and polygons around it. */
  /** @param {Mg.TilePart} part @param {number} x @param {number} y */
  function shapesAt(part, x, y) {
    var lines = /** @type {Mg.FoundFeature[]} */ ([]), insides = /** @type {Mg.FoundFeature[]} */ ([]);
    var brush = mg.brush(document.createElement("canvas"));
    brush.lineWidth = 2 * REACH / part.scale;
    part.layer.features.forEach(function (feature) {
      if (feature.kind === POINT) return;
      feature.path = feature.path || pathOf(feature);
      var found = { style: /** @type {Mg.TileLayer} */ (part.style), feature: feature };
      if (brush.isPointInStroke(feature.path, x, y)) lines.push(found);
      else if (feature.kind === RING && brush.isPointInPath(feature.path, x, y)) insides.push(found);
    });
    return { lines: lines, insides: insides };
  }

  /* Dots before lines before polygons, which leave clicks to the regions where there are any. */
  /** @param {Mg.SeenTiles} seen @param {L.Point} place @param {boolean} isOverRegions @returns {Mg.FoundInTiles | null} */
  function hits(seen, place, isOverRegions) {
    var dots = seen.dots.filter(function (dot) {
      return Math.hypot(dot.x - place.x, dot.y - place.y) <= dot.radius + REACH;
    }).reverse();
    if (dots.length) return { x: dots[0].x, y: dots[0].y, found: dots };
    var shapes = seen.parts.map(function (part) {
      var x = (place.x - part.x) / part.scale, y = (place.y - part.y) / part.scale, extent = part.layer.extent;
      var isInside = Math.min(x, y) >= 0 && Math.max(x, y) < extent;
      return isInside ? shapesAt(part, x, y) : { lines: [], insides: [] };
    }).reverse();
    var found = mg.flat(shapes.map(function (one) { return one.lines; }));
    if (!found.length && !isOverRegions) found = mg.flat(shapes.map(function (one) { return one.insides; }));
    return found.length ? { x: place.x, y: place.y, found: found } : null;
  }

  /** @param {Mg.TileValue} value @param {string} key @param {Mg.Words} words @param {Mg.Language} language */
  function written(value, key, words, language) {
    if (typeof value === "boolean") return words[value ? "value.yes" : "value.no"];
    if (typeof value !== "number") return value && (words[key + "." + value] || value);
    return value.toLocaleString(language, { useGrouping: false, maximumFractionDigits: 20 });
  }

  /** @param {Mg.FoundFeature} one @param {Mg.Language} language */
  function card(one, language) {
    var words = one.style.words;
    return [mg.el("h2", { text: one.style.label }), mg.fields(Array.from(one.feature.props, function (pair) {
      var key = pair[0];
      return /** @type {Mg.Pair} */ ([words["field." + key] || key, written(pair[1], key, words, language)]);
    }))];
  }

  /** @param {L.Map} map @param {Mg.Tiles} data @param {Mg.Canvas} layer @param {Mg.FoundInTiles} hit */
  function open(map, data, layer, hit) {
    var place = map.unproject(L.point(layer.view.x + hit.x, layer.view.y + hit.y));
    /** @param {Mg.FoundFeature} one */
    function draw(one) { return card(one, data.language); }
    if (map.page) mg.openPopup(map, mg.pager(map, hit.found, draw), place, null);
    else mg.tilesCard(map, mg.el("div", {}, mg.flat(hit.found.map(draw))), place);
  }

  /** @param {string} colour @param {number} size */
  function dotSwatch(colour, size) {
    var swatch = mg.el("span", { class: "mg-dot", "aria-hidden": "true" });
    swatch.style.cssText = "width:" + 2 * size + "px;height:" + 2 * size + "px;background:" + colour;
    return swatch;
  }

  /** @param {string} colour */
  function lineSwatch(colour) {
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
      var largest = layer.largest[zoomOfData(data, map.getZoom())], radius = radii(data, layer, map.getZoom());
      mg.empty(row);
      numbers(largest).forEach(function (number) {
        row.appendChild(mg.el("span", {}, [
          dotSwatch(mg.strong(data, layer.colour), radius(number)),
          mg.el("span", { text: number.toLocaleString(language) })
        ]));
      });
    }
    map.on("zoomend", fit);
    fit();
    return row;
  }

  /** @param {L.Map} map @param {Mg.Tiles} data @returns {Mg.Child[]} */
  function legend(map, data) {
    return mg.flat(data.layers.map(function (layer) {
      var colour = mg.strong(data, layer.colour);
      var swatch = layer.isPoints ? dotSwatch(colour, 6) : lineSwatch(colour);
      return /** @type {Mg.Child[]} */ ([
        mg.el("p", { class: "mg-tile-layer" }, [swatch, mg.el("b", { text: layer.label })]),
        layer.sized ? sizes(map, data, layer) : null,
        layer.sized ? mg.el("p", { class: "mg-remark", text: layer.sized }) : null
      ]);
    }));
  }

  /** @param {L.Map} map @param {Mg.Tiles} data */
  function tooFar(map, data) {
    var remark = mg.el("p", { class: "mg-remark", text: data.tooFar });
    function fit() {
      remark.hidden = zoomOfData(data, map.getZoom()) >= data.zooms[0];
    }
    map.on("zoomend", fit);
    fit();
    return remark;
  }

  /* Which tiles cannot be read; nothing as long as all can. */
  /** @param {Mg.Tiles} data @param {HTMLElement} remark @param {string[]} failed */
  function tellFailed(data, remark, failed) {
    var more = failed.length > NAMED ? ["\u2026"] : [];
    remark.textContent = mg.fill(data.unreadable, { tiles: failed.slice(0, NAMED).concat(more).join(", ") });
    remark.hidden = !failed.length;
  }

  mg.vectors = function (map, data, rows) {
    var failure = mg.el("p", { class: "mg-remark", role: "status", hidden: true });
    var seen = /** @type {Mg.SeenTiles} */ ({ parts: [], dots: [] }), isWaiting = false;
    function change() {
      if (isWaiting) return;
      isWaiting = true;
      window.requestAnimationFrame(function () {
        isWaiting = false;
        layer.repaint();
      });
    }
    var layersOf = store(map, data, change, function (failed) { tellFailed(data, failure, failed); });
    var layer = new mg.Canvas(painter(map, data, layersOf, seen), {
      pane: "mg-tiles", label: data.title, attribution: data.attribution
    });
    layer.on("add", function () { layer._container.style.opacity = String(data.opacity); });
    mg.catchClicks(map, layer, function (place) {
      return hits(seen, place, Boolean(map.regions));
    }, function (hit) { open(map, data, layer, hit); });
    rows.push(failure, tooFar(map, data));
    rows.push.apply(rows, legend(map, data));
    return layer;
  };
})();
