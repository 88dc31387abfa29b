/* Where labels go: none covers another, a capital's dot, or (for neighbours) the country. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var GAP = 2, DOT = 5, EXTRA_ZOOM = 0.9, LEAST = 24;
  var SIDES = ["right", "left", "above", "below"];
  var SHIFTS = [
    [0, 0], [0, -0.35], [0, 0.35], [-0.3, 0], [0.3, 0], [0, -0.7], [0, 0.7], [-0.6, 0],
    [0.6, 0], [-0.3, -0.6], [0.3, -0.6], [-0.3, 0.6], [0.3, 0.6], [0, -1.2], [0, 1.2],
    [-0.6, -0.7], [0.6, -0.7], [-0.6, 0.7], [0.6, 0.7], [-1.1, 0], [1.1, 0]
  ];

  function box(x, y, width, height) {
    return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
  }

  function relative(node, frame) {
    var found = node.getBoundingClientRect();
    return {
      left: found.left - frame.left, top: found.top - frame.top,
      right: found.right - frame.left, bottom: found.bottom - frame.top
    };
  }

  function overlaps(one, others) {
    return others.some(function (other) {
      return one.left < other.right + GAP && one.right > other.left - GAP &&
        one.top < other.bottom + GAP && one.bottom > other.top - GAP;
    });
  }

  function within(one, frame) {
    return one.left >= 0 && one.top >= 0 && one.right <= frame.width && one.bottom <= frame.height;
  }

  /* Whether a point of the map's box lies in the outline that is drawn. */
  function covers(map, path, x, y) {
    var node = path.getElement();
    if (!node.isPointInFill || !node.ownerSVGElement) return false;
    var point = node.ownerSVGElement.createSVGPoint();
    var place = map.containerPointToLayerPoint([x, y]);
    point.x = place.x;
    point.y = place.y;
    return node.isPointInFill(point);
  }

  function corners(one) {
    return [
      [one.left, one.top], [one.right, one.top], [one.left, one.bottom], [one.right, one.bottom]
    ];
  }

  /* The name and value of a region: inside it, beside its capital's dot. */
  function placeTag(map, tag, taken, dots) {
    var at = map.latLngToContainerPoint(tag.point);
    var width = tag.node.offsetWidth, height = tag.node.offsetHeight;
    var best = null, least = Infinity;
    SHIFTS.forEach(function (shift, order) {
      var dx = shift[0] * width, dy = shift[1] * height;
      var one = box(at.x + dx, at.y + dy, width, height);
      if (overlaps(one, taken) || !covers(map, tag.path, at.x + dx, at.y + dy)) return;
      var outside = corners(one).filter(function (corner) {
        return !covers(map, tag.path, corner[0], corner[1]);
      }).length;
      var cost = order * 0.5 + outside * 4 + (overlaps(one, dots) ? 9 : 0);
      if (cost < least) {
        least = cost;
        best = { dx: dx, dy: dy, box: one };
      }
    });
    tag.node.classList.toggle("mg-hidden", !best);
    if (!best) return;
    taken.push(best.box);
    shift(tag.node, best.dx, best.dy);
  }

  function shift(node, dx, dy) {
    node.style.transform = "translate(calc(-50% + " + Math.round(dx) + "px), calc(-50% + " +
      Math.round(dy) + "px))";
  }

  function inCountry(map, paths, one) {
    var xs = [0, 0.25, 0.5, 0.75, 1], ys = [0, 0.5, 1];
    return xs.some(function (right) {
      return ys.some(function (down) {
        var x = one.left - 4 + right * (one.right - one.left + 8);
        var y = one.top - 3 + down * (one.bottom - one.top + 6);
        return paths.some(function (path) { return covers(map, path, x, y); });
      });
    });
  }

  /* A neighbour's name: pushed away from the country until it is clear of it. */
  function placeNeighbour(map, label, paths, taken, frame) {
    var at = map.latLngToContainerPoint(label.point);
    var middle = map.latLngToContainerPoint(map.countryBounds.getCenter());
    var length = Math.hypot(at.x - middle.x, at.y - middle.y) || 1;
    var width = label.node.offsetWidth, height = label.node.offsetHeight;
    for (var step = 0; step < 30; step += 1) {
      var dx = (at.x - middle.x) / length * step * 6, dy = (at.y - middle.y) / length * step * 6;
      var one = box(at.x + dx, at.y + dy, width, height);
      if (within(one, frame) && !overlaps(one, taken) && !inCountry(map, paths, one)) {
        taken.push(one);
        shift(label.node, dx, dy);
        label.node.classList.remove("mg-hidden");
        return;
      }
    }
    label.node.classList.add("mg-hidden");
  }

  function placeTown(town, taken, frame) {
    var others = taken.filter(function (one) { return one !== town.dot; });
    var kind = town.own ? " mg-capital" : "";
    for (var at = 0; at < SIDES.length; at += 1) {
      town.node.className = "mg-town-mark mg-" + SIDES[at] + kind;
      var one = relative(town.text, frame);
      if (within(one, frame) && !overlaps(one, others)) {
        taken.push(one);
        return;
      }
    }
    town.node.className = "mg-town-mark " + (town.own ? "mg-dot-only" + kind : "mg-hidden");
  }

  /* Boxes of what names give way to; each layer may have a function that tells its own. */
  function obstacles(map) {
    var known = map.obstacles || {};
    return [].concat.apply([], Object.keys(known).map(function (name) { return known[name](); }));
  }

  mg.giveWay = function (map, name, boxes) {
    map.obstacles = map.obstacles || {};
    map.obstacles[name] = boxes;
    map.fire("mg:shown");
  };

  /* Whether a region is on the screen, and large enough for any name. */
  function isLarge(map, tag, frame) {
    var bounds = tag.path.getBounds();
    var low = map.latLngToContainerPoint(bounds.getSouthWest());
    var high = map.latLngToContainerPoint(bounds.getNorthEast());
    return high.x - low.x >= LEAST && low.y - high.y >= LEAST / 3 && high.x > 0 && low.y > 0 &&
      low.x < frame.width && high.y < frame.height;
  }

  function smallestFirst(tags) {
    function extent(tag) {
      var bounds = tag.path.getBounds();
      return (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());
    }
    return tags.slice().sort(function (one, other) { return extent(one) - extent(other); });
  }

  function arrange(map, labels) {
    var container = map.getContainer(), frame = container.getBoundingClientRect();
    var taken = [].map.call(
      container.querySelectorAll(".mg-callout, .leaflet-control"),
      function (node) { return relative(node, frame); }
    ).filter(function (one) { return one.right > one.left; }).concat(obstacles(map));
    var dots = labels.towns.filter(function (town) { return town.own; }).map(function (town) {
      var at = map.latLngToContainerPoint(town.point);
      town.dot = box(at.x, at.y, 2 * DOT, 2 * DOT);
      return town.dot;
    });
    smallestFirst(labels.tags.filter(function (tag) {
      var fits = isLarge(map, tag, frame);
      tag.node.classList.toggle("mg-hidden", !fits);
      return fits;
    })).forEach(function (tag) {
      if (tag.node.offsetWidth) placeTag(map, tag, taken, dots);
    });
    var all = taken.concat(dots);
    labels.neighbours.forEach(function (label) {
      placeNeighbour(map, label, labels.paths, all, frame);
    });
    labels.towns.forEach(function (town) {
      var near = map.getZoom() >= map.baseZoom + EXTRA_ZOOM || town.near;
      if (town.own || near) placeTown(town, all, frame);
      else town.node.className = "mg-town-mark mg-hidden";
    });
  }

  /* The labels of a map, placed again whenever it moves or shows something else. */
  mg.labels = function (map) {
    if (map.labels) return map.labels;
    var waiting = false;
    map.labels = { tags: [], neighbours: [], towns: [], paths: [] };
    function soon() {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(function () {
        waiting = false;
        if (map.page.map === map) arrange(map, map.labels);
      });
    }
    map.on("zoomend moveend resize mg:shown", soon);
    soon();
    return map.labels;
  };

  mg.still = function (map, place, className, node, pane) {
    return L.marker(place, {
      pane: pane || "markerPane",
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: className, html: node, iconSize: null })
    }).addTo(map);
  };
})();
