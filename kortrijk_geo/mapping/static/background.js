// Streets with names and buildings, drawn once the reader has zoomed in; background.py tells how they are written.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const EARTH = 40075016.68557849;
  const FROM = { streets: 14, paths: 16, buildings: 15, edges: 16.5, names: 15.5 };
  // Per class: width on the ground (m), least width (px), from which zoom its name is written.
  const STREETS = [
    { width: 16, least: 2.4, named: 14.5 },
    { width: 13, least: 2, named: 14.5 },
    { width: 11, least: 1.6, named: 15 },
    { width: 8, least: 1, named: 15.75 },
    { width: 3, least: 0.8, named: 17 },
  ];
  const PATH = 4;
  const INK = { building: "rgb(60 70 85 / 30%)", edge: "rgb(45 55 70 / 60%)", street: "#ffffff", casing: "#98a3ae", path: "rgb(255 255 255 / 85%)", name: "#1f2933", halo: "rgb(255 255 255 / 92%)" };
  const SAME_NAME_PX = 420;
  const STRAIGHT = 0.97;
  const SHORTER = 0.75;

  async function inflated(block) {
    const letters = atob(block);
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function reader(bytes) {
    let at = 0;
    const next = () => {
      let value = 0;
      let factor = 1;
      let byte;
      do {
        byte = bytes[at++];
        value += (byte & 127) * factor;
        factor *= 128;
      } while (byte > 127);
      return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    const column = (count) => Int32Array.from({ length: count }, next);
    const text = (length) => new TextDecoder().decode(bytes.subarray(at, (at += length)));
    return { next, column, text };
  }

  // Places in Mercator metres, where each shape starts, and the box around each.
  function shapes(read, counts) {
    const start = new Int32Array(counts.length + 1);
    counts.forEach((count, row) => (start[row + 1] = start[row] + count));
    const total = start[counts.length];
    const places = ["x", "y"].map(() => {
      const steps = read.column(total);
      for (let i = 1; i < total; i += 1) steps[i] += steps[i - 1];
      return steps;
    });
    const [x, y] = places;
    const box = new Int32Array(counts.length * 4);
    counts.forEach((_, row) => {
      const sides = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = start[row]; i < start[row + 1]; i += 1) {
        sides[0] = Math.min(sides[0], x[i]);
        sides[1] = Math.min(sides[1], y[i]);
        sides[2] = Math.max(sides[2], x[i]);
        sides[3] = Math.max(sides[3], y[i]);
      }
      box.set(sides, row * 4);
    });
    return { count: counts.length, start, x, y, box };
  }

  atlas.background = async (block) => {
    const read = reader(await inflated(block));
    const names = ["", ...read.text(read.next()).split("\n")];
    const lines = read.next();
    const kind = read.column(lines);
    const name = read.column(lines);
    const streets = { ...shapes(read, read.column(lines)), kind, name, names };
    return { streets, buildings: shapes(read, read.column(read.next())) };
  };

  // Rows whose box meets the one that is asked for, in the order in which they are kept.
  function* rowsIn({ count, box }, [west, south, east, north]) {
    for (let row = 0, at = 0; row < count; row += 1, at += 4) {
      if (box[at] <= east && box[at + 2] >= west && box[at + 1] <= north && box[at + 3] >= south) yield row;
    }
  }

  const Canvas = window.L && L.Renderer.extend({
    initialize(paint, options) {
      L.Renderer.prototype.initialize.call(this, options);
      this.paint = paint;
    },
    _initContainer() {
      this._container = atlas.make("canvas", { "aria-hidden": "true", class: "kg-background" });
    },
    _destroyContainer() {
      this._container.remove();
      delete this._container;
    },
    _updatePaths() {},
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const ratio = Math.max(window.devicePixelRatio || 1, L.Browser.retina ? 2 : 1);
      const size = this._bounds.getSize();
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      this.paint(context, this.frame(size));
    },
    // How Mercator metres become pixels of the canvas, and what part of the world it shows.
    frame(size) {
      const zoom = this._map.getZoom();
      const scale = this._map.options.crs.scale(zoom) / EARTH;
      const corner = this._map.getPixelOrigin().add(this._bounds.min);
      const [left, top] = [corner.x / scale - EARTH / 2, EARTH / 2 - corner.y / scale];
      const onGround = scale / Math.cos((this._map.getCenter().lat * Math.PI) / 180);
      return {
        zoom, size, metre: onGround,
        px: (x) => (x - left) * scale,
        py: (y) => (top - y) * scale,
        shown: [left, top - size.y / scale, left + size.x / scale, top],
      };
    },
  });

  function trace(path, source, row, { px, py }) {
    const { start, x, y } = source;
    path.moveTo(px(x[start[row]]), py(y[start[row]]));
    for (let i = start[row] + 1; i < start[row + 1]; i += 1) path.lineTo(px(x[i]), py(y[i]));
  }

  function paintBuildings(context, buildings, frame) {
    const path = new Path2D();
    for (const row of rowsIn(buildings, frame.shown)) {
      trace(path, buildings, row, frame);
      path.closePath();
    }
    context.fillStyle = INK.building;
    context.fill(path);
    if (frame.zoom < FROM.edges) return;
    context.strokeStyle = INK.edge;
    context.lineWidth = 0.7;
    context.stroke(path);
  }

  function paintStreets(context, streets, frame) {
    const paths = STREETS.map(() => new Path2D());
    for (const row of rowsIn(streets, frame.shown)) trace(paths[streets.kind[row]], streets, row, frame);
    const width = (kind) => Math.max(STREETS[kind].least, STREETS[kind].width * frame.metre * 0.8);
    context.lineJoin = context.lineCap = "round";
    if (frame.zoom >= FROM.paths) {
      context.setLineDash([4, 3]);
      context.strokeStyle = INK.path;
      context.lineWidth = Math.min(2, width(PATH));
      context.stroke(paths[PATH]);
      context.setLineDash([]);
    }
    const roads = [3, 2, 1, 0];
    // An edge keeps a white street apart from a white class.
    context.strokeStyle = INK.casing;
    for (const kind of roads) {
      context.lineWidth = width(kind) + (frame.zoom >= FROM.buildings ? 1.4 : 0.7);
      context.stroke(paths[kind]);
    }
    context.strokeStyle = INK.street;
    for (const kind of roads) {
      context.lineWidth = width(kind);
      context.stroke(paths[kind]);
    }
  }

  // The place at a distance along a line in pixels; beyond its ends straight on.
  function along(line, metres, distance) {
    let i = 1;
    while (i < line.length - 1 && metres[i] < distance) i += 1;
    const part = (distance - metres[i - 1]) / (metres[i] - metres[i - 1]);
    const [a, b] = [line[i - 1], line[i]];
    return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
  }

  function paintNames(context, streets, frame) {
    const taken = [];
    const written = new Map();
    const inside = ([x, y]) => x > 8 && y > 8 && x < frame.size.x - 8 && y < frame.size.y - 8;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const size = frame.zoom < 16.5 ? 11 : 12.5;
    const write = (row) => {
      const text = streets.names[streets.name[row]];
      context.font = `${streets.kind[row] < 3 ? 600 : 500} ${size}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`;
      const width = context.measureText(text).width;
      const line = [];
      for (let i = streets.start[row]; i < streets.start[row + 1]; i += 1) {
        const at = [frame.px(streets.x[i]), frame.py(streets.y[i])];
        const last = line[line.length - 1];
        if (!last || at[0] !== last[0] || at[1] !== last[1]) line.push(at);
      }
      if (line.length < 2) return;
      const reached = [0];
      for (let i = 1; i < line.length; i += 1) reached.push(reached[i - 1] + Math.hypot(line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]));
      const length = reached[reached.length - 1];
      if (length < width * SHORTER) return;
      const spare = Math.max(0, length - width) / 2;
      const steps = Math.floor(spare / 40);
      for (let step = 0; step <= 2 * steps; step += 1) {
        const middle = length / 2 + (step % 2 ? 1 : -1) * Math.ceil(step / 2) * 40;
        const at = along(line, reached, middle);
        if (!inside(at)) continue;
        const same = written.get(text) || [];
        if (same.some(([x, y]) => Math.hypot(x - at[0], y - at[1]) < SAME_NAME_PX)) continue;
        const half = Math.min(width, length) / 2;
        const [from, to] = [along(line, reached, middle - half), along(line, reached, middle + half)];
        if (!inside(from) || !inside(to) || Math.hypot(to[0] - from[0], to[1] - from[1]) < 2 * half * STRAIGHT) continue;
        let angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
        if (Math.abs(angle) > Math.PI / 2) angle += Math.PI;
        const centre = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
        const dots = Array.from({ length: Math.ceil(width / size) + 1 }, (_, place) => {
          const away = -width / 2 + place * size;
          return [centre[0] + Math.cos(angle) * away, centre[1] + Math.sin(angle) * away];
        });
        if (dots.some((dot) => taken.some((other) => Math.hypot(dot[0] - other[0], dot[1] - other[1]) < size * 1.15))) continue;
        taken.push(...dots);
        written.set(text, [...same, at]);
        context.save();
        context.translate(...centre);
        context.rotate(angle);
        context.strokeStyle = INK.halo;
        context.lineWidth = 3.5;
        context.strokeText(text, 0, 0);
        context.fillStyle = INK.name;
        context.fillText(text, 0, 0);
        context.restore();
      }
    };
    const rows = [...rowsIn(streets, frame.shown)].filter((row) => streets.name[row] && frame.zoom >= STREETS[streets.kind[row]].named);
    rows.forEach(write);
  }

  // Draws the block on a map of which the panes are there; it is read when the map first comes near enough.
  atlas.addBackground = (view) => {
    const { map, data } = view;
    if (!data.background || !window.DecompressionStream) return;
    let read = null;
    let layers = [];
    let wanted = true;
    const near = () => wanted && map.getZoom() >= FROM.streets;
    const show = () => {
      const shown = near() && layers.length > 0;
      for (const layer of layers) {
        if (shown) layer.addTo(map);
        else layer.remove();
      }
      view.tell("background", shown);
    };
    const draw = ({ streets, buildings }) => {
      const ground = (context, frame) => {
        if (frame.zoom >= FROM.buildings) paintBuildings(context, buildings, frame);
        paintStreets(context, streets, frame);
      };
      layers = [new Canvas(ground, { pane: "kg-streets", padding: 0.2 }), new Canvas((context, frame) => paintNames(context, streets, frame), { pane: "kg-street-names", padding: 0.1 })];
      show();
    };
    const come = () => {
      if (near() && !read) read = atlas.background(data.background).then(draw);
      else show();
    };
    view.showBackground = (shown) => {
      wanted = shown;
      come();
    };
    map.on("zoomend viewreset", come);
    come();
  };
})();
