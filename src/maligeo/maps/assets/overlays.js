/* What lies over the regions: a part of the panel for each layer, and the banner. */
(function () {
  "use strict";

  var mg = window.maligeo;

  mg.number = function (value, language) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, language === "fr" ? "\u202F" : ",");
  };

  /** @param {Mg.Page} page */
  function overlayBox(page) {
    if (!page.overlays) {
      page.overlays = mg.el("div", { class: "mg-overlays" });
      page.side.appendChild(page.overlays);
    }
    return page.overlays;
  }

  /* Add a part with a switch for `layer`; give its body. */
  mg.overlay = function (map, title, layer, memory) {
    var page = map.page, body = mg.el("div", { class: "mg-body" });
    if (memory.on === undefined) memory.on = true;
    /** @param {boolean} on */
    function set(on) {
      memory.on = on;
      body.hidden = !on;
      part.classList.toggle("mg-off", !on);
      if (on) layer.addTo(map);
      else layer.remove();
    }
    var box = mg.el("input", { type: "checkbox", on: { change: function () { set(box.checked); } } });
    box.checked = memory.on;
    var part = mg.el("section", { class: "mg-part mg-overlay" }, [
      mg.el("h2", {}, [mg.el("label", {}, [box, mg.el("span", { text: title })])]), body
    ]);
    overlayBox(page).appendChild(part);
    set(memory.on);
    return body;
  };

  /* A layer with a scale of colours: over another scale it would say what neither says, so
     the regions go plain. `titles` are those of the layers that show. */
  mg.mutes = function (map, layer, title) {
    var titles = map.muting = map.muting || [];
    function tell() {
      if (map.regions) map.regions.mute(titles[titles.length - 1] || "");
    }
    layer.on("add", function () {
      titles.push(title);
      tell();
    });
    layer.on("remove", function () {
      titles.splice(titles.indexOf(title), 1);
      tell();
    });
  };

  mg.remark = function (text) {
    return mg.el("p", { class: "mg-remark", text: text });
  };

  /* Say above the map that data are made up. */
  mg.banner = function (map) {
    var page = map.page;
    if (page.banner) return;
    page.banner = mg.el("p", { class: "mg-banner", role: "note", text: page.words["synthetic.banner"] });
    page.stage.appendChild(page.banner);
  };

  /* What all layers over the regions tell about their data. */
  mg.account = function (map, data) {
    if (data.synthetic) mg.banner(map);
    if (data.section) mg.note(map, data.section);
  };

  /* A choice from `first` to `last` by one handle (`from` alone) or two. */
  mg.slider = function (options) {
    var input = mg.el("input", {
      type: "range", min: String(options.min), max: String(options.max), step: "1",
      "aria-label": options.label
    });
    input.value = String(options.value);
    function tell() {
      input.setAttribute("aria-valuetext", options.text(Number(input.value)));
    }
    input.addEventListener("input", function () {
      options.change(Number(input.value));
      tell();
    });
    tell();
    return input;
  };
})();
