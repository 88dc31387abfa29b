/* A canvas over the map that is painted again whenever the map has moved. */
(function () {
  "use strict";

  var mg = window.maligeo;
  var SHARPEST = 2, ON_PAPER = 3; /* canvas pixels to a pixel of the page */
  var AROUND = 0.2, LATER = 100;
  /* AROUND: part of the map's size that is drawn beyond each side, to be dragged into view;
     what a page opens with has it LATER, milliseconds after what can be seen. */

  mg.pane = function (map, name, level) {
    var pane = map.getPane(name) || map.createPane(name);
    pane.style.zIndex = String(level);
    pane.style.pointerEvents = "none";
    return name;
  };

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
      if (!map || (map._animatingZoom && this._bounds)) return;
      if (map.page.opening) return; /* the map may still change its size */
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
      this.options.padding = map.page.opening ? 0 : AROUND;
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

  /* Clicks that hit something go to `open` and to nobody else; the pointer shows where. */
  mg.catchClicks = function (map, layer, hit, open) {
    var box = map.getContainer(), waiting = false;
    /** @param {MouseEvent} event */
    function target(event) {
      if (!map.hasLayer(layer) || /** @type {Element} */ (event.target).closest(".leaflet-control, .leaflet-popup, button")) {
        return null;
      }
      return hit(layer.place(map.mouseEventToContainerPoint(event)));
    }
    /** @param {MouseEvent} event */
    function click(event) {
      if (map.dragging.moved()) return;
      var found = target(event);
      if (!found) return;
      event.stopPropagation();
      event.preventDefault();
      open(found);
    }
    /** @param {MouseEvent} event */
    function move(event) {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(function () {
        waiting = false;
        if (mg.alive(map)) box.classList.toggle("mg-over-point", Boolean(target(event)));
      });
    }
    box.addEventListener("click", click, true);
    box.addEventListener("mousemove", move);
    map.on("unload", function () {
      box.removeEventListener("click", click, true);
      box.removeEventListener("mousemove", move);
      box.classList.remove("mg-over-point");
    });
  };
})();
