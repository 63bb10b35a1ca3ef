// How the areas are spread over the figures, and the filter by value: what lies outside it is dimmed everywhere.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make, numberText } = atlas;
  const byId = (id) => document.getElementById(id);
  const MOST_SQUARES = 60;
  const MOST_RECTANGLES = 1000;
  const [WIDTH, HEIGHT, FOOT] = [300, 120, 18];
  const DIM = { fillOpacity: 0.12, opacity: 0.35 };
  const FULL = { fillOpacity: 1, opacity: 0.9 };

  const distinct = (view) => [...new Set(atlas.ranked(view).known.map(({ value }) => value))].sort((a, b) => a - b);

  // Two handles over the figures that are there: each step lets one more or one less of them through.
  atlas.addFilter = (view) => {
    const [from, to] = [byId("filter-from"), byId("filter-to")];
    const [clear, told] = [byId("filter-clear"), byId("filter-status")];
    let values = [];
    view.within = null;
    view.range = null;
    view.isWithin = (row) => view.within === null || view.within.has(row);

    const apply = (range) => {
      if (!range && !view.range) return;
      view.range = range;
      view.within = range && new Set(atlas.ranked(view).known.filter(({ value }) => value >= range[0] && value <= range[1]).map(({ row }) => row));
      if (view.mass) view.mass.paint();
      else view.areaOf.forEach((layer, row) => layer.setStyle(view.isWithin(row) ? FULL : DIM));
      clear.hidden = !range;
      view.tell("filter", range);
    };
    const write = (value) => numberText(value, view.layer().unit, view.layer().limits);
    const speak = () => {
      from.setAttribute("aria-valuetext", write(values[from.value]));
      to.setAttribute("aria-valuetext", write(values[to.value]));
      const all = view.data.names.length;
      told.textContent = view.range ? `${view.within.size} van ${all} gebieden: van ${write(view.range[0])} tot en met ${write(view.range[1])}` : "";
    };
    const moved = (handle) => {
      // A handle stops at the other one.
      if (Number(from.value) > Number(to.value)) handle.value = handle === from ? to.value : from.value;
      const whole = Number(from.value) === 0 && Number(to.value) === values.length - 1;
      apply(whole ? null : [values[from.value], values[to.value]]);
      speak();
    };
    const reset = () => {
      values = distinct(view);
      byId("filter").hidden = values.length < 2;
      for (const handle of [from, to]) handle.max = Math.max(0, values.length - 1);
      from.value = 0;
      to.value = values.length - 1;
      apply(null);
      if (values.length) speak();
    };
    view.filterTo = (low, high) => {
      from.value = Math.max(0, values.findIndex((value) => value >= low));
      to.value = values.findLastIndex((value) => value <= high);
      moved(from);
    };
    from.addEventListener("input", () => moved(from));
    to.addEventListener("input", () => moved(to));
    clear.addEventListener("click", () => {
      reset();
      from.focus();
    });
    view.on("layer", reset);
    reset();
  };

  // Each area is a square in the bin of its value; where there are many, each bin is a bar.
  atlas.addHistogram = (view) => {
    const { data } = view;
    const picture = byId("histogram-picture");
    const caption = byId("histogram-caption");
    const squares = new Map();

    const describe = (layer, known, lines) => {
      const write = (value) => numberText(value, layer.unit, layer.limits);
      const unknown = data.names.length - known.length;
      const city = layer.city === null || layer.city === undefined ? "" : `; de stad als geheel ${write(layer.city)}${lines.some(({ kind }) => kind === "city") ? " (streeplijn)" : ""}`;
      const spread = known.length ? `: van ${write(known[known.length - 1].value)} tot ${write(known[0].value)}` : ": geen enkele waarde bekend";
      caption.replaceChildren(make("bdi", {}, layer.title), atlas.unbroken(spread + city + (unknown ? `; ${unknown} zonder gegevens` : "")));
    };

    const square = (row, place) => {
      const rect = make("rect", { ...place, fill: view.colour(row), stroke: "#44505c" });
      rect.append(make("title", {}, `${data.names[row]}: ${view.valueText(row)}`));
      rect.addEventListener("mouseenter", () => view.hover(row, true));
      rect.addEventListener("mouseleave", () => view.hover(null));
      rect.addEventListener("click", () => view.select(row, { zoom: true }));
      squares.set(row, rect);
      return rect;
    };

    const draw = () => {
      const layer = view.layer();
      const { known } = atlas.ranked(view);
      const lines = atlas.chartLines(layer, known).filter(({ kind }) => kind === "city");
      squares.clear();
      describe(layer, known, lines);
      picture.replaceChildren();
      picture.style.display = known.length ? "" : "none";
      if (!known.length) return;
      const values = [...known, ...lines].map(({ value }) => value);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const count = Math.max(5, Math.min(24, Math.ceil(Math.sqrt(known.length) * 2.5)));
      const wide = WIDTH / count;
      const across = (value) => (high > low ? ((value - low) / (high - low)) * (WIDTH - wide) : (WIDTH - wide) / 2);
      const bins = Array.from({ length: count }, () => []);
      for (const item of [...known].reverse()) bins[Math.min(count - 1, Math.round(across(item.value) / wide))].push(item);
      const step = Math.min(wide, (HEIGHT - FOOT) / Math.max(...bins.map((bin) => bin.length)));
      bins.forEach((bin, place) => {
        const x = place * wide + 0.5;
        if (known.length > MOST_RECTANGLES) {
          const tall = bin.length * step;
          const bar = make("rect", { x, y: HEIGHT - FOOT - tall, width: wide - 1, height: tall, fill: bin.length ? view.colour(bin[0].row) : "none" });
          bar.append(make("title", {}, `${bin.length} gebieden`));
          return picture.append(bar);
        }
        const many = known.length > MOST_SQUARES;
        bin.forEach(({ row }, level) => picture.append(square(row, {
          x, y: HEIGHT - FOOT - (level + 1) * step + 0.5, width: wide - 1, height: Math.max(0.5, step - (many ? 0 : 1)), "stroke-width": many ? 0 : 0.6,
        })));
      });
      picture.append(make("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT, stroke: "#44505c" }));
      const note = (x, anchor, value) => picture.append(make("text", { x, y: HEIGHT - 4, "text-anchor": anchor, "font-size": 11, fill: "#374151" }, numberText(value, layer.unit, layer.limits)));
      if (high > low) {
        note(0, "start", low);
        note(WIDTH, "end", high);
      } else note(WIDTH / 2, "middle", low);
      for (const { value } of lines) {
        const x = across(value) + wide / 2;
        picture.append(make("line", { x1: x, x2: x, y1: 2, y2: HEIGHT - FOOT, stroke: "#111827", "stroke-width": 1.5, "stroke-dasharray": "4 3" }));
      }
      dim();
    };
    const light = (row) => squares.forEach((rect, key) => rect.classList.toggle("lit", key === row));
    const dim = () => squares.forEach((rect, key) => rect.classList.toggle("dimmed", !view.isWithin(key)));
    view.on("layer", draw);
    view.on("hover", (row) => light(row === null ? view.selected : row));
    view.on("select", light);
    view.on("filter", dim);
    draw();
  };
})();
