// The page around the map: card of one area, histogram, table twin.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make, numberText } = atlas;
  const MOST_OPEN = 12;
  const byId = (id) => document.getElementById(id);

  atlas.page = (view) => {
    const { map } = view;
    map.scrollWheelZoom.disable();
    map.on("focus click", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    addCard(view);
    atlas.addSearch(view);
    addTable(view);
    atlas.addCharts(view);
    atlas.addPrint(view);
    atlas.addLinks(view);
    document.documentElement.dataset.ready = "true";
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
    const dim = () => lines.forEach((line) => line.classList.toggle("dimmed", !view.isWithin(rowOf(line))));
    const remark = () => {
      mark("lit", view.hovered);
      mark("chosen", view.selected);
      dim();
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
      const told = new Map(heads.map((head) => [head.dataset.column, head.dataset.column === undefined || view.isTold(head.dataset.column)]));
      for (const line of [...lines, ...(table.tFoot ? table.tFoot.rows : [])]) {
        for (const cell of line.querySelectorAll("[data-column], [data-sum]")) {
          cell.hidden = !told.get(cell.dataset.column || cell.dataset.sum);
        }
      }
      heads.forEach((head) => (head.hidden = !told.get(head.dataset.column)));
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
    view.on("filter", dim);
  }

  if (atlas.views.length) atlas.page(atlas.views[0]);
})();
