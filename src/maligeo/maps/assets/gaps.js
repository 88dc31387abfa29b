/* Need and response: a measure of its own, whose units are listed by class. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var SVG = "http://www.w3.org/2000/svg", STEP = 6;

  /** @param {string} name @param {{ [name: string]: string | number }} attributes @param {Element} parent */
  function draw(name, attributes, parent) {
    var node = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, String(attributes[key])); });
    parent.appendChild(node);
    return node;
  }

  /* White dots on the colours of the findings that are not certain. */
  /** @param {Mg.GapLayer} layer */
  function patterns(layer) {
    var home = /** @type {Element} */ (document.querySelector(".mg-patterns"));
    /** @param {string} id @param {string} colour */
    function pattern(id, colour) {
      if (document.getElementById(id)) return;
      var made = draw("pattern", { id: id, width: STEP, height: STEP, patternUnits: "userSpaceOnUse" }, home);
      draw("rect", { width: STEP, height: STEP, fill: colour }, made);
      draw("circle", { cx: STEP / 2, cy: STEP / 2, r: 1.4, fill: "#ffffff" }, made);
    }
    layer.dotted.forEach(function (index) {
      pattern(mg.dots(index, false), layer.fills[index + 1]);
      pattern(mg.dots(index, true), layer.pales[index + 1]);
    });
  }

  /** @param {L.Map} map @param {Mg.GapLayer} layer */
  function listing(map, layer) {
    var regions = /** @type {Mg.Regions} */ (map.regions);
    return mg.el("div", { class: "mg-ranking" }, layer.groups.map(function (group) {
      return mg.el("section", {}, [
        mg.el("h3", { text: group.title }),
        mg.el("ol", {}, group.units.map(function (entry) {
          var button = mg.el("button", { type: "button" }, [
            mg.el("b", { text: entry.name }), mg.el("small", { text: entry.text }),
            entry.sure ? mg.el("small", { class: "mg-sure", text: entry.sure }) : null
          ]);
          button.addEventListener("click", function () { regions.select(entry.at, button); });
          return mg.el("li", {}, [button]);
        }))
      ]);
    }));
  }

  mg.gaps = function (map, layer) {
    var regions = /** @type {Mg.Regions} */ (map.regions);
    patterns(layer);
    layer.extra = function (body) { body.appendChild(listing(map, layer)); };
    regions.lead(layer.leads);
    regions.add(layer);
  };
})();
