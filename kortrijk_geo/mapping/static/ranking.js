// Tables of many rows: a head sorts by its column, the choices above tell which rows are shown.
(() => {
  "use strict";
  const UNKNOWN = new Set(["", "onbekend"]);

  function addRanking(section) {
    const table = section.querySelector(".ranking-table");
    const body = table.tBodies[0];
    const lines = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const choices = [...section.querySelectorAll("select[data-place]")];
    const status = section.querySelector("[role=status]");
    let order = null;

    const textOf = (line, place) => line.cells[place].textContent.trim();
    const isNumber = (place) => heads[place].classList.contains("number");
    const valueOf = (line, place) => {
      const { value } = line.cells[place].dataset;
      if (isNumber(place)) return value === undefined ? null : Number(value);
      const text = textOf(line, place);
      return UNKNOWN.has(text) ? null : text;
    };
    const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "nl", { numeric: true }));
    const sort = (place) => {
      const down = order && order.place === place ? !order.down : isNumber(place);
      order = { place, down };
      const rows = lines.map((line) => [line, valueOf(line, place)]);
      // Unknown stands last, whichever way the column is sorted.
      rows.sort(([, x], [, y]) => {
        if (x === null || y === null) return Number(x === null) - Number(y === null);
        return down ? compare(y, x) : compare(x, y);
      });
      body.append(...rows.map(([line]) => line));
      heads.forEach((head, at) => head.setAttribute("aria-sort", at === place ? (down ? "descending" : "ascending") : "none"));
    };
    heads.forEach((head, place) => head.querySelector("button").addEventListener("click", () => sort(place)));

    const choose = () => {
      const wanted = choices.filter((choice) => choice.value).map((choice) => [Number(choice.dataset.place), choice.value]);
      lines.forEach((line) => (line.hidden = !wanted.every(([place, text]) => textOf(line, place) === text)));
      section.classList.toggle("chosen", wanted.length > 0);
      if (status) status.textContent = wanted.length ? `${lines.filter((line) => !line.hidden).length} van ${lines.length}` : "";
    };
    choices.forEach((choice) => choice.addEventListener("change", choose));
    choose();
  }

  document.querySelectorAll(".ranking").forEach(addRanking);
})();
