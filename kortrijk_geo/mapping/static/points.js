// Many points on one canvas, and shapes and context from their compact encoding.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const UNIT = 1e-5;
  const MANY = 2000;
  const NO_DATA_COLOUR = (atlas.NO_DATA_COLOUR = "#6b7280");

  // x, y, then the steps to each next point, in units of 1e-5 degree, as geometry.py writes them.
  atlas.decodeLine = (steps) => {
    const line = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      line.push([y * UNIT, x * UNIT]);
    }
    return line;
  };

  // Longitude and latitude on the unit square of web Mercator.
  function project(steps) {
    const world = new Float64Array(steps.length);
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      world[i] = (x * UNIT + 180) / 360;
      world[i + 1] = 0.5 - Math.asinh(Math.tan((y * UNIT * Math.PI) / 180)) / (2 * Math.PI);
    }
    return world;
  }

  atlas.PointCanvas = L.Renderer.extend({
    initialize(points, options) {
      L.Renderer.prototype.initialize.call(this, options);
      this.points = points;
      this._world = project(points.steps);
      this._only = null;
    },

    // Shows only the points whose filter field has this text; null shows all.
    choose(text) {
      this._only = text;
      if (this._map) this._update();
    },

    _isChosen(row) {
      return this._only === null || atlas.fieldText(this.points.fields[this.points.filter], row) === this._only;
    },

    _initContainer() {
      this._container = atlas.make("canvas", { "aria-hidden": "true", class: "kg-points" });
    },

    _destroyContainer() {
      this._container.remove();
      delete this._container;
    },

    _updatePaths() {},

    // Panes are moved, not redrawn, while the map is dragged; this runs when it comes to rest.
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const ratio = window.devicePixelRatio || 1;
      const size = this._bounds.getSize();
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      this._draw(canvas.getContext("2d"), ratio, size);
    },

    radius() {
      const many = this._world.length / 2 > MANY;
      const factor = many ? Math.min(1.3, Math.max(0.3, 2 ** ((this._map.getZoom() - 14.5) * 0.5))) : 1;
      return this.points.radius * factor;
    },

    // A crowd is laid down in pixels of its own: for the browser to paint so many stamps takes four times as long.
    _draw(context, ratio, size) {
      const { width, height } = context.canvas;
      if (!width || !height) return;
      const { classes, size: sizes } = this.points;
      const groups = this.points.class;
      const radius = this.radius();
      const scale = this._map.options.crs.scale(this._map.getZoom());
      const corner = this._map.getPixelOrigin().add(this._bounds.min);
      const stamps = new Map();
      const world = this._world;
      const sheet = context.createImageData(width, height);
      const words = new Uint32Array(sheet.data.buffer);
      for (let i = 0; i < world.length; i += 2) {
        const x = world[i] * scale - corner.x;
        const y = world[i + 1] * scale - corner.y;
        const row = i / 2;
        if (!this._isChosen(row)) continue;
        const factor = sizes ? sizes[row] : 1;
        const reach = radius * (factor === null ? 0.8 : factor);
        if (x < -reach || y < -reach || x > size.x + reach || y > size.y + reach) continue;
        const group = groups ? groups[row] : 0;
        const key = group + "/" + factor;
        let stamp = stamps.get(key);
        if (!stamp) {
          const known = group >= 0 && factor !== null;
          stamp = pixels(dot(group < 0 ? NO_DATA_COLOUR : classes[group].colour, reach, known, ratio, group < 0 ? undefined : classes[group].mark));
          stamps.set(key, stamp);
        }
        press(stamp, sheet, words, Math.round(x * ratio - stamp.width / 2), Math.round(y * ratio - stamp.height / 2));
      }
      context.putImageData(sheet, 0, 0);
    },

    // The row of the point under a place on the map, or null; the last drawn lies on top.
    hit(latlng) {
      const scale = this._map.options.crs.scale(this._map.getZoom());
      const at = this._map.project(latlng);
      const { size: sizes } = this.points;
      const radius = this.radius();
      let best = null;
      let nearest = Infinity;
      const world = this._world;
      for (let i = world.length - 2; i >= 0; i -= 2) {
        const distance = Math.hypot(world[i] * scale - at.x, world[i + 1] * scale - at.y);
        const reach = Math.max(4, radius * ((sizes && sizes[i / 2]) || 1)) + 2;
        if (distance <= reach && distance < nearest && this._isChosen(i / 2)) {
          nearest = distance;
          best = i / 2;
        }
      }
      return best;
    },
  });

  function pixels(canvas) {
    const { width, height, data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return { width, height, data, words: new Uint32Array(data.buffer) };
  }

  // Lays a stamp over what stands on the sheet, as drawImage does.
  function press(stamp, { width, height, data }, words, left, top) {
    const [fromX, toX] = [Math.max(0, -left), Math.min(stamp.width, width - left)];
    const toY = Math.min(stamp.height, height - top);
    for (let y = Math.max(0, -top); y < toY; y += 1) {
      for (let x = fromX; x < toX; x += 1) {
        const from = y * stamp.width + x;
        const at = (top + y) * width + left + x;
        const over = stamp.data[4 * from + 3];
        if (!over) continue;
        const under = (data[4 * at + 3] * (255 - over)) / 255;
        if (!under) {
          words[at] = stamp.words[from];
          continue;
        }
        const both = over + under;
        for (let band = 0; band < 3; band += 1) data[4 * at + band] = (stamp.data[4 * from + band] * over + data[4 * at + band] * under) / both;
        data[4 * at + 3] = both;
      }
    }
  }

  // Small dots of a crowd have no edge and let the areas through.
  function dot(colour, radius, filled, ratio, mark) {
    if (mark) return markStamp(colour, Math.max(4, radius), ratio, mark);
    const small = radius < 2.5;
    const edge = small && filled ? 0 : 1;
    const side = Math.ceil((radius + edge) * 2 * ratio);
    const canvas = atlas.make("canvas", { width: side, height: side });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.beginPath();
    context.arc(side / 2, side / 2, Math.max(0.6, radius) * ratio, 0, 2 * Math.PI);
    context.globalAlpha = small ? 0.7 : 1;
    context.fillStyle = filled ? colour : "#ffffff";
    context.fill();
    if (!edge) return canvas;
    context.lineWidth = (small ? 0.6 : 1) * ratio;
    context.strokeStyle = filled ? "#ffffff" : colour;
    context.stroke();
    return canvas;
  }

  // What is not there today has another shape than a dot: decided is a ring, under study a dashed one, closed a cross.
  function markStamp(colour, radius, ratio, mark) {
    const side = Math.ceil((radius + 2) * 2 * ratio);
    const canvas = atlas.make("canvas", { width: side, height: side });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const shape = () => {
      context.beginPath();
      const [near, far] = [side / 2 - radius * 0.75 * ratio, side / 2 + radius * 0.75 * ratio];
      if (mark === "cross") {
        context.moveTo(near, near);
        context.lineTo(far, far);
        context.moveTo(far, near);
        context.lineTo(near, far);
      } else context.arc(side / 2, side / 2, (radius - 0.5) * ratio, 0, 2 * Math.PI);
    };
    shape();
    if (mark !== "cross") {
      context.fillStyle = "rgb(255 255 255 / 80%)";
      context.fill();
    }
    context.strokeStyle = "#ffffff";
    context.lineWidth = 5 * ratio;
    context.stroke();
    shape();
    context.strokeStyle = colour;
    context.lineWidth = 2.5 * ratio;
    context.setLineDash(mark === "dashed" ? [3 * ratio, 2.5 * ratio] : []);
    context.stroke();
    return canvas;
  }

  // The same shapes for a legend, on the page and in a picture of it.
  atlas.markCanvas = (colour, mark) => markStamp(colour, 6, 2, mark);
  atlas.markSwatch = (colour, mark) => {
    return atlas.make("img", { src: atlas.markCanvas(colour, mark).toDataURL(), width: 16, height: 16, alt: "", class: "kg-mark" });
  };

  // A choice among the texts of a layer's filter field, for its place in the legend.
  atlas.pointFilter = (overlay, changed) => {
    const { source, layer } = overlay;
    const field = source && source.filter !== null && source.filter !== undefined ? source.fields[source.filter] : null;
    if (!field || !field.texts || field.texts.length < 2) return null;
    const texts = [...new Set(field.values.map((_, row) => atlas.fieldText(field, row)))].sort((a, b) => a.localeCompare(b, "nl"));
    const select = atlas.make("select", { class: "kg-select" }, atlas.make("option", { value: "" }, "alle"), ...texts.map((text, place) => atlas.make("option", { value: place + 1 }, text)));
    select.value = overlay.chosen ? texts.indexOf(overlay.chosen) + 1 : "";
    select.addEventListener("change", () => {
      overlay.chosen = select.value ? texts[select.value - 1] : null;
      layer.choose(overlay.chosen);
      if (changed) changed();
    });
    return atlas.make("label", { class: "kg-choice" }, atlas.make("span", {}, `Toon ${field.label}`), select);
  };

  const LOOKS = {
    // Around the areas as a surface, inside them as a thin outline: a class keeps the colour of the legend.
    green: { pane: "kg-ground", fill: "#cfe3c6", over: { color: "#2f6b3c", weight: 0.7, opacity: 0.45 } },
    water: { pane: "kg-lines", fill: "#9cc7e6", line: "#6fa8d6", weight: 2 },
    main_streets: { pane: "kg-lines", line: "#ffffff", weight: 1.6, opacity: 0.85 },
    rail: { pane: "kg-lines", line: "#4b5563", weight: 1.2, opacity: 0.8, dash: "5 4" },
    boundary: { pane: "kg-lines", line: "#1f2933", weight: 1.6, opacity: 0.8 },
  };
  const OTHER_LOOK = { pane: "kg-lines", line: "#6b7280", fill: "#d6dae0", weight: 1, opacity: 0.8 };

  // All lines of one kind are one Leaflet layer, and so are all surfaces.
  atlas.contextGroup = (context, renderers) => {
    const group = L.layerGroup();
    for (const { kind, polygons, lines } of context) {
      const look = LOOKS[kind] || OTHER_LOOK;
      const options = { kind, pane: look.pane, renderer: renderers[look.pane], interactive: false, smoothFactor: 0.5 };
      const stroke = { color: look.line, weight: look.weight, opacity: look.opacity || 1, dashArray: look.dash };
      if (polygons.length) {
        const rings = polygons.map((polygon) => polygon.map(atlas.decodeLine));
        const edge = kind === "boundary" ? stroke : { stroke: false };
        group.addLayer(L.polygon(rings, { ...options, ...edge, fill: !!look.fill, fillColor: look.fill, fillOpacity: 0.9 }));
        if (look.over) group.addLayer(L.polygon(rings, { ...options, ...look.over, pane: "kg-lines", renderer: renderers["kg-lines"], fill: false }));
      }
      if (lines.length && look.line) group.addLayer(L.polyline(lines.map(atlas.decodeLine), { ...options, ...stroke }));
    }
    return group;
  };

  atlas.shapeColour = ({ classes, class: groups }) => (row) => {
    const group = groups ? groups[row] : 0;
    return group < 0 ? NO_DATA_COLOUR : classes[group].colour;
  };

  atlas.shapeGroup = (shapes, renderer) => {
    const group = L.featureGroup();
    const colour = atlas.shapeColour(shapes);
    shapes.parts.forEach((parts, row) => {
      const options = { renderer, pane: "kg-shapes", color: colour(row), weight: 2.5, row };
      const layer = shapes.surface[row]
        ? L.polygon(parts.map((polygon) => polygon.map(atlas.decodeLine)), {
            ...options,
            fill: true,
            fillOpacity: shapes.filled ? 0.25 : 0,
          })
        : L.polyline(parts.map(atlas.decodeLine), options);
      group.addLayer(layer);
    });
    return group;
  };
})();
