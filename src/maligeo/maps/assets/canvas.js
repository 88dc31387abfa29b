/* A canvas over the map that is painted again whenever the map has moved. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var SHARPEST = 2, ON_PAPER = 4; /* canvas pixels to a pixel of the page */
  var AROUND = 0.2, LATER = 100;
  /* ON_PAPER: Chromium prints a third as 21/64, by which all would move to the upper left.
     AROUND: part of the map's size that is drawn beyond each side, to be dragged into view;
     what a page opens with has it LATER, milliseconds after what can be seen. */

  mg.pane = function (map, name, level) {
    var pane = map.getPane(name) || map.createPane(name);
    pane.style.zIndex = String(level);
    pane.style.pointerEvents = "none";
    return name;
  };

  /* A page that opens may still change the size of its map. */
  /** @param {L.Map} map */
  function isOpening(map) { return Boolean(map.page && map.page.opening); }

  var renderer = /** @type {Mg.Canvas & Mg.Making} */ (L.Renderer.prototype);

  mg.Canvas = L.Renderer.extend(/** @type {ThisType<Mg.Canvas>} */ ({
    /* `paint(context, view)` on an empty canvas; `view` has the world pixels of its corner,
       and the scale. */
    /** @param {Mg.Paint} paint @param {Mg.CanvasOptions} options */
    initialize: function (paint, options) {
      renderer.initialize.call(this, options);
      this.paint = paint;
    },

    _initContainer: function () {
      var canvas = this._container = document.createElement("canvas");
      canvas.className = "mg-canvas";
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", this.options.label || "");
    },

    _destroyContainer: function () {
      this._container.remove();
      delete /** @type {Mg.Emptied} */ (this)._container;
    },

    _update: function () {
      var map = this._map;
      if (!map || (map._animatingZoom && this._bounds) || isOpening(map)) return;
      renderer._update.call(this);
      var paper = document.documentElement.classList.contains("mg-paper");
      if (paper) this.renew();
      var canvas = this._container, size = this._bounds.getSize();
      var key = [this._bounds.min, size, map.getZoom(), map.getPixelOrigin()].join();
      if (key === this.key) return;
      this.key = key;
      var sharp = paper ? ON_PAPER : Math.min(window.devicePixelRatio || 1, SHARPEST);
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = Math.round(size.x * sharp);
      canvas.height = Math.round(size.y * sharp);
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      var context = mg.brush(canvas), corner = map.getPixelOrigin().add(this._bounds.min);
      context.setTransform(sharp, 0, 0, sharp, 0, 0);
      this.view = {
        x: corner.x, y: corner.y, width: size.x, height: size.y,
        scale: /** @type {L.CRS} */ (map.options.crs).scale(map.getZoom())
      };
      this.paint(context, this.view);
      canvas.setAttribute("data-painted", "");
      if (!this.options.padding) window.setTimeout(this.widen.bind(this), LATER);
    },

    widen: function () {
      if (!this._map || this.options.padding) return;
      if (this._map._animatingZoom) {
        window.setTimeout(this.widen.bind(this), LATER);
        return;
      }
      this.options.padding = AROUND;
      this.repaint();
    },

    /* A canvas that was emptied while a page is printed is opaque on paper; a new one is not. */
    renew: function () {
      var old = this._container;
      this._container = /** @type {HTMLCanvasElement} */ (old.cloneNode(false));
      old.replaceWith(this._container);
      this.key = null;
    },

    repaint: function () {
      this.key = null;
      this._update();
    },

    /** @param {L.Map} map */
    onAdd: function (map) {
      this.key = null;
      this.options.padding = isOpening(map) ? 0 : AROUND;
      renderer.onAdd.call(this, map);
      map.once("mg:ready", this.repaint, this);
    },

    /* The place on the canvas of a point of the map's box. */
    /** @param {L.Point} point */
    place: function (point) {
      var layer = this._map.containerPointToLayerPoint(point);
      return layer.subtract(this._bounds.min);
    }
  }));

  /* What a click or the pointer hits: of the layers that are there, the highest. */
  /** @param {L.Map} map @param {MouseEvent} event */
  function target(map, event) {
    var isOther = /** @type {Element} */ (event.target).closest(".leaflet-control, .leaflet-popup, button");
    var catchers = isOther ? [] : map.catchers || [], found = /** @type {(() => void) | null} */ (null);
    catchers.filter(function (one) { return map.hasLayer(one.layer); }).sort(function (a, b) {
      return b.level() - a.level();
    }).some(function (one) {
      found = one.find(one.layer.place(map.mouseEventToContainerPoint(event)));
      return Boolean(found);
    });
    return found;
  }

  /** @param {L.Map} map */
  function listen(map) {
    var box = map.getContainer(), waiting = false;
    /** @param {MouseEvent} event */
    function click(event) {
      if (map.dragging.moved()) return;
      var open = target(map, event);
      if (!open) return;
      event.stopPropagation();
      event.preventDefault();
      open();
    }
    /** @param {MouseEvent} event */
    function move(event) {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(function () {
        waiting = false;
        if (mg.alive(map)) box.classList.toggle("mg-over-point", Boolean(target(map, event)));
      });
    }
    box.addEventListener("click", click, true);
    box.addEventListener("mousemove", move);
    map.on("unload", function () {
      box.removeEventListener("click", click, true);
      box.removeEventListener("mousemove", move);
      box.classList.remove("mg-over-point");
    });
  }

  /* Clicks that hit something of a layer go to `open` and to nobody else; the pointer shows
     where. */
  mg.catchClicks = function (map, layer, hit, open) {
    if (!map.catchers) listen(map);
    map.catchers = (map.catchers || []).concat({
      layer: layer,
      level: function () { return Number(/** @type {HTMLElement} */ (layer.getPane()).style.zIndex); },
      find: function (place) {
        var found = hit(place);
        return found ? function () { open(/** @type {NonNullable<typeof found>} */ (found)); } : null;
      }
    });
  };
})();
