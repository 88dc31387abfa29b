/* Where labels go: none covers another, a capital's dot, or (for neighbours) the country.
   All sizes are read first and all places are written last: a browser lays the page out
   again whenever a size is read after something was written. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var GAP = 2, DOT = 5, RIM = 4, EXTRA_ZOOM = 0.9, LEAST = 24;
  /* Names that have no room in their region stand aside where there are few: in pixels, how
     far, and how much farther to be clear of the country. */
  var FEW = 20, FARTHEST = 150, OVER_LAND = 80, TURNS = 24, TURN = 2 * Math.PI / TURNS;
  var LATER = 100; /* milliseconds that names wait at first, not to hold up what they name */
  var ASIDE = 6, UP = 8; /* as in map.css: from a town to its name */
  var MOST_ASTRAY = 0.35; /* of a name, on other regions */
  var SIDES = ["right", "left", "above", "below"];
  var SHIFTS = [
    [0, 0], [0, -0.35], [0, 0.35], [-0.3, 0], [0.3, 0], [0, -0.7], [0, 0.7], [-0.6, 0],
    [0.6, 0], [-0.3, -0.6], [0.3, -0.6], [-0.3, 0.6], [0.3, 0.6], [0, -1.2], [0, 1.2],
    [-0.6, -0.7], [0.6, -0.7], [-0.6, 0.7], [0.6, 0.7], [-1.1, 0], [1.1, 0]
  ];

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  function box(x, y, width, height) {
    return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
  }

  /** @param {Element} node @param {DOMRect} frame */
  function relative(node, frame) {
    var found = node.getBoundingClientRect();
    return {
      left: found.left - frame.left, top: found.top - frame.top,
      right: found.right - frame.left, bottom: found.bottom - frame.top
    };
  }

  /** @param {Mg.Box} one @param {Mg.Box[]} others */
  function overlaps(one, others) {
    return others.some(function (other) {
      return one.left < other.right + GAP && one.right > other.left - GAP &&
        one.top < other.bottom + GAP && one.bottom > other.top - GAP;
    });
  }

  /** @param {Mg.Box} one @param {DOMRect} frame */
  function within(one, frame) {
    return one.left >= 0 && one.top >= 0 && one.right <= frame.width && one.bottom <= frame.height;
  }

  /* Whether a point of the map's box lies in the outline that is drawn. */
  /** @param {L.Map} map @param {Mg.Outline} path @param {number} x @param {number} y */
  function covers(map, path, x, y) {
    var node = path.getElement();
    if (!node.isPointInFill || !node.ownerSVGElement) return false;
    var point = node.ownerSVGElement.createSVGPoint();
    var place = map.containerPointToLayerPoint([x, y]);
    point.x = place.x;
    point.y = place.y;
    return node.isPointInFill(point);
  }

  /** @param {Mg.Box} one */
  function corners(one) {
    return [
      [one.left, one.top], [one.right, one.top], [one.left, one.bottom], [one.right, one.bottom]
    ];
  }

  /* Whether a name would lie about as much on other regions as on its own. */
  /** @param {L.Map} map @param {Mg.Tag} tag @param {Mg.Outline[]} paths @param {Mg.Box} one */
  function strays(map, tag, paths, one) {
    var points = mg.flat([0.25, 0.75].map(function (down) {
      return [0.1, 0.3, 0.5, 0.7, 0.9].map(function (right) {
        return [one.left + right * (one.right - one.left), one.top + down * (one.bottom - one.top)];
      });
    }));
    return points.filter(function (point) {
      return !covers(map, tag.path, point[0], point[1]) &&
        paths.some(function (path) { return covers(map, path, point[0], point[1]); });
    }).length > MOST_ASTRAY * points.length;
  }

  /* Where the name and value of a region have room inside it, next to its capital's dot, and
     (with `paths`) not on other regions. */
  /** @param {L.Map} map @param {Mg.Tag} tag @param {Mg.Box[]} taken @param {Mg.Outline[]} paths */
  function placeInside(map, tag, taken, paths) {
    var at = map.latLngToContainerPoint(tag.point), width = tag.width, height = tag.height;
    var best = /** @type {Mg.Shift | null} */ (null), least = Infinity;
    SHIFTS.forEach(function (step, order) {
      var dx = step[0] * width, dy = step[1] * height;
      var one = box(at.x + dx, at.y + dy, width, height);
      if (overlaps(one, taken) || !covers(map, tag.path, at.x + dx, at.y + dy)) return;
      var outside = corners(one).filter(function (corner) {
        return !covers(map, tag.path, corner[0], corner[1]);
      }).length;
      var cost = order * 0.5 + outside * 4;
      if (cost < least && !(outside > 1 && strays(map, tag, paths, one))) {
        least = cost;
        best = { dx: dx, dy: dy, box: one, over: outside > 0 };
      }
    });
    return best;
  }

  /* The nearest place with room, beside the country if there is one that is not far. */
  /** @param {L.Map} map @param {Mg.Tag} tag @param {Mg.Outline[]} paths @param {Mg.Box[]} taken @param {DOMRect} frame */
  function placeAside(map, tag, paths, taken, frame) {
    var at = map.latLngToContainerPoint(tag.point);
    var best = /** @type {Mg.Shift | null} */ (null), least = Infinity;
    for (var far = tag.height; far < FARTHEST && far < least; far += 10) {
      for (var turn = 0; turn < TURNS; turn += 1) {
        var dx = far * 1.4 * Math.cos(turn * TURN), dy = far * Math.sin(turn * TURN);
        var one = box(at.x + dx, at.y + dy, tag.width + 2 * RIM, tag.height + 2 * RIM);
        if (!within(one, frame) || overlaps(one, taken)) continue;
        var cost = far + (inCountry(map, paths, one) ? OVER_LAND : 0);
        if (cost < least) {
          least = cost;
          best = { dx: dx, dy: dy, box: one };
        }
      }
    }
    return best;
  }

  /* The line from a region to its name that stands aside. */
  /** @param {L.Map} map @param {Mg.Tag} tag @param {Mg.Shift | null} aside */
  function drawLeader(map, tag, aside) {
    tag.node.classList.toggle("mg-aside", Boolean(aside));
    if (tag.leader) tag.leader.remove();
    delete tag.leader;
    if (!aside) return;
    var at = map.latLngToContainerPoint(tag.point).add([aside.dx, aside.dy]);
    tag.leader = mg.leader(map, tag.point, map.containerPointToLatLng(at));
  }

  /* First those that have room inside their region, then the others: aside where there is
     room, else where they lie on others too. */
  /** @param {L.Map} map @param {Mg.Labels} labels @param {Mg.Box[]} taken @param {DOMRect} frame @param {Mg.Write} write */
  function placeTags(map, labels, taken, frame, write) {
    var few = labels.tags.length <= FEW;
    /** @param {Mg.Tag} tag @param {Mg.Shift | null} found @param {boolean} aside */
    function put(tag, found, aside) {
      if (found) taken.push(found.box);
      write(function () {
        tag.node.classList.toggle("mg-hidden", !found);
        tag.node.classList.toggle("mg-over", Boolean(found && found.over));
        if (found) shift(tag.node, found.dx, found.dy);
        drawLeader(map, tag, aside ? found : null);
      });
    }
    /** @param {Mg.Tag} tag @param {Mg.Outline[]} paths */
    function inside(tag, paths) {
      return tag.width && isLarge(map, tag, frame) ? placeInside(map, tag, taken, paths) : null;
    }
    smallestFirst(labels.tags).filter(function (tag) {
      var found = inside(tag, few ? labels.paths : []);
      if (found) put(tag, found, false);
      return !found;
    }).forEach(function (tag) {
      var asked = tag.width && few && isSeen(map, tag, frame);
      var aside = asked ? placeAside(map, tag, labels.paths, taken, frame) : null;
      put(tag, aside || inside(tag, []), Boolean(aside));
    });
  }

  /** @param {L.Map} map @param {Mg.Tag} tag @param {DOMRect} frame */
  function isSeen(map, tag, frame) {
    var at = map.latLngToContainerPoint(tag.point);
    return at.x > 0 && at.y > 0 && at.x < frame.width && at.y < frame.height;
  }

  /** @param {HTMLElement} node @param {number} dx @param {number} dy */
  function shift(node, dx, dy) {
    node.style.transform = "translate(calc(-50% + " + Math.round(dx) + "px), calc(-50% + " +
      Math.round(dy) + "px))";
  }

  /** @param {L.Map} map @param {Mg.Outline[]} paths @param {Mg.Box} one */
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
  /** @param {L.Map} map @param {Mg.Label} label @param {Mg.Outline[]} paths @param {Mg.Box[]} taken @param {DOMRect} frame @param {Mg.Write} write */
  function placeNeighbour(map, label, paths, taken, frame, write) {
    var at = map.latLngToContainerPoint(label.point);
    var middle = map.latLngToContainerPoint(map.countryBounds.getCenter());
    var length = Math.hypot(at.x - middle.x, at.y - middle.y) || 1;
    for (var step = 0; step < 30; step += 1) {
      var dx = (at.x - middle.x) / length * step * 6, dy = (at.y - middle.y) / length * step * 6;
      var one = box(at.x + dx, at.y + dy, label.width, label.height);
      if (within(one, frame) && !overlaps(one, taken) && !inCountry(map, paths, one)) {
        taken.push(one);
        write(showNeighbour.bind(null, label, dx, dy));
        return;
      }
    }
    write(function () { label.node.classList.add("mg-hidden"); });
  }

  /** @param {Mg.Label} label @param {number} dx @param {number} dy */
  function showNeighbour(label, dx, dy) {
    shift(label.node, dx, dy);
    label.node.classList.remove("mg-hidden");
  }

  /** @param {string} side @param {L.Point} at @param {number} width @param {number} height */
  function boxOnSide(side, at, width, height) {
    var left = side === "right" ? at.x + ASIDE : side === "left" ? at.x - ASIDE - width : at.x - width / 2;
    var top = side === "above" ? at.y - ASIDE - height : side === "below" ? at.y + ASIDE : at.y - UP;
    return { left: left, top: top, right: left + width, bottom: top + height };
  }

  /** @param {L.Map} map @param {Mg.Town} town @param {Mg.Box[]} taken @param {DOMRect} frame @param {Mg.Write} write */
  function placeTown(map, town, taken, frame, write) {
    var others = taken.filter(function (one) { return one !== town.dot; }), mark = town.mark || town.make();
    var kind = town.own ? " mg-capital" : "", at = map.latLngToContainerPoint(town.point);
    var side = SIDES.filter(function (name) {
      var one = boxOnSide(name, at, town.width, town.height);
      return within(one, frame) && !overlaps(one, others);
    })[0];
    if (side) taken.push(boxOnSide(side, at, town.width, town.height));
    write(function () {
      mark.node.className = "mg-town-mark " +
        (side ? "mg-" + side + kind : town.own ? "mg-dot-only" + kind : "mg-hidden");
    });
  }

  /** @param {Mg.TownMark} mark */
  function hideTown(mark) { mark.node.className = "mg-town-mark mg-hidden"; }

  /* Boxes of what names give way to; each layer may have a function that lists its own. */
  /** @param {L.Map} map */
  function obstacles(map) {
    var known = map.obstacles || {};
    return mg.flat(Object.keys(known).map(function (name) { return known[name](); }));
  }

  mg.giveWay = function (map, name, boxes) {
    map.obstacles = map.obstacles || {};
    map.obstacles[name] = boxes;
    map.fire("mg:shown");
  };

  /* Whether a region is on the screen, and large enough for any name. */
  /** @param {L.Map} map @param {Mg.Tag} tag @param {DOMRect} frame */
  function isLarge(map, tag, frame) {
    var bounds = tag.path.getBounds();
    var low = map.latLngToContainerPoint(bounds.getSouthWest());
    var high = map.latLngToContainerPoint(bounds.getNorthEast());
    return high.x - low.x >= LEAST && low.y - high.y >= LEAST / 3 && high.x > 0 && low.y > 0 &&
      low.x < frame.width && high.y < frame.height;
  }

  /** @param {Mg.Tag[]} tags */
  function smallestFirst(tags) {
    /** @param {Mg.Tag} tag */
    function extent(tag) {
      var bounds = tag.path.getBounds();
      return (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());
    }
    return tags.slice().sort(function (one, other) { return extent(one) - extent(other); });
  }

  /* Texts change with the measure, the sizes of names with the width of the page. */
  /** @param {L.Map} map @param {Mg.Labels} labels @param {DOMRect} frame */
  function measure(map, labels, frame) {
    /** @type {Mg.Label[]} */ (labels.tags).concat(labels.neighbours).forEach(function (label) {
      label.width = label.node.offsetWidth;
      label.height = label.node.offsetHeight;
    });
    labels.towns.forEach(function (town) {
      if (!town.mark || town.measured === frame.width) return;
      town.measured = frame.width;
      town.width = town.mark.text.offsetWidth;
      town.height = town.mark.text.offsetHeight;
    });
    return Array.from(
      map.getContainer().querySelectorAll(".mg-callout, .leaflet-control"),
      function (node) { return relative(node, frame); }
    ).filter(function (one) { return one.right > one.left; }).concat(obstacles(map));
  }

  /** @param {L.Map} map @param {Mg.Town} town */
  function isNamed(map, town) {
    return town.own || town.near || map.getZoom() >= map.baseZoom + EXTRA_ZOOM;
  }

  /** @param {L.Map} map @param {Mg.Labels} labels */
  function arrange(map, labels) {
    var frame = map.getContainer().getBoundingClientRect();
    var writes = /** @type {(() => void)[]} */ ([]);
    labels.towns.forEach(function (town) {
      if (!town.mark && isNamed(map, town)) town.make();
    });
    var taken = measure(map, labels, frame);
    /** @param {() => void} change */
    function write(change) { writes.push(change); }
    var dots = labels.towns.filter(function (town) { return town.own; }).map(function (town) {
      var at = map.latLngToContainerPoint(town.point);
      town.dot = box(at.x, at.y, 2 * DOT, 2 * DOT);
      return town.dot;
    });
    var all = taken.concat(dots);
    placeTags(map, labels, all, frame, write);
    labels.neighbours.forEach(function (label) {
      placeNeighbour(map, label, labels.paths, all, frame, write);
    });
    labels.towns.forEach(function (town) {
      var mark = town.mark;
      if (isNamed(map, town)) placeTown(map, town, all, frame, write);
      else if (mark) write(hideTown.bind(null, mark));
    });
    writes.forEach(function (change) { change(); });
  }

  /* The labels of a map, placed again whenever it moves or shows something else. At first
     they wait until what they name is on the screen. */
  mg.labels = function (map) {
    if (map.labels) return map.labels;
    var waiting = false, frame = map.getContainer(), placed = false;
    /** @type {Mg.Labels} */
    var labels = map.labels = { tags: [], neighbours: [], towns: [], paths: [] };
    frame.classList.add("mg-unplaced");
    function place() {
      waiting = false;
      placed = true;
      if (!mg.alive(map)) return;
      arrange(map, labels);
      frame.classList.remove("mg-unplaced");
    }
    function soon() {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(function () {
        if (placed) place();
        else window.setTimeout(place, LATER);
      });
    }
    map.on("zoomend moveend resize mg:shown", soon);
    map.on("mg:place", place);
    soon();
    return labels;
  };

  mg.still = function (map, place, className, node, pane) {
    return L.marker(place, {
      pane: pane || "markerPane",
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: className, html: node, iconSize: undefined })
    }).addTo(map);
  };
})();
