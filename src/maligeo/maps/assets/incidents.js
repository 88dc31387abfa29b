/* Incidents, one by one: filters in the panel, groups on a canvas, cards by click. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var DAY = 86400000, LISTED = 24, SAME_PLACE = 1e-9, CLOSER = 1.5, REACH = 5;

  /* Months since year 0 of days since the first; -1 without a day. */
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

  function decode(data) {
    var points = mg.places(data.places), marks = mg.numbers(data.marks), count = points.count;
    var kind = new Uint16Array(count), coarse = new Uint8Array(count);
    for (var at = 0; at < count; at += 1) {
      kind[at] = marks[at] >> 1;
      coarse[at] = marks[at] & 1;
    }
    points.kind = kind;
    points.coarse = coarse;
    points.day = mg.numbers(data.days);
    return span(points, monthsOf(points.day, data.days.first));
  }

  /* First and last month, and how many points have none. */
  function span(points, months) {
    var first = Infinity, last = -1, undated = 0, count = months.length;
    for (var at = 0; at < count; at += 1) {
      var month = months[at];
      if (month < 0) undated += 1;
      else if (month < first) first = month;
      if (month > last) last = month;
    }
    points.month = months;
    points.firstMonth = first;
    points.lastMonth = last;
    points.undated = undated;
    return points;
  }

  function start(data, memory) {
    memory.points = decode(data);
    memory.kinds = data.types.map(function () { return true; });
    memory.from = memory.points.firstMonth;
    memory.until = memory.points.lastMonth;
  }

  function filter(memory) {
    var points = memory.points, kept = new Int32Array(points.count), count = 0;
    var whole = memory.from === points.firstMonth && memory.until === points.lastMonth;
    if (whole && memory.kinds.every(Boolean)) {
      memory.kept = kept.map(function (none, at) { return at; });
      return;
    }
    for (var at = 0; at < points.count; at += 1) {
      var month = points.month[at];
      if (!memory.kinds[points.kind[at]]) continue;
      if (month < 0 ? !whole : month < memory.from || month > memory.until) continue;
      kept[count] = at;
      count += 1;
    }
    memory.kept = kept.subarray(0, count);
  }

  function dayText(page, day) {
    var date = new Date(day * DAY), number = date.getUTCDate();
    var text = page.language === "fr" && number === 1 ? "1er" : String(number);
    return [text, page.months[date.getUTCMonth()], date.getUTCFullYear()].join(" ");
  }

  function incidentCard(map, data, read, points, at) {
    var words = map.page.words, day = points.day[at];
    var date = day ? dayText(map.page, data.days.first + day - 1) : words["field.undated"];
    return [
      mg.el("h2", { text: data.types[points.kind[at]].name }),
      mg.fields([[words["field.date"], date]].concat(read(at)))
    ];
  }

  function placeOf(points, at) {
    return mg.placeOf(points.x[at] / points.steps, points.y[at] / points.steps);
  }

  function extent(points, members) {
    var bounds = L.latLngBounds([]);
    members.forEach(function (at) { bounds.extend(placeOf(points, at)); });
    return bounds;
  }

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

  function painter(map, data, memory) {
    return function (context, view) {
      var points = memory.points, language = map.page.language;
      memory.groups = mg.gather(points, memory.kept, view, data.types.length);
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.font = "600 11px system-ui, sans-serif";
      memory.groups.slice().reverse().forEach(function (group) {
        var type = data.types[points.kind[group.first]];
        if (group.count === 1) mg.drawSign(context, type, group.x, group.y, points.coarse[group.first]);
        else mg.drawRing(context, group, data.types, mg.number(group.count, language));
      });
      obstacles(map, memory.groups, view);
      if (memory.list) memory.list();
    };
  }

  /* Names give way to groups. */
  function obstacles(map, groups, view) {
    var shift = map.containerPointToLayerPoint([0, 0]).add(map.getPixelOrigin());
    mg.giveWay(map, "incidents", function () {
      return groups.map(function (group) {
        var x = group.x + view.x - shift.x, y = group.y + view.y - shift.y, reach = mg.radius(group);
        return { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
      });
    });
  }

  function signSwatch(type) {
    var canvas = mg.el("canvas", { class: "mg-sign", width: "36", height: "36", "aria-hidden": "true" });
    var context = canvas.getContext("2d");
    context.scale(2, 2);
    mg.drawSign(context, type, 9, 9, false);
    return canvas;
  }

  function typeBoxes(map, data, memory, change) {
    var counts = data.types.map(function () { return 0; });
    memory.points.kind.forEach(function (kind) { counts[kind] += 1; });
    return mg.el("fieldset", { class: "mg-kinds" }, [
      mg.el("legend", { class: "mg-unseen", text: map.page.words["incidents.types"] })
    ].concat(data.types.map(function (type, at) {
      var box = mg.el("input", { type: "checkbox", on: { change: function () {
        memory.kinds[at] = box.checked;
        change();
      } } });
      box.checked = memory.kinds[at];
      return mg.el("label", {}, [
        box, signSwatch(type), mg.el("span", { text: type.name }),
        mg.el("small", { text: mg.number(counts[at], map.page.language) })
      ]);
    })));
  }

  function monthSliders(map, memory, change) {
    var page = map.page, words = page.words, points = memory.points;
    if (points.lastMonth <= points.firstMonth) return null;
    var label = mg.el("p", { class: "mg-span" });
    function text(month) { return page.months[month % 12] + " " + Math.floor(month / 12); }
    function tell() {
      label.textContent = mg.fill(words["overlay.span"], { first: text(memory.from), last: text(memory.until) });
    }
    function one(key, name) {
      return mg.slider({
        min: points.firstMonth, max: points.lastMonth, value: memory[name], label: words[key], text: text,
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
  function groupList(map, data, memory, layer, open) {
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
    filter(memory);
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
      filter(memory);
      tell();
      layer.repaint();
    }
    tell();
    var undated = mg.fill(words["incidents.undated"], { count: mg.number(points.undated, map.page.language) });
    var parts = [
      shown, typeBoxes(map, data, memory, change), monthSliders(map, memory, change),
      groupList(map, data, memory, layer, open), mg.remark(words["incidents.rings"]),
      points.coarse.indexOf(1) < 0 ? null : mg.remark(words["incidents.hollow"]),
      points.undated ? mg.remark(undated) : null
    ];
    var body = mg.overlay(map, data.title, layer, memory);
    parts.filter(Boolean).forEach(function (part) { body.appendChild(part); });
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
