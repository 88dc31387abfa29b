/* The country in figures: what documents say of it, by programme, in a drawer and on paper. */
(function () {
  "use strict";

  var mg = window.maligeo;

  /* A number or the kind of a statement, what it is, when and where, and remarks. */
  /** @param {string} spoken @param {string[]} parts */
  function line(spoken, parts) {
    return mg.el("li", {}, [
      mg.el("b", { text: parts[0] }),
      mg.spoken(mg.el("span", { text: parts[1] }), parts[4], spoken),
      mg.el("span", { class: "mg-when", text: parts[2] }),
      parts[3] ? mg.el("small", { text: parts[3] }) : null
    ]);
  }

  /** @param {Mg.ResultGroup} group */
  function lines(group) {
    return mg.el("section", {}, [
      group.title ? mg.el("h3", { text: group.title }) : null,
      mg.el("ul", { class: "mg-lines" }, group.lines.map(line.bind(null, group.spoken))),
      mg.spoken(mg.el("p", { class: "mg-remark", text: group.source }), group.cited, group.spoken)
    ]);
  }

  /** @param {Mg.ResultSection} section */
  function folded(section) {
    return mg.el("details", { class: "mg-result" }, /** @type {Mg.Child[]} */ ([
      mg.el("summary", { text: section.title })
    ]).concat(section.groups.map(lines)));
  }

  /* On paper nothing is folded. */
  /** @param {L.Map} map @param {HTMLElement[]} parts */
  function unfoldOnPaper(map, parts) {
    var opened = /** @type {HTMLElement[]} */ ([]);
    function unfold() {
      opened = parts.filter(function (part) { return !part.hasAttribute("open"); });
      opened.forEach(function (part) { part.setAttribute("open", ""); });
    }
    function fold() {
      opened.forEach(function (part) { part.removeAttribute("open"); });
    }
    window.addEventListener("beforeprint", unfold);
    window.addEventListener("afterprint", fold);
    map.on("unload", function () {
      window.removeEventListener("beforeprint", unfold);
      window.removeEventListener("afterprint", fold);
    });
  }

  mg.results = function (map, data) {
    mg.drawer(map, "results", "country.title", "country.button", function () {
      var parts = data.sections.map(folded);
      unfoldOnPaper(map, parts);
      return /** @type {HTMLElement[]} */ ([mg.el("p", { text: map.page.words["country.intro"] })]).concat(parts);
    });
    if (map.regions) map.regions.publish(data.units);
  };
})();
