/* The card of a region, in a popup and, on the map of one region, in the panel. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var EDGE = 12, LOWEST = 120; /* pixels: around a card, and its least height */

  /** @param {Mg.Reading} figure @param {string | undefined} name @param {boolean} first */
  function figureRow(figure, name, first) {
    return mg.el("tr", { class: first ? "mg-first" : "mg-more" }, [
      mg.el("th", { scope: "row", text: name }),
      mg.el("td", {}, [
        figure.detail ? mg.el("small", { text: figure.detail + " " }) : null,
        mg.el("span", { text: figure.value })
      ])
    ]);
  }

  /* A measure with several periods has a line of its own above them. */
  mg.figures = function (measures) {
    var rows = /** @type {HTMLElement[]} */ ([]);
    measures.forEach(function (measure) {
      if (measure.periods.length === 1) {
        rows.push(figureRow(measure.periods[0], measure.name, true));
        return;
      }
      rows.push(mg.el("tr", { class: "mg-first" }, [
        mg.el("th", { colspan: "2", scope: "rowgroup", text: measure.name })
      ]));
      measure.periods.forEach(function (period) {
        rows.push(figureRow(period, period.label, false));
      });
    });
    return mg.el("table", { class: "mg-figures" }, [mg.el("tbody", {}, rows)]);
  };

  mg.cardList = function (title, items) {
    if (!items.length) return null;
    return mg.el("div", { class: "mg-card-list" }, [
      mg.el("h3", { text: title }),
      mg.el("ul", {}, items.map(function (item) { return mg.el("li", { text: item }); }))
    ]);
  };

  mg.cardNotes = function (words, card) {
    return [
      mg.cardList(words["country.card"], card.published || []),
      mg.cardList(words["popup.notes"], card.notes),
      mg.cardList(words["popup.sources"], card.sources)
    ];
  };

  /* The finding on a unit, and what is known of it in a sentence. */
  mg.lead = function (texts) {
    if (!texts.length) return null;
    return mg.el("div", { class: "mg-lead" }, texts.map(function (text, at) {
      return mg.el(at ? "p" : "b", { text: text });
    }));
  };

  mg.card = function (words, card) {
    return mg.el("div", { class: "mg-card", tabindex: "-1" }, /** @type {Mg.Child[]} */ ([
      mg.el("h2", { text: card.name }),
      mg.el("p", { class: "mg-code", text: card.code }),
      mg.lead(card.lead || []),
      mg.figures(card.figures),
      card.listing ? card.listing() : null
    ]).concat(mg.cardNotes(words, card)));
  };

  /* A table of labels and texts, without those that are missing. */
  mg.fields = function (pairs) {
    var rows = pairs.filter(function (pair) { return pair[1] !== null && pair[1] !== ""; });
    return mg.el("table", { class: "mg-figures mg-fields" }, [mg.el("tbody", {}, rows.map(function (pair) {
      return mg.el("tr", { class: "mg-first" }, [
        mg.el("th", { scope: "row", text: pair[0] }), mg.el("td", {}, [mg.el("span", { text: pair[1] })])
      ]);
    }))]);
  };

  /* Give a function that reads the labels and texts of a record from packed fields. */
  mg.reader = function (fields) {
    var columns = fields.map(function (field) { return mg.texts(field.column); });
    return function (at) {
      return fields.map(function (field, column) { return [field.label, columns[column](at)]; });
    };
  };

  /* The cards of several incidents at one place, one after another. */
  mg.pager = function (map, members, draw) {
    var words = map.page.words, shown = 0, body = mg.el("div", {});
    var place = mg.el("span", { "aria-live": "polite" });
    /** @param {number} step */
    function go(step) {
      shown = (shown + step + members.length) % members.length;
      mg.empty(body);
      draw(members[shown]).forEach(function (part) { body.appendChild(part); });
      place.textContent = mg.fill(words["pager.place"], {
        at: mg.number(shown + 1, map.page.language), all: mg.number(members.length, map.page.language)
      });
    }
    /** @param {string} key @param {string} sign @param {number} step */
    function button(key, sign, step) {
      return mg.el("button", {
        type: "button", class: "mg-step", "aria-label": words[key], text: sign,
        on: { click: function () { go(step); } }
      });
    }
    go(0);
    var bar = members.length === 1 ? null : mg.el("div", { class: "mg-pager" }, [
      button("pager.previous", "\u2039", -1), place, button("pager.next", "\u203A", 1)
    ]);
    return mg.el("div", { class: "mg-card", tabindex: "-1" }, [bar, body]);
  };

  /* Move the map for a card; when the card is closed the map goes back to where it was. */
  mg.lookAt = function (map, move) {
    var kept = map.kept || mg.viewOf(map);
    move();
    map.kept = kept;
  };

  mg.frame = function (map, path) {
    mg.lookAt(map, function () { map.fitBounds(path.getBounds().pad(0.25), { animate: false }); });
  };

  mg.goBack = function (map) {
    var kept = map.kept;
    delete map.kept;
    if (!kept || !mg.alive(map)) return;
    map.setView(kept.center, kept.zoom, { animate: false });
    map.moved = kept.moved;
  };

  /* A reader who moves on while a card is open stays there when it is closed. */
  /** @param {L.Map} map */
  function followReader(map) {
    var forCard = false;
    map.followed = true;
    map.on("autopanstart", function () { forCard = true; });
    map.on("moveend", function () { forCard = false; });
    map.on("movestart", function () { if (!forCard) delete map.kept; });
  }

  /* What the controls that stay visible take at the top and on the right. */
  /** @param {L.Map} map @param {string} selector @param {"offsetHeight" | "offsetWidth"} side */
  function taken(map, selector, side) {
    var part = /** @type {HTMLElement | null} */ (map.getContainer().querySelector(selector));
    return part && getComputedStyle(part).visibility === "visible" ? part[side] + EDGE : 0;
  }

  /* Open a popup at a place; `back` is the element that had the focus. */
  mg.openPopup = function (map, content, place, back) {
    var size = map.getSize(), words = map.page.words, box = map.getContainer();
    if (!map.followed) followReader(map);
    mg.lookAt(map, function () { box.classList.add("mg-has-card"); });
    var top = taken(map, ".mg-search-field", "offsetHeight"), right = taken(map, ".mg-overview", "offsetWidth");
    var popup = L.popup({
      className: "mg-popup",
      minWidth: Math.min(270, size.x - 70),
      maxWidth: Math.min(340, size.x - 50),
      maxHeight: Math.max(LOWEST, Math.min(430, size.y - 90 - top)),
      autoPanPaddingTopLeft: [EDGE, EDGE + top],
      autoPanPaddingBottomRight: [EDGE + right, EDGE]
    }).setLatLng(place).setContent(content);
    popup.on("remove", function () {
      if (map.card === popup) delete map.card;
      /* The click that closes a card may open the next one. */
      Promise.resolve().then(function () {
        if (map.card) return;
        box.classList.remove("mg-has-card");
        mg.goBack(map);
      });
      if (back && document.body.contains(back)) back.focus({ preventScroll: true });
    });
    popup.openOn(map);
    map.card = popup;
    var node = /** @type {HTMLElement} */ (popup.getElement());
    var close = node.querySelector(".leaflet-popup-close-button");
    if (close) {
      close.setAttribute("aria-label", words["popup.close"]);
      close.setAttribute("title", words["popup.close"]);
    }
    var scrolled = node.querySelector(".leaflet-popup-scrolled");
    if (scrolled) scrolled.setAttribute("tabindex", "0"); /* so that keys can scroll it */
    content.focus({ preventScroll: true });
  };

  mg.openCard = function (map, card, place, back) {
    mg.openPopup(map, mg.card(map.page.words, card), place, back);
  };
})();
