/* Points gathered where they would cover one another: by cells of a grid that stays where
   it is while the map is dragged, then cells whose middles are too close. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var CELL = 64, NEAR = 46, INK = "#16212b";

  /** @param {Mg.View} view */
  function grid(view) {
    var left = Math.floor(view.x / CELL), top = Math.floor(view.y / CELL);
    var columns = Math.floor((view.x + view.width) / CELL) - left + 1;
    var rows = Math.floor((view.y + view.height) / CELL) - top + 1;
    return { left: left, top: top, columns: columns, rows: rows };
  }

  /* The cell of a point, -1 outside the canvas. */
  /** @param {Mg.Points} points @param {number} at @param {Mg.View} view @param {Mg.Grid} cells */
  function cellOf(points, at, view, cells) {
    var step = view.scale / points.steps / CELL;
    var column = Math.floor(points.x[at] * step) - cells.left;
    var row = Math.floor(points.y[at] * step) - cells.top;
    if (column < 0 || row < 0 || column >= cells.columns || row >= cells.rows) return -1;
    return row * cells.columns + column;
  }

  /* The inner loop of the first paint: one pass, without a call per point. */
  /** @param {Mg.Points} points @param {Int32Array} kept @param {Mg.View} view @param {Mg.Grid} cells @param {number} kinds */
  function count(points, kept, view, cells, kinds) {
    var size = cells.columns * cells.rows, x = points.x, y = points.y, marks = points.marks;
    var counts = new Uint32Array(size), sumX = new Float64Array(size), sumY = new Float64Array(size);
    var first = new Int32Array(size), parts = new Uint32Array(size * kinds);
    var step = view.scale / points.steps / CELL, left = cells.left, top = cells.top;
    var columns = cells.columns, rows = cells.rows, length = kept.length;
    for (var at = 0; at < length; at += 1) {
      var point = kept[at], px = x[point], py = y[point];
      var column = Math.floor(px * step) - left, row = Math.floor(py * step) - top;
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      var cell = row * columns + column;
      if (!counts[cell]) first[cell] = point;
      counts[cell] += 1;
      sumX[cell] += px;
      sumY[cell] += py;
      parts[cell * kinds + (marks[point] >> 1)] += 1;
    }
    return { counts: counts, x: sumX, y: sumY, first: first, parts: parts };
  }

  /** @param {Mg.Counts} found @param {number} step @param {Mg.View} view @param {number} kinds */
  function groupsOf(found, step, view, kinds) {
    var groups = [];
    for (var cell = 0; cell < found.counts.length; cell += 1) {
      var size = found.counts[cell];
      if (!size) continue;
      groups.push({
        cells: [cell], count: size, first: found.first[cell],
        x: found.x[cell] / size * step - view.x,
        y: found.y[cell] / size * step - view.y,
        parts: Array.from(found.parts.subarray(cell * kinds, (cell + 1) * kinds))
      });
    }
    return groups;
  }

  /** @param {Mg.Group} into @param {Mg.Group} other */
  function absorb(into, other) {
    var all = into.count + other.count;
    into.x = (into.x * into.count + other.x * other.count) / all;
    into.y = (into.y * into.count + other.y * other.count) / all;
    into.count = all;
    into.cells = into.cells.concat(other.cells);
    into.parts = into.parts.map(function (part, at) { return part + other.parts[at]; });
  }

  /* The largest first take in what is too near. */
  /** @param {Mg.Group[]} groups @param {Mg.Grid} cells */
  function merged(groups, cells) {
    var byCell = /** @type {Record<number, Mg.Group>} */ ({}), kept = /** @type {Mg.Group[]} */ ([]);
    groups.forEach(function (group) { byCell[group.cells[0]] = group; });
    groups.sort(function (one, other) { return other.count - one.count || one.first - other.first; });
    groups.forEach(function (group) {
      if (group.taken) return;
      var home = group.cells[0];
      for (var down = -1; down <= 1; down += 1) {
        for (var right = -1; right <= 1; right += 1) {
          var other = byCell[home + down * cells.columns + right];
          if (!other || other === group || other.taken || other.cells.length > 1) continue;
          if (Math.hypot(other.x - group.x, other.y - group.y) > NEAR) continue;
          other.taken = true;
          absorb(group, other);
        }
      }
      kept.push(group);
    });
    return kept;
  }

  mg.gather = function (points, kept, view, kinds) {
    var cells = grid(view);
    var found = count(points, kept, view, cells, kinds);
    return merged(groupsOf(found, view.scale / points.steps, view, kinds), cells);
  };

  /* The points of a group, in their order. */
  mg.members = function (points, kept, view, group) {
    var cells = grid(view), wanted = new Set(group.cells);
    return Array.from(kept.filter(function (point) {
      return wanted.has(cellOf(points, point, view, cells));
    }));
  };

  mg.radius = function (group) {
    return group.count === 1 ? 6 : 11 + 3 * Math.log10(group.count);
  };

  mg.sign = function (context, shape, x, y, size) {
    context.beginPath();
    if (shape === "circle") context.arc(x, y, size, 0, 2 * Math.PI);
    else if (shape === "square") context.rect(x - size * 0.88, y - size * 0.88, size * 1.76, size * 1.76);
    else {
      var corners = shape === "triangle"
        ? [[0, -1.2], [1.15, 0.85], [-1.15, 0.85]] : [[0, -1.3], [1.1, 0], [0, 1.3], [-1.1, 0]];
      corners.forEach(function (corner) { context.lineTo(x + corner[0] * size, y + corner[1] * size); });
      context.closePath();
    }
  };

  mg.drawSign = function (context, type, x, y, hollow) {
    mg.sign(context, type.shape, x, y, 5);
    context.lineWidth = hollow ? 4.5 : 3;
    context.strokeStyle = "#ffffff";
    context.stroke();
    context.fillStyle = hollow ? "#ffffff" : type.colour;
    context.fill();
    context.lineWidth = hollow ? 2 : 1;
    context.strokeStyle = hollow ? type.colour : INK;
    context.stroke();
  };

  mg.drawRing = function (context, group, types, text) {
    var radius = mg.radius(group), angle = -Math.PI / 2;
    context.beginPath();
    context.arc(group.x, group.y, radius + 2.5, 0, 2 * Math.PI);
    context.fillStyle = "#ffffff";
    context.fill();
    group.parts.forEach(function (part, at) {
      if (!part) return;
      var next = angle + part / group.count * 2 * Math.PI;
      context.beginPath();
      context.arc(group.x, group.y, radius - 0.5, angle, next);
      context.lineWidth = 4;
      context.strokeStyle = types[at].colour;
      context.stroke();
      angle = next;
    });
    context.beginPath();
    context.arc(group.x, group.y, radius - 2.5, 0, 2 * Math.PI);
    context.fillStyle = INK;
    context.fill();
    context.fillStyle = "#ffffff";
    context.fillText(text, group.x, group.y + 0.5);
  };
})();
