/* Incidents, one by one: filters in the panel, groups on a canvas, cards by click. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var DAY = 86400000, LISTED = 24, SAME_PLACE = 1e-9, CLOSER = 1.5, REACH = 5;

  /* Months since year 0 of days since the first; -1 without a day. */
  /** @param {Mg.Numbers} days @param {number} first */
  function monthsOf(days, first) {
    var last = 0, months = new Int32Array(days.length), at;
    for (at = 0; at < days.length; at += 1) last = Math.max(last, days[at]);
    var byDay = new Int32Array(last + 1).fill(-1);
    for (at = 1; at <= last; at += 1) {
      var date = new Date((first + at - 1) * DAY);
      byDay[at] = date.getUTCFullYear() * 12 + date.getUTCMonth();
    }
    for (at = 0; at < days.length; at += 1) months[at] = byDay[days[at]];
    return months;
  }

  /* What the first paint needs; the days wait until a card or a filter asks for them. */
  /** @param {Mg.Incidents} data @param {Mg.IncidentMemory} memory */
  function start(data, memory) {
    var points = memory.points = /** @type {Mg.Points} */ (mg.places(data.places));
    var months = /** @type {Int32Array | null} */ (null);
    points.marks = mg.numbers(data.marks);
    points.day = mg.lazyNumbers(data.days);
    points.month = function (at) {
      if (!months) months = monthsOf(points.day.all(), data.days.first);
      return months[at];
    };
    memory.kinds = data.types.map(function () { return true; });
    memory.from = data.months[0];
    memory.until = data.months[1];
  }

  /** @param {Mg.Points} points @param {number} at */
  function kindOf(points, at) { return points.marks[at] >> 1; }

  /** @param {Mg.Incidents} data @param {Mg.IncidentMemory} memory */
  function filter(data, memory) {
    var points = memory.points, kept = new Int32Array(points.count), count = 0;
    var whole = memory.from === data.months[0] && memory.until === data.months[1];
    for (var at = 0; at < points.count; at += 1) {
      var month = whole ? 0 : points.month(at);
      if (!memory.kinds[kindOf(points, at)]) continue;
      if (!whole && (month < memory.from || month > memory.until)) continue;
      kept[count] = at;
      count += 1;
    }
    memory.kept = kept.subarray(0, count);
  }

  /** @param {Mg.Page} page @param {number} day */
  function dayText(page, day) {
    var date = new Date(day * DAY), number = date.getUTCDate();
    var text = page.language === "fr" && number === 1 ? "1er" : String(number);
    return [text, page.months[date.getUTCMonth()], date.getUTCFullYear()].join(" ");
  }

  /** @param {L.Map} map @param {Mg.Incidents} data @param {(at: number) => Mg.Pair[]} read @param {Mg.Points} points @param {number} at */
  function incidentCard(map, data, read, points, at) {
    var words = map.page.words, day = points.day.at(at);
    var date = day ? dayText(map.page, data.days.first + day - 1) : words["field.undated"];
    return [
      mg.el("h2", { text: data.types[kindOf(points, at)].name }),
      mg.fields(/** @type {Mg.Pair[]} */ ([[words["field.date"], date]]).concat(read(at)))
    ];
  }

  /** @param {Mg.Points} points @param {number} at */
  function placeOf(points, at) {
    return mg.placeOf(points.x[at] / points.steps, points.y[at] / points.steps);
  }

  /** @param {Mg.Points} points @param {number[]} members */
  function extent(points, members) {
    var bounds = L.latLngBounds([]);
    members.forEach(function (at) { bounds.extend(placeOf(points, at)); });
    return bounds;
  }

  /** @param {L.Map} map @param {Mg.Incidents} data @param {Mg.IncidentMemory} memory @param {Mg.Canvas} layer @returns {Mg.OpenGroup} */
  function opener(map, data, memory, layer) {
    var points = memory.points;
    var read = mg.reader(data.fields);
    return function (group, back) {
      var members = mg.members(points, memory.kept, layer.view, group);
      var bounds = extent(points, members);
      var same = bounds.getEast() - bounds.getWest() + bounds.getNorth() - bounds.getSouth() < SAME_PLACE;
      if (members.length > 1 && !same && map.getZoom() < map.getMaxZoom()) {
        var zoom = Math.max(map.getBoundsZoom(bounds.pad(0.1)), map.getZoom() + CLOSER);
        map.setView(bounds.getCenter(), Math.min(zoom, map.getMaxZoom()));
        return;
      }
      mg.openPopup(map, mg.pager(map, members, function (at) {
        return incidentCard(map, data, read, points, at);
      }), bounds.getCenter(), back);
    };
  }

  /** @param {L.Map} map @param {Mg.Incidents} data @param {Mg.IncidentMemory} memory @returns {Mg.Paint} */
  function painter(map, data, memory) {
    return function (context, view) {
      var points = memory.points, language = map.page.language;
      memory.groups = mg.gather(points, memory.kept, view, data.types.length);
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.font = "600 11px system-ui, sans-serif";
      memory.groups.slice().reverse().forEach(function (group) {
        var type = data.types[kindOf(points, group.first)];
        if (group.count === 1) mg.drawSign(context, type, group.x, group.y, (points.marks[group.first] & 1) === 1);
        else mg.drawRing(context, group, data.types, mg.number(group.count, language));
      });
      obstacles(map, memory.groups, view);
      if (memory.list) memory.list();
    };
  }

  /* Names give way to groups. */
  /** @param {L.Map} map @param {Mg.Group[]} groups @param {Mg.View} view */
  function obstacles(map, groups, view) {
    var shift = map.containerPointToLayerPoint([0, 0]).add(map.getPixelOrigin());
    mg.giveWay(map, "incidents", function () {
      return groups.map(function (group) {
        var x = group.x + view.x - shift.x, y = group.y + view.y - shift.y, reach = mg.radius(group);
        return { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
      });
    });
  }

  /** @param {Mg.Kind} type */
  function signSwatch(type) {
    var canvas = mg.el("canvas", { class: "mg-sign", width: "36", height: "36", "aria-hidden": "true" });
    var context = mg.brush(canvas);
    context.scale(2, 2);
    mg.drawSign(context, type, 9, 9, false);
    return canvas;
  }

  /** @param {L.Map} map @param {Mg.Incidents} data @param {Mg.IncidentMemory} memory @param {() => void} change */
  function typeBoxes(map, data, memory, change) {
    return mg.el("fieldset", { class: "mg-kinds" }, /** @type {Mg.Child[]} */ ([
      mg.el("legend", { class: "mg-unseen", text: map.page.words["incidents.types"] })
    ]).concat(data.types.map(function (type, at) {
      var box = mg.el("input", { type: "checkbox", on: { change: function () {
        memory.kinds[at] = box.checked;
        change();
      } } });
      box.checked = memory.kinds[at];
      return mg.el("label", {}, [
        box, signSwatch(type), mg.el("span", { text: type.name }),
        mg.el("small", { text: type.count })
      ]);
    })));
  }

  /** @param {L.Map} map @param {Mg.Incidents} data @param {Mg.IncidentMemory} memory @param {() => void} change */
  function monthSliders(map, data, memory, change) {
    var page = map.page, words = page.words, first = data.months[0], last = data.months[1];
    if (last <= first) return null;
    var label = mg.el("p", { class: "mg-span" });
    /** @param {number} month */
    function text(month) { return page.months[month % 12] + " " + Math.floor(month / 12); }
    function tell() {
      label.textContent = mg.fill(words["overlay.span"], { first: text(memory.from), last: text(memory.until) });
    }
    /** @param {string} key @param {"from" | "until"} name */
    function one(key, name) {
      return mg.slider({
        min: first, max: last, value: memory[name], label: words[key], text: text,
        change: function (value) {
          memory[name] = value;
          if (memory.from > memory.until) {
            memory.from = memory.until = value;
            from.value = until.value = String(value);
          }
          tell();
          change();
        }
      });
    }
    var from = one("overlay.from", "from"), until = one("overlay.until", "until");
    tell();
    return mg.el("fieldset", { class: "mg-months" }, [
      mg.el("legend", { class: "mg-unseen", text: words["incidents.months"] }), label, from, until
    ]);
  }

  /* The groups on the screen as buttons, for those who cannot point at a canvas. */
  /** @param {L.Map} map @param {Mg.Incidents} data @param {Mg.IncidentMemory} memory @param {Mg.OpenGroup} open */
  function groupList(map, data, memory, open) {
    var words = map.page.words, list = mg.el("ul", { class: "mg-groups" });
    var details = mg.el("details", {}, [mg.el("summary", { text: words["incidents.groups"] }), list]);
    memory.list = function () {
      mg.empty(list);
      if (!details.open) return;
      memory.groups.slice(0, LISTED).forEach(function (group) {
        var type = data.types[group.parts.indexOf(Math.max.apply(null, group.parts))].name;
        var count = mg.fill(words["incidents.group"], { count: mg.number(group.count, map.page.language) });
        var button = mg.el("button", { type: "button", text: group.count === 1 ? type : count + " \u00B7 " + type });
        button.addEventListener("click", function () { open(group, button); });
        list.appendChild(mg.el("li", {}, [button]));
      });
    };
    details.addEventListener("toggle", memory.list);
    return details;
  }

  mg.incidents = function (map, data, memory) {
    if (!memory.points) start(data, memory);
    filter(data, memory);
    var words = map.page.words, points = memory.points;
    var layer = new mg.Canvas(painter(map, data, memory), {
      pane: mg.pane(map, "mg-points", 620), label: words["incidents.canvas"]
    });
    var open = opener(map, data, memory, layer);
    var shown = mg.el("p", { class: "mg-unit", "aria-live": "polite" });
    function tell() {
      shown.textContent = mg.fill(words["incidents.count"], {
        shown: mg.number(memory.kept.length, map.page.language), all: mg.number(points.count, map.page.language)
      });
    }
    function change() {
      filter(data, memory);
      tell();
      layer.repaint();
    }
    tell();
    var undated = mg.fill(words["incidents.undated"], { count: data.undated });
    var parts = [
      shown, typeBoxes(map, data, memory, change), monthSliders(map, data, memory, change),
      groupList(map, data, memory, open), mg.remark(words["incidents.rings"]),
      data.coarse ? mg.remark(words["incidents.hollow"]) : null,
      data.undated ? mg.remark(undated) : null
    ];
    var body = mg.overlay(map, data.title, layer, memory);
    parts.forEach(function (part) { if (part) body.appendChild(part); });
    layer.on("remove", function () {
      mg.giveWay(map, "incidents", function () { return []; });
    });
    mg.catchClicks(map, layer, function (place) {
      return memory.groups.filter(function (group) {
        return Math.hypot(group.x - place.x, group.y - place.y) <= mg.radius(group) + REACH;
      })[0];
    }, open);
    mg.account(map, data);
  };
})();
