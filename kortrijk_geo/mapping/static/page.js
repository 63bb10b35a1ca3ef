// The page around the map: card of one area, histogram, table twin, permalink.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make, numberText } = atlas;
  const MOST_SQUARES = 60;
  const MOST_OPEN = 12;
  const MOST_RECTANGLES = 1000;
  const byId = (id) => document.getElementById(id);

  atlas.page = (view) => {
    const { map, data } = view;
    map.scrollWheelZoom.disable();
    map.on("focus click", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    addCard(view);
    atlas.addSearch(view);
    addHistogram(view);
    addTable(view);
    addPermalink(view);
    atlas.addPrint(view);
    document.documentElement.dataset.ready = "true";
    if (!data.layers.length) byId("histogram").hidden = true;
  };

  function addCard(view) {
    const card = byId("card");
    const empty = [...card.childNodes].map((node) => node.cloneNode(true));
    const draw = () => {
      const row = view.selected;
      if (row === null) return card.replaceChildren(...empty.map((node) => node.cloneNode(true)));
      const listed = (facts) => facts.flatMap(([label, text]) => [make("dt", {}, make("bdi", {}, label)), make("dd", {}, atlas.unbroken(text))]);
      const list = make("dl", { tabindex: 0, "aria-label": "Cijfers van het gebied" }, ...listed(view.facts(row)));
      const further = view.furtherFacts(row).map(([group, facts]) =>
        make("details", { open: facts.length <= MOST_OPEN }, make("summary", {}, make("bdi", {}, group)), make("dl", {}, ...listed(facts))),
      );
      const close = make("button", { type: "button", class: "quiet" }, "Sluiten");
      close.addEventListener("click", () => {
        view.select(null);
        card.focus();
      });
      card.replaceChildren(make("h3", {}, make("bdi", {}, view.data.names[row])), list, ...further, close);
    };
    view.on("select", draw);
    view.on("layer", draw);
  }

  // Each area is a square in the bin of its value; where there are many, each bin is a bar.
  function addHistogram(view) {
    const { data } = view;
    const picture = byId("histogram-picture");
    const caption = byId("histogram-caption");
    const squares = new Map();
    const draw = () => {
      const layer = view.layer();
      if (!layer) return;
      squares.clear();
      const values = data.values[layer.column].map(Number);
      const known = values
        .map((value, row) => ({ value, row }))
        .filter(({ row }) => atlas.classOf(data.values[layer.column][row], layer.limits) >= 0)
        .sort((a, b) => a.value - b.value);
      const [least, largest] = known.length ? [known[0].value, known[known.length - 1].value] : [null, null];
      const write = (value) => numberText(value, layer.unit);
      const unknown = values.length - known.length;
      const told = [
        known.length ? `: van ${write(least)} tot ${write(largest)}` : ": geen enkele waarde bekend",
        layer.city === null || layer.city === undefined ? "" : `; hele gebied ${numberText(layer.city, layer.unit, layer.limits)} (streeplijn)`,
        unknown ? `; ${unknown} zonder gegevens` : "",
      ];
      caption.replaceChildren(make("bdi", {}, layer.title), atlas.unbroken(told.join("")));
      picture.replaceChildren();
      picture.style.display = known.length ? "" : "none";
      if (!known.length) return;
      const extra = Number.isFinite(layer.city) && layer.city !== null ? [layer.city] : [];
      const low = Math.min(least, ...extra);
      const high = Math.max(largest, ...extra);
      const count = Math.max(5, Math.min(24, Math.ceil(Math.sqrt(known.length) * 2.5)));
      const [width, height, foot] = [300, 120, 18];
      const across = (value) => (high > low ? ((value - low) / (high - low)) * (width - width / count) : (width - width / count) / 2);
      const bins = Array.from({ length: count }, () => []);
      for (const item of known) {
        bins[Math.min(count - 1, Math.round(across(item.value) / (width / count)))].push(item);
      }
      const most = Math.max(...bins.map((bin) => bin.length));
      const step = Math.min(width / count, (height - foot) / most);
      bins.forEach((bin, place) => {
        const x = (place * width) / count;
        if (known.length > MOST_RECTANGLES) {
          const bar = make("rect", { x: x + 0.5, y: height - foot - bin.length * step, width: width / count - 1, height: bin.length * step, fill: bin.length ? view.colour(bin[0].row) : "none" });
          bar.append(make("title", {}, `${bin.length} gebieden`));
          return picture.append(bar);
        }
        bin.forEach(({ row }, level) => {
          const square = make("rect", {
            x: x + 0.5, y: height - foot - (level + 1) * step + 0.5, width: width / count - 1, height: Math.max(0.5, step - (known.length > MOST_SQUARES ? 0 : 1)),
            fill: view.colour(row), stroke: "#44505c", "stroke-width": known.length > MOST_SQUARES ? 0 : 0.6,
          });
          square.append(make("title", {}, `${data.names[row]}: ${view.valueText(row)}`));
          square.addEventListener("mouseenter", () => view.hover(row, true));
          square.addEventListener("mouseleave", () => view.hover(null));
          square.addEventListener("click", () => view.select(row, { zoom: true }));
          squares.set(row, square);
          picture.append(square);
        });
      });
      picture.append(make("line", { x1: 0, x2: width, y1: height - foot, y2: height - foot, stroke: "#44505c" }));
      const note = (x, anchor, text) => picture.append(make("text", { x, y: height - 4, "text-anchor": anchor, "font-size": 11, fill: "#374151" }, text));
      if (high > low) {
        note(0, "start", write(low));
        note(width, "end", write(high));
      } else note(width / 2, "middle", write(low));
      if (extra.length) {
        const x = across(layer.city) + width / count / 2;
        picture.append(make("line", { x1: x, x2: x, y1: 2, y2: height - foot, stroke: "#111827", "stroke-width": 1.5, "stroke-dasharray": "4 3" }));
      }
    };
    const light = (row) => squares.forEach((square, key) => square.classList.toggle("lit", key === row));
    view.on("layer", draw);
    view.on("hover", (row) => light(row === null ? view.selected : row));
    view.on("select", light);
    draw();
  }

  // The table holds every area, or as many lines as it has where there are more; a sort goes over all areas.
  function addTable(view) {
    const { data } = view;
    const table = byId("areas-table");
    const body = table.tBodies[0];
    const lines = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const whole = lines.length === data.names.length;
    const activeHead = table.querySelector("th[data-active]");
    const units = new Map(data.table.map(({ column, unit }) => [column, unit]));
    const limits = new Map(data.layers.map((layer) => [layer.column, layer.limits]));
    const rowOf = (line) => Number(line.dataset.row);
    let order = null;

    const valueOf = (row, head) => {
      if (head.dataset.name !== undefined) return data.names[row];
      const column = head.dataset.active !== undefined ? view.layer().column : head.dataset.column;
      const value = data.values[column][row];
      return typeof value === "boolean" ? Number(value) : value;
    };
    const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "nl"));
    const mark = (name, row) => lines.forEach((line) => line.classList.toggle(name, rowOf(line) === row));
    const remark = () => {
      mark("lit", view.hovered);
      mark("chosen", view.selected);
    };
    const fill = (line, row) => {
      line.dataset.row = row;
      line.querySelector("th button").replaceChildren(make("bdi", {}, data.names[row]));
      for (const cell of line.querySelectorAll("[data-column]")) {
        const { column } = cell.dataset;
        cell.replaceChildren(make("bdi", {}, numberText(data.values[column][row], units.get(column), limits.get(column))));
      }
    };
    const sort = () => {
      if (!order) return;
      const { head, down } = order;
      const rows = data.names.map((_, row) => row);
      const key = rows.map((row) => valueOf(row, head));
      const missing = (value) => value === null || value === undefined;
      // Unknown stands last, whichever way the column is sorted.
      rows.sort((a, b) => {
        const [x, y] = [key[a], key[b]];
        if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y));
        return down ? compare(y, x) : compare(x, y);
      });
      if (whole) {
        const of = new Map(lines.map((line) => [rowOf(line), line]));
        body.append(...rows.map((row) => of.get(row)));
      } else {
        lines.forEach((line, place) => fill(line, rows[place]));
        writeActive();
        remark();
      }
      heads.forEach((cell) => cell.setAttribute("aria-sort", cell === head ? (down ? "descending" : "ascending") : "none"));
    };
    heads.forEach((head) => {
      head.querySelector("button").addEventListener("click", () => {
        const again = order && order.head === head;
        order = { head, down: again ? !order.down : head.dataset.name === undefined };
        sort();
      });
    });

    const writeActive = () => {
      if (!activeHead) return;
      for (const line of lines) {
        const row = rowOf(line);
        line.querySelector("[data-active]").replaceChildren(atlas.swatch(view.colour(row)), view.valueText(row));
      }
    };
    const follow = () => {
      const layer = view.layer();
      if (!activeHead || !layer) return;
      activeHead.querySelector("button").replaceChildren(make("bdi", {}, layer.title));
      for (const line of [...lines, ...(table.tFoot ? table.tFoot.rows : [])]) {
        for (const cell of line.querySelectorAll("[data-column], [data-sum]")) {
          cell.hidden = !view.isTold(cell.dataset.column || cell.dataset.sum);
        }
      }
      heads.forEach((head) => (head.hidden = head.dataset.column !== undefined && !view.isTold(head.dataset.column)));
      if (order && order.head.hidden) {
        order.head.setAttribute("aria-sort", "none");
        order = null;
      }
      writeActive();
      const city = table.querySelector("tfoot [data-active]");
      if (city) city.textContent = layer.city === undefined ? "" : numberText(layer.city, layer.unit, layer.limits);
      const sums = table.querySelector("tfoot .sum");
      if (sums) {
        // The column of the layer is not told twice: its sum goes where its values are.
        const own = [...sums.querySelectorAll("[data-sum]")].find((cell) => cell.dataset.sum === layer.column);
        sums.querySelector("[data-active-sum]").textContent = own ? own.textContent : "";
        sums.hidden = ![...sums.querySelectorAll("td")].some((cell) => !cell.hidden && cell.textContent);
      }
      if (order && order.head === activeHead) sort();
    };
    view.on("layer", follow);
    follow();

    lines.forEach((line) => {
      const button = line.querySelector("button");
      line.addEventListener("mouseenter", () => view.hover(rowOf(line), true));
      line.addEventListener("mouseleave", () => view.hover(null));
      button.addEventListener("focus", () => view.hover(rowOf(line), true));
      button.addEventListener("blur", () => view.hover(null));
      button.addEventListener("click", () => view.select(rowOf(line), { zoom: true }));
    });
    view.on("hover", (row) => mark("lit", row));
    view.on("select", (row) => mark("chosen", row));
  }

  // The address holds layer, view, overlays and chosen area, so that a link shows what the sender saw.
  function addPermalink(view) {
    const { map, data } = view;
    let reading = false;
    const write = () => {
      if (reading) return;
      const state = new URLSearchParams();
      if (view.layer()) state.set("laag", view.layer().column);
      const centre = map.getCenter();
      state.set("zicht", [map.getZoom().toFixed(2), centre.lat.toFixed(5), centre.lng.toFixed(5)].join("/"));
      state.set("ook", view.overlays.map((overlay, place) => (overlay.shown ? place : null)).filter((place) => place !== null).join(","));
      if (view.selected !== null) state.set("gebied", String(view.selected));
      if (view.swipe) state.set("schuif", view.swipe.value());
      const hash = "#" + state.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
      byId("permalink").setAttribute("href", hash);
      try {
        history.replaceState(null, "", hash);
      } catch (refused) {
        // A browser may refuse this for a file; the link in the page still holds the state.
        if (refused.name !== "SecurityError") throw refused;
      }
    };
    const read = () => {
      const state = new URLSearchParams(location.hash.slice(1));
      if (![...state.keys()].length) return;
      reading = true;
      const place = data.layers.findIndex((layer) => layer.column === state.get("laag"));
      if (place >= 0) view.setLayer(place);
      const numbers = (state.get("zicht") || "").split("/").map(Number);
      if (numbers.length === 3 && numbers.every(Number.isFinite) && Math.abs(numbers[1]) <= 85 && Math.abs(numbers[2]) <= 180) {
        map.setView([numbers[1], numbers[2]], Math.min(18, Math.max(2, numbers[0])), { animate: false });
      }
      if (state.has("ook")) {
        const shown = new Set(state.get("ook").split(",").filter(Boolean).map(Number));
        view.overlays.forEach((overlay, at) => view.show(at, shown.has(at)));
      }
      const row = /^\d+$/.test(state.get("gebied") || "") ? Number(state.get("gebied")) : null;
      view.select(row !== null && row < data.names.length ? row : null);
      const swipe = state.get("schuif");
      if (view.swipe && /^\d{1,3}$/.test(swipe || "") && Number(swipe) <= 100) view.swipe.set(swipe);
      reading = false;
      write();
    };
    read();
    map.on("moveend", write);
    ["layer", "overlay", "select", "swipe"].forEach((type) => view.on(type, write));
    window.addEventListener("hashchange", read);
  }

  if (atlas.views.length) atlas.page(atlas.views[0]);
})();
