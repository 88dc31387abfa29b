/* The panel: choice of measure and period, legend, and balance of what is not placed. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var FEW_PERIODS = 4, FEW_MEASURES = 8, EACH = 1600; /* milliseconds for a period */
  /** @type {("derived" | "low")[]} */
  var MARKS = ["derived", "low"];

  mg.section = function (map, className, titleKey) {
    var body = mg.el("div", { class: "mg-body" });
    var part = mg.el("section", { class: "mg-part " + className }, [
      mg.el("h2", { text: map.page.words[titleKey] }),
      body
    ]);
    map.page.side.appendChild(part);
    return body;
  };

  mg.radios = function (map, name, titleKey, choices, choose) {
    var field = /** @type {Mg.ChoiceField} */ (mg.el("fieldset", { class: "mg-part mg-choice mg-" + name }, [
      mg.el("legend", { text: map.page.words[titleKey] })
    ]));
    field.add = function (choice, at) {
      var input = mg.el("input", {
        type: "radio",
        name: "mg-" + name,
        value: String(at),
        on: { change: function () { choose(at); } }
      });
      field.appendChild(mg.el("label", {}, [input, mg.el("span", { text: choice })]));
    };
    choices.forEach(field.add);
    return field;
  };

  /* Many measures are a list that opens, by what they are about. */
  /** @param {L.Map} map @param {Mg.Layer[]} layers @param {(at: number) => void} choose */
  function measureList(map, layers, choose) {
    var title = map.page.words["control.measure"];
    var list = mg.el("select", { "aria-label": title, on: { change: function () { choose(Number(list.value)); } } });
    /** @type {Record<string, HTMLElement>} */
    var groups = {};
    var field = /** @type {Mg.ChoiceField} */ (mg.el("fieldset", { class: "mg-part mg-choice mg-measure" }, [
      mg.el("legend", { text: title }), list
    ]));
    field.add = function (choice, at) {
      var name = layers[at].group;
      groups[name] = groups[name] || list.appendChild(mg.el("optgroup", { label: name }));
      groups[name].appendChild(mg.el("option", { value: String(at), text: choice }));
    };
    layers.forEach(function (layer, at) { field.add(layer.layer, at); });
    return field;
  }

  /** @param {L.Map} map @param {Mg.Layer[]} layers @param {(at: number) => void} choose */
  function measureChoice(map, layers, choose) {
    if (layers.length > FEW_MEASURES) return measureList(map, layers, choose);
    return mg.radios(map, "measure", "control.measure", layers.map(function (layer) {
      return layer.layer;
    }), choose);
  }

  mg.check = function (field, at) {
    var inputs = field.querySelectorAll("input"), list = field.querySelector("select");
    if (list) list.value = String(at);
    else if (inputs[0].type === "range") inputs[0].value = String(at);
    else inputs[at].checked = true;
  };

  /* Many periods are a slider; its label says which one is shown. */
  /** @param {L.Map} map @param {Mg.Period[]} periods @param {(at: number) => void} choose */
  function periodSlider(map, periods, choose) {
    var label = mg.el("p", { class: "mg-span" });
    /** @param {number} at */
    function text(at) { return label.textContent = periods[at].label; }
    var title = map.page.words["control.period"];
    var slider = mg.slider({
      min: 0, max: periods.length - 1, value: periods.length - 1, label: title, text: text, change: choose
    });
    var field = /** @type {Mg.PeriodField} */ (mg.el("fieldset", { class: "mg-part mg-choice mg-period-slider" }, [
      mg.el("legend", { text: title }), label, slider
    ]));
    field.tell = text;
    return field;
  }

  /** @param {L.Map} map @param {Mg.Period[]} periods @param {(at: number) => void} choose */
  function periodChoice(map, periods, choose) {
    if (periods.length < 2) return null;
    if (periods.length > FEW_PERIODS) return periodSlider(map, periods, choose);
    return mg.radios(map, "period", "control.period", periods.map(function (period) {
      return period.label;
    }), choose);
  }

  /* Show one period after the other and stop at the last; for readers who want no motion the
     button goes on by one. `at` gives the period that is shown. */
  /** @param {L.Map} map @param {number} count @param {() => number} at @param {(at: number) => void} choose */
  function player(map, count, at, choose) {
    var words = map.page.words, timer = 0;
    var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    var button = mg.el("button", { type: "button", class: "mg-play" });
    /** @param {boolean} on */
    function set(on) {
      window.clearInterval(timer);
      timer = on ? window.setInterval(step, EACH) : 0;
      button.textContent = on ? "\u275A\u275A " + words["control.pause"]
        : "\u25B6 " + words[still ? "control.next" : "control.play"];
    }
    function step() {
      if (!document.body.contains(button)) {
        set(false);
        return;
      }
      choose((at() + 1) % count);
      if (timer && at() === count - 1) set(false);
    }
    button.addEventListener("click", function () {
      if (timer) {
        set(false);
        return;
      }
      set(!still);
      step();
    });
    set(false);
    return { button: button, stop: function () { set(false); } };
  }

  mg.swatch = function (layer, index) {
    var swatch = mg.el("span", { class: "mg-swatch", "aria-hidden": "true" });
    if (index < 0) swatch.classList.add("mg-missing");
    else swatch.style.backgroundColor = layer.fills[index + 1];
    if ((layer.dotted || []).indexOf(index) >= 0) swatch.classList.add("mg-dotted");
    return swatch;
  };

  /* The classes of a layer, and what its signs mean; `marks` says which signs occur. */
  mg.legend = function (map, body, layer, marks) {
    mg.empty(body);
    body.appendChild(mg.el("p", { class: "mg-unit", text: layer.unit }));
    var list = mg.el("ul", { class: "mg-classes" });
    layer.legend.forEach(function (entry) {
      list.appendChild(mg.el("li", {}, [
        mg.swatch(layer, entry.index),
        mg.el("span", { text: entry.label }),
        entry.note ? mg.el("small", { text: entry.note }) : null
      ]));
    });
    body.appendChild(list);
    if (marks.why) body.appendChild(mg.remark(marks.why));
    if (layer.extra) layer.extra(body);
    MARKS.forEach(function (key) {
      if (marks[key]) body.appendChild(mg.remark(map.page.words["legend." + key]));
    });
  };

  mg.remarks = function (body, remarks) {
    mg.empty(body);
    remarks.filter(Boolean).forEach(function (remark) {
      body.appendChild(mg.el("p", { class: "mg-remark", text: remark }));
    });
  };

  mg.balance = function (body, content) {
    var rows = content.lines.map(function (line) {
      return mg.el("tr", { class: line.strong ? "mg-total" : null }, [
        mg.el("th", { scope: "row", text: line.label }),
        mg.el("td", { text: line.value })
      ]);
    });
    if (rows.length) body.appendChild(mg.el("table", { class: "mg-sums" }, [mg.el("tbody", {}, rows)]));
    content.notes.forEach(function (note) {
      body.appendChild(mg.el("p", { class: "mg-remark", text: note }));
    });
  };

  /* On a phone the unit is left to the legend. */
  mg.subtitle = function (node, unit, parts) {
    mg.empty(node);
    node.appendChild(mg.el("span", { class: "mg-subtitle-unit", text: unit + " \u00B7 " }));
    node.appendChild(mg.el("span", { text: parts.filter(Boolean).join(" \u00B7 ") }));
  };

  /* On the map of one region its figures stand in the panel. */
  /** @param {L.Map} map @param {Mg.Card} card */
  function focusPart(map, card) {
    var words = map.page.words;
    var title = mg.fill(words["region.figures"], { name: card.name });
    map.page.finding = mg.el("div", {});
    map.page.published = mg.el("div", {});
    map.page.side.appendChild(mg.el("section", { class: "mg-part mg-region" }, /** @type {Mg.Child[]} */ ([
      mg.el("h2", { text: title }), map.page.finding, mg.figures(card.figures), map.page.published
    ]).concat(mg.cardNotes(words, card))));
  }

  /* The one unit that a map is about, where it is about one alone. */
  /** @param {number[] | null} focus */
  function theOne(focus) {
    return focus !== null && focus.length === 1 ? /** @type {number} */ (focus[0]) : null;
  }

  /* Findings stand in the cards, that of the one region in the panel too. */
  mg.findings = function (map, data, texts) {
    data.cards.forEach(function (one, at) { one.lead = texts[at]; });
    var at = theOne(data.focus), found = at === null ? null : mg.lead(texts[at]);
    if (found && map.page.finding) mg.empty(map.page.finding).appendChild(found);
  };

  /* So does what documents say of units. */
  mg.publish = function (map, data, texts) {
    data.cards.forEach(function (one, at) { one.published = texts[at]; });
    var at = theOne(data.focus);
    if (at === null || !map.page.published) return;
    var found = mg.cardList(map.page.words["country.card"], texts[at]);
    if (found) mg.empty(map.page.published).appendChild(found);
  };

  /* So do lists of projects. */
  mg.listings = function (map, data, make) {
    data.cards.forEach(function (one, at) { one.listing = make.bind(null, at); });
    var at = theOne(data.focus), listing = at === null ? null : make(at);
    if (listing) mg.find(map.page.side, ".mg-region").appendChild(listing);
  };

  /* Build the panel for `layers`; give a function that shows a layer and period in it. */
  mg.panel = function (map, layers, card, choose) {
    var side = map.page.side;
    var measures = measureChoice(map, layers, function (at) {
      choose(at, null);
      if (mg.isPhone()) side.scrollTop = 0; /* there the legend and the sentences lie above */
    });
    side.appendChild(measures);
    var periodBox = mg.el("div", { class: "mg-periods" });
    side.appendChild(periodBox);
    if (card) focusPart(map, card);
    var legendBody = mg.section(map, "mg-legend", "legend.title");
    side.appendChild(map.page.overlays = mg.el("div", { class: "mg-overlays" }));
    var balanceBody = mg.section(map, "mg-balance", "unplaced.title");
    var aboutBody = mg.section(map, "mg-about", "about.title");
    var shown = -1, now = 0, field = /** @type {Mg.PeriodField | null} */ (null);
    /** @param {number} layerAt @param {number} periodAt */
    function show(layerAt, periodAt) {
      var layer = layers[layerAt], period = layer.periods[periodAt];
      mg.check(measures, layerAt);
      if (shown !== layerAt) {
        mg.empty(periodBox);
        field = periodChoice(map, layer.periods, function (at) { choose(layerAt, at); });
        if (field) {
          var play = player(map, layer.periods.length, function () { return now; }, function (at) { choose(layerAt, at); });
          field.addEventListener("input", play.stop);
          periodBox.append(field, play.button);
        }
        shown = layerAt;
      }
      now = periodAt;
      if (field) mg.check(field, periodAt);
      if (field && field.tell) field.tell(periodAt);
      mg.legend(map, legendBody, layer, period);
      mg.balance(mg.empty(balanceBody), period.balance);
      mg.remarks(aboutBody, [
        layer.about, layer.periods.length > 1 ? map.page.words["legend.same"] : ""
      ]);
      var place = map.page.place || (card && card.name);
      map.page.title.textContent = place
        ? mg.fill(map.page.words["region.title"], { name: place, title: layer.title })
        : layer.title;
      mg.subtitle(map.page.subtitle, layer.unit, [period.label, period.publisher]);
    }
    /** @param {Mg.Layer} layer */
    show.add = function (layer) { measures.add(layer.layer, layers.indexOf(layer)); };
    return show;
  };
})();
