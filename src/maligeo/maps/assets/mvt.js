/* Mapbox Vector Tiles 2.1, decoded. Bytes that are cut off, or that the specification does
   not allow, end in an error. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var POINT = 1, MOVE = 1, LINE = 2, CLOSE = 7, EXTENT = 4096, HALF = 4294967296;

  /** @param {string} what @returns {never} */
  function fail(what) { throw new Error("not a vector tile: " + what); }

  /* A number of up to 64 bits: the low half is given back, the high one left in the cursor. */
  /** @param {Mg.Bytes} from */
  function varint(from) {
    var low = 0, high = 0, shift = 0, byte = 128;
    for (; byte > 127; shift += 7) {
      if (from.at >= from.end || shift > 63) fail("a number has no end");
      byte = from.raw.getUint8(from.at);
      from.at += 1;
      if (shift < 32) low |= (byte & 127) << shift;
      if (shift === 28) high = (byte & 127) >> 4;
      if (shift > 28) high |= (byte & 127) << (shift - 32);
    }
    from.high = high >>> 0;
    return low >>> 0;
  }

  /* The bytes of a field of a wire type; the cursor goes past them. */
  /** @param {Mg.Bytes} from @param {number} wire @returns {Mg.Bytes} */
  function content(from, wire) {
    var start = from.at, size = 0;
    if (wire === 0) varint(from);
    else if (wire === 1) size = 8;
    else if (wire === 2) size = varint(from);
    else if (wire === 5) size = 4;
    else fail("a field of an unknown kind");
    if (wire === 2) start = from.at;
    if (size > from.end - from.at || (wire === 2 && from.high)) fail("a field is cut off");
    from.at += size;
    return { raw: from.raw, at: start, end: from.at, high: 0 };
  }

  /* Read a message into what is given: `readers` go by the key of a field, which is its number
     and its wire type as they are written. Others are passed over, as protocol buffers have it. */
  /** @template Into @param {Mg.Bytes} from @param {Mg.FieldReaders<Into>} readers @param {Into} into */
  function message(from, readers, into) {
    while (from.at < from.end) {
      var key = varint(from), read = readers[key];
      if (key < 8 || from.high) fail("a field without a number");
      var inner = content(from, key & 7);
      if (read) read(inner, into);
    }
    return into;
  }

  /** @param {Mg.Bytes} from @param {number[]} found */
  function numbers(from, found) {
    while (from.at < from.end) found.push(varint(from));
  }

  /** @param {Mg.Bytes} from */
  function text(from) {
    var bytes = new Uint8Array(from.raw.buffer, from.raw.byteOffset + from.at, from.end - from.at);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  /* The digits of a number that is too large for a number of the script to be exact. */
  /** @param {number} low @param {number} high */
  function digits(low, high) {
    var found = "";
    while (low || high) {
      var part = (high % 10) * HALF + low;
      high = Math.floor(high / 10);
      low = Math.floor(part / 10);
      found = part % 10 + found;
    }
    return found;
  }

  /** @param {number} low @param {number} high @returns {number | string} */
  function unsigned(low, high) {
    var number = high * HALF + low;
    return Number.isSafeInteger(number) ? number : digits(low, high);
  }

  /** @param {number} low @param {number} high @returns {number | string} */
  function signed(low, high) {
    if (high < HALF / 2) return unsigned(low, high);
    var size = unsigned(-low >>> 0, (low ? ~high : -high) >>> 0);
    return typeof size === "number" ? -size : "-" + size;
  }

  /** @param {number} low @param {number} high */
  function zigzag(low, high) {
    var sign = -(low & 1);
    return signed((((low >>> 1) | (high << 31)) ^ sign) >>> 0, ((high >>> 1) ^ sign) >>> 0);
  }

  /** @param {(low: number, high: number) => Mg.TileValue} read */
  function whole(read) {
    return value(function (from) {
      var low = varint(from);
      return read(low, from.high);
    });
  }

  /** @param {(from: Mg.Bytes) => Mg.TileValue} read */
  function value(read) {
    /** @param {Mg.Bytes} inner @param {{ value: Mg.TileValue }} into */
    return function (inner, into) { into.value = read(inner); };
  }

  /** @param {number} command @param {number} left @param {boolean} isBegun @param {boolean} isPoints */
  function check(command, left, isBegun, isPoints) {
    var id = command & 7, count = command >>> 3, isOne = isPoints ? [CLOSE] : [CLOSE, MOVE];
    if ([MOVE, LINE, CLOSE].indexOf(id) < 0) fail("an unknown command");
    if (isOne.indexOf(id) >= 0 && count !== 1) fail("a command that is repeated");
    if (id !== MOVE && !isBegun) fail("a line without a beginning");
    if (id !== CLOSE && 2 * count > left) fail("a line is cut off");
  }

  /* Points, lines or rings, x and y by turns, in units of the tile. Rings do not come back
     to where they began: who draws them closes them. */
  /** @param {Mg.WrittenFeature} feature */
  function geometry(feature) {
    var commands = feature.commands, parts = /** @type {number[][]} */ ([]), x = 0, y = 0, at = 0;
    while (at < commands.length) {
      var command = commands[at], id = command & 7;
      at += 1;
      check(command, commands.length - at, parts.length > 0, feature.kind === POINT);
      var end = id === CLOSE ? at : at + 2 * (command >>> 3);
      for (; at < end; at += 2) {
        x += (commands[at] >>> 1) ^ -(commands[at] & 1);
        y += (commands[at + 1] >>> 1) ^ -(commands[at + 1] & 1);
        if (id === MOVE) parts.push([]);
        parts[parts.length - 1].push(x, y);
      }
    }
    return parts;
  }

  /** @param {number[]} tags @param {string[]} keys @param {Mg.TileValue[]} values */
  function properties(tags, keys, values) {
    var found = /** @type {Mg.TileProperties} */ (new Map());
    for (var at = 0; at < tags.length; at += 2) {
      var isThere = tags[at] < keys.length && tags[at + 1] < values.length;
      if (!isThere) fail("an attribute is not there");
      found.set(keys[tags[at]], values[tags[at + 1]]);
    }
    return found;
  }

  /** @param {Mg.Bytes} inner @param {Mg.WrittenFeature} into */
  function readTags(inner, into) { numbers(inner, into.tags); }

  /** @param {Mg.Bytes} inner @param {Mg.WrittenFeature} into */
  function readCommands(inner, into) { numbers(inner, into.commands); }

  /** @type {Mg.FieldReaders<{ value: Mg.TileValue }>} */
  var VALUE = {
    10: value(text),
    21: value(function (from) { return from.raw.getFloat32(from.at, true); }),
    25: value(function (from) { return from.raw.getFloat64(from.at, true); }),
    32: whole(signed),
    40: whole(unsigned),
    48: whole(zigzag),
    56: whole(function (low, high) { return Boolean(low || high); })
  };
  /** @type {Mg.FieldReaders<Mg.WrittenFeature>} */
  var FEATURE = {
    16: readTags, 18: readTags, 32: readCommands, 34: readCommands,
    24: function (inner, into) { into.kind = varint(inner); }
  };
  /** @type {Mg.FieldReaders<Mg.WrittenLayer>} */
  var LAYER = {
    10: function (inner, into) { into.name = text(inner); },
    18: function (inner, into) {
      into.features.push(message(inner, FEATURE, { kind: 0, tags: [], commands: [] }));
    },
    26: function (inner, into) { into.keys.push(text(inner)); },
    34: function (inner, into) { into.values.push(message(inner, VALUE, { value: null }).value); },
    40: function (inner, into) { into.extent = varint(inner); }
  };
  /** @type {Mg.FieldReaders<Mg.VectorLayer[]>} */
  var TILE = { 26: function (inner, into) { into.push(layer(inner)); } };

  /* Values may stand behind the features that have them. */
  /** @param {Mg.Bytes} from @returns {Mg.VectorLayer} */
  function layer(from) {
    /** @type {Mg.WrittenLayer} */
    var found = { name: "", extent: EXTENT, keys: [], values: [], features: [] };
    message(from, LAYER, found);
    if (!found.extent) fail("a layer without an extent");
    return { name: found.name, extent: found.extent, features: found.features.map(function (one) {
      return {
        kind: one.kind, props: properties(one.tags, found.keys, found.values), parts: geometry(one)
      };
    }) };
  }

  mg.readTile = function (bytes) {
    var raw = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return message({ raw: raw, at: 0, end: raw.byteLength, high: 0 }, TILE, []);
  };
})();
