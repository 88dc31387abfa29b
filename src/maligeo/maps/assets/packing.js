/* Packed arrays back to arrays; see packing.py for how they were made. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var TURN = 360, HALF_TURN = Math.PI / 180;

  /** @param {string} text */
  function bytes(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    var raw = atob(text), size = raw.length, found = new Uint8Array(size);
    for (var at = 0; at < size; at += 1) found[at] = raw.charCodeAt(at);
    return found;
  }

  /* Numbers of some bits each, lowest first. Up to 24 bits whole numbers hold what is read
     ahead; beyond, only fractions do. */
  mg.numbers = function (packed) {
    var raw = bytes(packed.data), width = packed.bits, count = packed.count;
    var found = width > 16 ? new Uint32Array(count) : width > 8 ? new Uint16Array(count) : new Uint8Array(count);
    return width > 24 ? wide(raw, width, found) : narrow(raw, width, found);
  };

  /* Numbers that are unpacked when the first is read. */
  mg.lazyNumbers = function (packed) {
    var found = /** @type {Mg.Numbers | null} */ (null);
    function all() {
      found = found || mg.numbers(packed);
      return found;
    }
    return { all: all, at: function (at) { return all()[at]; } };
  };

  /** @param {Uint8Array} raw @param {number} width @param {Mg.Numbers} found */
  function narrow(raw, width, found) {
    var mask = (1 << width) - 1, place = 0, bits = 0, rest = 0, count = found.length;
    for (var at = 0; at < count; at += 1) {
      while (bits < width) {
        rest |= raw[place] << bits;
        place += 1;
        bits += 8;
      }
      found[at] = rest & mask;
      rest >>>= width;
      bits -= width;
    }
    return found;
  }

  /** @param {Uint8Array} raw @param {number} width @param {Mg.Numbers} found */
  function wide(raw, width, found) {
    var size = Math.pow(2, width), place = 0, bits = 0, rest = 0;
    for (var at = 0; at < found.length; at += 1) {
      while (bits < width) {
        rest += raw[place] * Math.pow(2, bits);
        place += 1;
        bits += 8;
      }
      var next = Math.floor(rest / size);
      found[at] = rest - next * size;
      rest = next;
      bits -= width;
    }
    return found;
  }

  /* Differences in bytes of seven bits each, the highest says that more follow; here added
     up. None needs more than 28 bits. */
  mg.stepped = function (packed, count) {
    var raw = bytes(packed.data), found = new Int32Array(count), place = 0, sum = 0;
    for (var at = 0; at < count; at += 1) {
      var part = raw[place], number = part & 127, shift = 7;
      place += 1;
      while (part > 127) {
        part = raw[place];
        place += 1;
        number |= (part & 127) << shift;
        shift += 7;
      }
      sum += number >>> 1 ^ -(number & 1);
      found[at] = sum;
    }
    return found;
  };

  /* Positions in steps of the world's width in Mercator's projection, from the north-west;
     a zoom turns them into pixels by one multiplication. */
  mg.places = function (packed) {
    var count = packed.count;
    return {
      count: count, steps: packed.steps, x: mg.stepped(packed.x, count), y: mg.stepped(packed.y, count)
    };
  };

  /* Give for each shape its parts, of these the rings, of these the corners as `make(x, y)`. */
  /** @template Corner @param {Mg.PackedShapes} packed @param {(x: number, y: number) => Corner} make */
  function shapesOf(packed, make) {
    var sum = 0, place = -1;
    packed.rings.forEach(function (parts) {
      parts.forEach(function (rings) { rings.forEach(function (size) { sum += size; }); });
    });
    var x = mg.stepped(packed.x, sum), y = mg.stepped(packed.y, sum);
    /** @param {number} size */
    function corners(size) {
      var found = new Array(size);
      for (var at = 0; at < size; at += 1) {
        place += 1;
        found[at] = make(x[place] / packed.steps, y[place] / packed.steps);
      }
      return found;
    }
    return packed.rings.map(function (parts) {
      return parts.map(function (rings) { return rings.map(corners); });
    });
  }

  /* Outlines for L.polygon. */
  mg.shapes = function (packed) {
    return shapesOf(packed, function (lon, lat) { return new L.LatLng(lat, lon); });
  };

  /* Outlines in parts of the world's width, from the north-west. */
  mg.worldShapes = function (packed) {
    return shapesOf(packed, function (lon, lat) {
      var sine = Math.sin(lat * HALF_TURN);
      return [lon / TURN + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
    });
  };

  mg.placeOf = function (x, y) {
    var lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
    return L.latLng(lat, (x - 0.5) * TURN);
  };

  /* Give a function that reads one text of a packed column; null is missing. Nothing is
     unpacked before the first is read. */
  mg.texts = function (packed) {
    if ("texts" in packed) return function (at) { return packed.texts[at]; };
    var codes = mg.lazyNumbers("words" in packed ? packed.codes : packed.numbers);
    return function (at) {
      var code = codes.at(at);
      if ("words" in packed) return code ? packed.words[code - 1] : null;
      return packed.prefix + String(code).padStart(packed.digits, "0");
    };
  };
})();
