/* Packed arrays back to arrays; see packing.py for how they were made. */
(function () {
  "use strict";

  var mg = window.maligeo;

  function bytes(text) {
    var raw = atob(text), found = new Uint8Array(raw.length);
    for (var at = 0; at < raw.length; at += 1) found[at] = raw.charCodeAt(at);
    return found;
  }

  /* Numbers of some bits each, lowest first. */
  mg.numbers = function (packed) {
    var raw = bytes(packed.data), size = Math.pow(2, packed.bits), place = 0, held = 0, rest = 0;
    var found = packed.bits > 8 ? new Uint32Array(packed.count) : new Uint8Array(packed.count);
    for (var at = 0; at < packed.count; at += 1) {
      while (held < packed.bits) {
        rest += raw[place] * Math.pow(2, held);
        place += 1;
        held += 8;
      }
      var next = Math.floor(rest / size);
      found[at] = rest - next * size;
      rest = next;
      held -= packed.bits;
    }
    return found;
  };

  /* Seven bits to a byte; the highest says that more follow. */
  function steps(packed, count, each) {
    var raw = bytes(packed.data), place = 0, sum = 0;
    for (var at = 0; at < count; at += 1) {
      var number = 0, weight = 1, part;
      do {
        part = raw[place];
        place += 1;
        number += (part & 127) * weight;
        weight *= 128;
      } while (part > 127);
      sum += number % 2 ? -(number + 1) / 2 : number / 2;
      each(at, sum);
    }
  }

  mg.stepped = function (packed, count) {
    var found = new Array(count);
    steps(packed, count, function (at, value) { found[at] = value; });
    return found;
  };

  /* Positions as parts of the world's width and height in Mercator's projection, from the
     north-west; a zoom turns them into pixels by one multiplication. */
  mg.places = function (packed) {
    var count = packed.count, x = new Float64Array(count), y = new Float64Array(count);
    steps(packed.lon, count, function (at, value) { x[at] = value / packed.steps / 360 + 0.5; });
    steps(packed.lat, count, function (at, value) {
      var sine = Math.sin(value / packed.steps * Math.PI / 180);
      y[at] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    });
    return { count: count, x: x, y: y };
  };

  /* Outlines as GeoJSON, one feature per unit with its position `at`. */
  mg.outlines = function (packed) {
    var sum = 0, place = -1;
    packed.rings.forEach(function (parts) {
      parts.forEach(function (rings) { rings.forEach(function (size) { sum += size; }); });
    });
    var x = mg.stepped(packed.x, sum), y = mg.stepped(packed.y, sum);
    function corners(size) {
      return Array.from({ length: size }, function () {
        place += 1;
        return [x[place] / packed.steps, y[place] / packed.steps];
      });
    }
    return {
      type: "FeatureCollection",
      features: packed.rings.map(function (parts, at) {
        var shape = parts.map(function (rings) { return rings.map(corners); });
        return {
          type: "Feature", properties: { at: at },
          geometry: { type: "MultiPolygon", coordinates: shape }
        };
      })
    };
  };

  mg.placeOf = function (x, y) {
    var lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
    return L.latLng(lat, (x - 0.5) * 360);
  };

  /* Give a function that reads one text of a packed column; null is missing. */
  mg.texts = function (packed) {
    var codes = null, numbers = packed.codes || packed.numbers;
    return function (at) {
      if (packed.texts) return packed.texts[at];
      codes = codes || mg.numbers(numbers);
      if (packed.words) return codes[at] ? packed.words[codes[at] - 1] : null;
      return packed.prefix + String(codes[at]).padStart(packed.digits, "0");
    };
  };
})();
