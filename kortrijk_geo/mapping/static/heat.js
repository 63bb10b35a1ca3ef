// The heat table sorts on every column; what is unknown stands last, whichever way.
(() => {
  "use strict";
  const table = document.getElementById("heat");
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const body = table.tBodies[0];
  const text = (row) => row.cells[0].textContent;
  heads.forEach((head, place) => {
    head.querySelector("button").addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const down = place > 0 ? before !== "descending" : before === "ascending";
      const value = (row) => row.cells[place].dataset.value;
      const compare = (a, b) => {
        if (!place) return text(a).localeCompare(text(b), "nl");
        if (value(a) === "" || value(b) === "") return 0;
        return Number(value(a)) - Number(value(b));
      };
      const unknown = (row) => Number(place > 0 && value(row) === "");
      body.append(...[...body.rows].sort((a, b) => unknown(a) - unknown(b) || (down ? compare(b, a) : compare(a, b))));
      heads.forEach((cell) => cell.setAttribute("aria-sort", cell === head ? (down ? "descending" : "ascending") : "none"));
    });
  });
})();
