// The ranking: a bar for every area by the layer of the map, with the city and its goals as lines.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make, numberText } = atlas;
  const MOST_BARS = 200;
  const LONG = 40; // bars that are higher than the box of the list
  const TOTALS = ["whole", "metres", "whole_change"];
  const EDGE = 1.5; // a figure of a whole city beyond this times the largest area is a total, no level

  const byName = new Intl.Collator("nl").compare;

  // Known areas by the layer of the map, highest first, and those of which it is unknown.
  atlas.ranked = (view) => {
    const layer = view.layer();
    const rows = view.data.names.map((name, row) => ({ row, name, value: Number(view.value(row)), known: atlas.classOf(view.value(row), layer.limits) >= 0 }));
    const known = rows.filter((item) => item.known).sort((a, b) => b.value - a.value || byName(a.name, b.name));
    return { known, unknown: rows.filter((item) => !item.known) };
  };

  // What the bars are held against: the city where its figure is a level and no total, and the goals.
  atlas.chartLines = (layer, known) => {
    const largest = Math.max(...known.map(({ value }) => Math.abs(value)), 0);
    const level = typeof layer.city === "number" && !TOTALS.includes(layer.unit) && Math.abs(layer.city) <= largest * EDGE;
    const write = (value) => numberText(value, layer.unit, layer.limits);
    return [
      ...(level ? [{ kind: "city", value: layer.city, label: `stad als geheel ${write(layer.city)}` }] : []),
      ...layer.goals.map(({ label, value }, place) => ({ kind: place ? "other" : "goal", value, label: `${label} ${numberText(value, layer.unit)}` })),
    ];
  };

  // From nought, so that a bar twice as long is a figure twice as high.
  atlas.chartSpan = (known, lines) => {
    const values = [0, ...known.map(({ value }) => value), ...lines.map(({ value }) => value)];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return { low, high, across: (value) => (high > low ? ((value - low) / (high - low)) * 100 : 0) };
  };

  atlas.addRanking = (view) => {
    const list = document.getElementById("ranking-list");
    const caption = document.getElementById("ranking-caption");
    const key = document.getElementById("ranking-key");
    let buttons = new Map();

    const bar = (item, place, lines, across) => {
      const track = make("span", { class: "rank-track", "aria-hidden": "true" });
      const text = item.known ? view.valueText(item.row) : "onbekend";
      if (item.known) {
        const fill = make("span", { class: "rank-bar" });
        const [from, to] = [across(0), across(item.value)].sort((a, b) => a - b);
        Object.assign(fill.style, { left: `${from}%`, width: `${to - from}%`, backgroundColor: view.colour(item.row) });
        track.append(fill);
      }
      for (const line of lines) {
        const mark = make("span", { class: `rank-line rank-${line.kind}` });
        mark.style.left = `${across(line.value)}%`;
        track.append(mark);
      }
      const button = make("button", { type: "button", class: "rank", "data-row": item.row, "aria-pressed": "false" },
        make("span", { class: "rank-place" }, item.known ? String(place) : ""), make("span", { class: "rank-name" }, make("bdi", {}, item.name)), track, make("span", { class: "rank-value" }, text));
      button.addEventListener("mouseenter", () => view.hover(item.row, true));
      button.addEventListener("mouseleave", () => view.hover(null));
      button.addEventListener("click", () => view.select(item.row, { zoom: true }));
      buttons.set(item.row, button);
      return make("li", {}, button);
    };

    const draw = () => {
      const layer = view.layer();
      const { known, unknown } = atlas.ranked(view);
      const lines = known.length ? atlas.chartLines(layer, known) : [];
      const { across } = atlas.chartSpan(known, lines);
      buttons = new Map();
      const shown = [...known, ...unknown].slice(0, MOST_BARS);
      // Areas with the same figure share their place.
      const placeOf = (item) => 1 + known.findIndex(({ value }) => value === item.value);
      list.classList.toggle("long", shown.length > LONG);
      list.replaceChildren(...shown.map((item) => bar(item, placeOf(item), lines, across)));
      const more = known.length + unknown.length - shown.length;
      caption.replaceChildren(make("bdi", {}, layer.title), more ? `; de eerste ${shown.length} van ${shown.length + more}` : "");
      key.replaceChildren(...lines.map(({ kind, label }) => make("li", {}, make("span", { class: `key-line key-${kind}`, "aria-hidden": "true" }), make("bdi", {}, label))));
      mark();
    };
    const mark = () => buttons.forEach((button, row) => {
      button.classList.toggle("lit", row === view.hovered);
      button.classList.toggle("dimmed", !view.isWithin(row));
      button.setAttribute("aria-pressed", String(row === view.selected));
    });
    view.on("layer", draw);
    ["hover", "select", "filter"].forEach((type) => view.on(type, mark));
    draw();
  };

  atlas.addCharts = (view) => {
    const section = document.getElementById("charts");
    if (!view.data.layers.length) {
      section.hidden = document.getElementById("histogram").hidden = true;
      return;
    }
    atlas.addFilter(view);
    atlas.addHistogram(view);
    atlas.addRanking(view);
    atlas.addSaving(view);
  };
})();
