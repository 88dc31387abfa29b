/* Drawers over the map: the table of programmes, and sources and limits. */
(function () {
  "use strict";

  var mg = window.maligeo;

  /** @param {L.Map} map @param {Mg.Drawer | null} kept */
  function shutOthers(map, kept) {
    (map.page.drawers || []).forEach(function (one) {
      if (one !== kept) one.set(false);
    });
  }

  /* Add a drawer and the button that opens it. `fill` makes its content when it is first
     opened; sources and limits are the last of all. */
  mg.drawer = function (map, name, titleKey, buttonKey, fill) {
    var words = map.page.words, id = "mg-drawer-" + name;
    var close = mg.el("button", { type: "button", class: "mg-close", "aria-label": words["page.close"], text: "\u00D7" });
    var title = mg.el("h2", { id: id + "-title", text: words[titleKey] });
    var body = mg.el("div", { class: "mg-drawer-body", tabindex: "0" });
    body.setAttribute("aria-labelledby", id + "-title");
    body.setAttribute("role", "region");
    var box = mg.el("section", { id: id, class: "mg-drawer mg-drawer-" + name, hidden: true }, [
      mg.el("div", { class: "mg-drawer-head" }, [title, close]), body
    ]);
    var button = mg.el("button", {
      type: "button", class: "mg-open mg-open-" + name, "aria-expanded": "false", "aria-controls": id,
      text: words[buttonKey]
    });
    /** @type {Mg.Drawer} */
    var made = {
      set: function (open) {
        if (open && !body.firstChild) fill().forEach(function (part) { body.appendChild(part); });
        box.hidden = !open;
        button.setAttribute("aria-expanded", String(open));
      }
    };
    function leave() {
      made.set(false);
      button.focus();
    }
    button.addEventListener("click", function () {
      var open = Boolean(box.hidden);
      shutOthers(map, made);
      made.set(open);
      if (open) body.focus({ preventScroll: true });
    });
    close.addEventListener("click", leave);
    box.addEventListener("keydown", function (event) {
      if (event.key === "Escape") leave();
    });
    map.page.drawers = (map.page.drawers || []).concat([made]);
    map.page.stage.appendChild(box);
    var last = map.page.buttons.querySelector(".mg-open-notes") || map.page.buttons.lastChild;
    map.page.buttons.insertBefore(button, last);
  };

  /* The name of a region leads to it. */
  /** @param {L.Map} map @param {Mg.PresenceRow} row @param {number} at */
  function presenceName(map, row, at) {
    var regions = map.regions;
    if (!row.unit || !regions) return mg.el("span", { text: row.name });
    var button = mg.el("button", { type: "button", class: "mg-link" }, [mg.el("span", { text: row.name })]);
    var show = regions.select.bind(null, at, null);
    button.addEventListener("click", function () {
      shutOthers(map, null);
      show();
    });
    return button;
  }

  /* A cell leads to the projects that it counts, which stand below their row; where it counts
     none, to those that have no more than an office there. */
  /** @param {L.Map} map @param {Mg.Presence} data @param {number} at @param {number} column */
  function presenceCell(map, data, at, column) {
    var row = data.rows[at], key = data.keys[column], name = data.columns[column];
    var words = map.page.words, said = row.cells[column] || words["presence.office"];
    var text = mg.el("span", { text: row.cells[column] || words["presence.empty"] });
    var listing = mg.listing(map, function (place) {
      var project = /** @type {Mg.Named} */ (map.named).projects[place.project];
      var here = row.unit ? place.unit === at : place.unit === null && place.kind === row.kind;
      if (!here || !place.counted || !row.cells[column] && place.reach !== "office") return false;
      return (project.keys[data.by] || []).indexOf(key) >= 0;
    });
    if (!listing) return text;
    var shown = listing;
    var button = mg.el("button", {
      type: "button", class: "mg-link", "aria-expanded": "false",
      "aria-label": [row.name, name, said].join(", "), text: said
    });
    button.addEventListener("click", function () {
      var open = button.getAttribute("aria-expanded") === "true";
      var own = /** @type {HTMLElement} */ (button.closest("tr")), table = /** @type {HTMLElement} */ (own.parentNode);
      table.querySelectorAll(".mg-opened").forEach(function (one) { one.remove(); });
      table.querySelectorAll("[aria-expanded=true]").forEach(function (one) {
        one.setAttribute("aria-expanded", "false");
      });
      if (open) return;
      button.setAttribute("aria-expanded", "true");
      own.after(mg.el("tr", { class: "mg-opened" }, [
        mg.el("td", { colspan: String(data.columns.length + 1) }, [mg.el("h3", { text: row.name + " \u00B7 " + name }), shown])
      ]));
    });
    return button;
  }

  /** @param {L.Map} map @param {Mg.Presence} data @param {number} at */
  function presenceRow(map, data, at) {
    var words = map.page.words, row = data.rows[at], columns = data.columns, focus = data.focus;
    var className = row.unit ? (row.empty ? "mg-none" : null) : "mg-apart";
    if (row.unit && mg.inFocus(focus, at)) className = (className || "") + " mg-this";
    var name = mg.el("th", { scope: "row" }, [
      presenceName(map, row, at),
      row.empty ? mg.el("small", { text: words["presence.none"] }) : null
    ]);
    var cells = row.cells.map(function (cell, column) {
      return mg.el("td", { class: cell ? "mg-has" : null, title: columns[column] }, [
        presenceCell(map, data, at, column)
      ]);
    });
    return mg.el("tr", { class: className }, [name].concat(cells));
  }

  /** @param {L.Map} map @param {Mg.Presence} data */
  function presenceTable(map, data) {
    var words = map.page.words;
    var head = [mg.el("th", { scope: "col", text: words["presence.region"] })].concat(
      data.columns.map(function (name) { return mg.el("th", { scope: "col", text: name }); })
    );
    var rows = data.rows.map(function (row, at) { return presenceRow(map, data, at); });
    return [
      mg.el("table", { class: "mg-presence" }, [
        mg.el("thead", {}, [mg.el("tr", {}, head)]), mg.el("tbody", {}, rows)
      ]),
      mg.el("p", { class: "mg-remark", text: words["presence.intro"] })
    ];
  }

  mg.presence = function (map, data) {
    mg.drawer(map, "presence", "presence.title_" + data.by, "presence.button_" + data.by, function () {
      return presenceTable(map, data);
    });
  };

  /** @param {[string, string]} entry */
  function item(entry) {
    var children = /** @type {Node[]} */ ([mg.el("span", { text: entry[0] })]);
    if (/^https?:\/\//.test(entry[1])) {
      children.push(document.createTextNode(" "));
      children.push(mg.el("a", { href: entry[1], rel: "noreferrer noopener", target: "_blank", text: entry[1] }));
    }
    return mg.el("li", {}, children);
  }

  /** @param {string[][]} rows */
  function grid(rows) {
    if (!rows.length) return null;
    var head = rows[0].map(function (cell) { return mg.el("th", { scope: "col", text: cell }); });
    var body = rows.slice(1).map(function (row) {
      return mg.el("tr", {}, row.map(function (cell) { return mg.el("td", { text: cell }); }));
    });
    return mg.el("table", { class: "mg-grid" }, [
      mg.el("thead", {}, [mg.el("tr", {}, head)]), mg.el("tbody", {}, body)
    ]);
  }

  /** @param {Mg.Section} section */
  function noteSection(section) {
    return mg.el("section", {}, /** @type {Mg.Child[]} */ ([mg.el("h3", { text: section.title })]).concat(
      section.paragraphs.map(function (text) { return mg.el("p", { text: text }); }),
      [grid(section.grid)],
      [section.items.length ? mg.el("ul", {}, section.items.map(item)) : null]
    ));
  }

  mg.notes = function (map, sections) {
    sections.forEach(function (section) { mg.note(map, section); });
  };

  /* Add a section to the drawer of sources and limits. */
  mg.note = function (map, section) {
    var page = map.page, notes = page.notes || [];
    if (!page.notes) {
      page.notes = notes;
      mg.drawer(map, "notes", "notes.title", "notes.button", function () { return notes.map(noteSection); });
    }
    notes.push(section);
  };
})();
