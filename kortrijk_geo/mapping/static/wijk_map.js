// The small map of one wijk: what lies in it and around it, as one drawing that prints sharp at any size.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const [WIDTH, HEIGHT, MARGIN] = [560, 400, 22];
  const LETTER_PX = 5.6;
  const MOST_NAMES = 14;
  const NAMES_APART_PX = 46;
  // Per class of street: width in pixels; the last are paths, which are left out.
  const STREETS = [3.4, 2.6, 2, 1.1];
  const INK = { street: "#ffffff", edge: "#a1abb5", building: "#b9c0c8", green: "#cfe3c6", water: "#9cc4e4", rail: "#6b7280" };

  function ringOf(steps) {
    const points = [];
    let [x, y] = [0, 0];
    for (let i = 0; i < steps.length; i += 2) points.push([(x += steps[i]), (y += steps[i + 1])]);
    return points;
  }

  // Whole metres of the map become pixels with one decimal.
  function frameOf(rings) {
    const all = rings.flat();
    const [xs, ys] = [0, 1].map((axis) => all.map((point) => point[axis]));
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    const scale = Math.min((WIDTH - 2 * MARGIN) / Math.max(1, box[2] - box[0]), (HEIGHT - 2 * MARGIN) / Math.max(1, box[3] - box[1]));
    const [left, top] = [(box[0] + box[2]) / 2 - WIDTH / 2 / scale, (box[1] + box[3]) / 2 + HEIGHT / 2 / scale];
    const at = ([x, y]) => [Math.round((x - left) * scale * 10) / 10, Math.round((top - y) * scale * 10) / 10];
    return { at, scale, shown: [left, top - HEIGHT / scale, left + WIDTH / scale, top] };
  }

  const meets = (points, [west, south, east, north]) => {
    let [a, b, c, d] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of points) [a, b, c, d] = [Math.min(a, x), Math.min(b, y), Math.max(c, x), Math.max(d, y)];
    return a <= east && c >= west && b <= north && d >= south;
  };
  const traced = (points, { at }, closed) => "M" + points.map((point) => at(point).join(" ")).join("L") + (closed ? "Z" : "");
  const drawn = (shapes, frame, closed) => shapes.filter((points) => meets(points, frame.shown)).map((points) => traced(points, frame, closed)).join("");

  // Rows of streets or buildings that the map shows, as points from its own corner.
  function* near(source, origin, [west, south, east, north]) {
    const { start, x, y, box } = source;
    for (let row = 0; row < source.count; row += 1) {
      const at = row * 4;
      if (box[at] - origin[0] > east || box[at + 2] - origin[0] < west || box[at + 1] - origin[1] > north || box[at + 3] - origin[1] < south) continue;
      const points = [];
      for (let i = start[row]; i < start[row + 1]; i += 1) points.push([x[i] - origin[0], y[i] - origin[1]]);
      yield [row, points];
    }
  }

  // Names on the longest stretches, the most important streets first, as far as they do not meet.
  function streetNames(lines, frame) {
    const taken = [];
    const known = new Set();
    const texts = [];
    const long = lines.filter(({ name }) => name).map((line) => {
      const pixels = line.points.map(frame.at);
      const length = pixels.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - pixels[i][0], y - pixels[i][1]), 0);
      const [first, last] = [pixels[0], pixels[pixels.length - 1]];
      return { ...line, length, first, last, straight: Math.hypot(last[0] - first[0], last[1] - first[1]) / (length || 1) };
    });
    long.sort((a, b) => a.kind - b.kind || b.length - a.length);
    for (const { name, length, first, last, straight } of long) {
      if (texts.length >= MOST_NAMES) break;
      const width = name.length * LETTER_PX;
      const [x, y] = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
      const inside = x > width / 2 && x < WIDTH - width / 2 && y > 12 && y < HEIGHT - 12;
      if (known.has(name) || !inside || straight < 0.93 || length < width * 0.8) continue;
      if (taken.some((other) => Math.hypot(other[0] - x, other[1] - y) < NAMES_APART_PX)) continue;
      let angle = (Math.atan2(last[1] - first[1], last[0] - first[0]) * 180) / Math.PI;
      if (Math.abs(angle) > 90) angle += 180;
      known.add(name);
      taken.push([x, y]);
      texts.push(make("text", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angle.toFixed(1)})`, "text-anchor": "middle", dy: 3.5, "font-size": 10.5, fill: "#374151", stroke: "#ffffff", "stroke-width": 3, "paint-order": "stroke" }, name));
    }
    return texts;
  }

  const circle = (at, attributes) => {
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [name, value] of Object.entries({ cx: at[0], cy: at[1], ...attributes })) dot.setAttribute(name, value);
    return dot;
  };

  // `ground` holds streets and buildings, or null where the browser cannot read them.
  atlas.wijkMap = (map, ground, row, title) => {
    const rings = map.areas[row].map(ringOf);
    const picture = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title });
    if (!rings.length) return picture;
    const frame = frameOf(rings);
    const path = (d, attributes) => d && picture.append(make("path", { d, fill: "none", ...attributes }));
    const others = map.areas.flatMap((area, place) => (place === row ? [] : area.map(ringOf)));
    const { surfaces, lines } = map;
    path(drawn((surfaces.green || []).map(ringOf), frame, true), { fill: INK.green, "fill-rule": "evenodd" });
    path(drawn((surfaces.water || []).map(ringOf), frame, true), { fill: INK.water, "fill-rule": "evenodd" });
    path(drawn((lines.water || []).map(ringOf), frame), { stroke: INK.water, "stroke-width": 1.6 });
    const named = [];
    if (ground) {
      const houses = [...near(ground.buildings, map.origin, frame.shown)].map(([, points]) => traced(points, frame, true));
      path(houses.join(""), { fill: INK.building });
      const of = STREETS.map(() => []);
      for (const [place, points] of near(ground.streets, map.origin, frame.shown)) {
        const kind = ground.streets.kind[place];
        if (kind >= STREETS.length) continue;
        of[kind].push(traced(points, frame));
        named.push({ kind, points, name: ground.streets.names[ground.streets.name[place]] });
      }
      for (const [look, more] of [[INK.edge, 1.2], [INK.street, 0]]) {
        for (let kind = STREETS.length - 1; kind >= 0; kind -= 1) path(of[kind].join(""), { stroke: look, "stroke-width": STREETS[kind] + more, "stroke-linejoin": "round" });
      }
    }
    path(drawn((lines.rail || []).map(ringOf), frame), { stroke: INK.rail, "stroke-width": 1.2, "stroke-dasharray": "5 3" });
    path(drawn(others, frame, true), { stroke: "#7b8794", "stroke-width": 1 });
    const outline = rings.map((points) => traced(points, frame, true)).join("");
    // What is not of the wijk steps back.
    path(`M0 0H${WIDTH}V${HEIGHT}H0Z${outline}`, { fill: "#f5f7f9", "fill-opacity": 0.62, "fill-rule": "evenodd" });
    path(outline, { stroke: "#1b4965", "stroke-width": 2.6, "stroke-linejoin": "round" });
    picture.append(...streetNames(named, frame));
    for (const { label, colour, points } of map.places) {
      for (const [area, x, y, name] of points) {
        if (area !== row) continue;
        const dot = circle(frame.at([x, y]), { r: 5, fill: colour, stroke: "#ffffff", "stroke-width": 1.4 });
        dot.append(make("title", {}, name ? `${name} (${label})` : label));
        picture.append(dot);
      }
    }
    return picture;
  };

  atlas.placeKey = (map, row) => {
    const there = map.places.filter(({ points }) => points.some(([area]) => area === row));
    const items = there.map(({ label, colour }) => make("li", {}, make("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, circle([5, 5], { r: 4.5, fill: colour })), label));
    return items.length ? make("ul", { class: "places" }, ...items) : "";
  };
})();
