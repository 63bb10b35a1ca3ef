// The page of the wijken: which sheets stand there, and the address that tells which.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const MOST_HITS = 8;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("wijken").textContent);
  const [choice, beside, sheets, note] = ["area-choice", "beside-choice", "sheets", "area-note"].map(byId);
  const plainText = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const names = data.names.map(plainText);
  let ground = null;
  let shown = { row: 0, other: null, all: false };
  let carried = new URLSearchParams();

  // In the order of their names, as the list is read.
  const order = data.names.map((_, row) => row).sort((a, b) => data.names[a].localeCompare(data.names[b], "nl"));
  for (const select of [choice, beside]) {
    const options = new Map([...select.options].map((option) => [option.value, option]));
    select.append(...order.map((row) => options.get(String(row))));
  }

  function stateNow() {
    const state = new URLSearchParams(carried);
    ["gebied", "naast", "alle"].forEach((key) => state.delete(key));
    state.set("gebied", data.ids[shown.row]);
    if (shown.other !== null) state.set("naast", data.ids[shown.other]);
    if (shown.all) state.set("alle", "1");
    return state;
  }

  function draw() {
    const rows = shown.all ? order : shown.other === null ? [shown.row] : [shown.row, shown.other];
    sheets.classList.toggle("two", !shown.all && shown.other !== null);
    sheets.replaceChildren(...rows.map((row) => atlas.wijkSheet(data, ground, row)));
    for (const link of sheets.querySelectorAll("a[data-area]")) {
      link.setAttribute("href", link.getAttribute("href") + atlas.hashOf(new URLSearchParams({ gebied: link.dataset.area })));
    }
    choice.value = String(shown.row);
    beside.value = shown.other === null ? "" : String(shown.other);
    document.title = `${shown.all ? "Wijken" : rows.map((row) => data.names[row]).join(" en ")} - ${data.city}`;
  }

  function show(next) {
    shown = { ...shown, all: false, ...next };
    if (shown.other === shown.row) shown.other = null;
    draw();
    const state = stateNow();
    atlas.carry(state);
    atlas.writeHash(atlas.hashOf(state));
    if (next.row !== undefined) say("");
  }

  const say = (text) => {
    note.textContent = text;
    note.hidden = !text;
  };

  function read() {
    const state = atlas.readHash();
    carried = state;
    const asked = ["gebied", "naast"].map((key) => state.get(key) || "");
    const [row, other] = asked.map((id) => data.ids.indexOf(id));
    const unknown = asked.filter((id, place) => id && [row, other][place] < 0);
    shown = { row: row < 0 ? order[0] : row, other: other < 0 || other === row ? null : other, all: state.has("alle") };
    draw();
    say(unknown.length ? `Geen wijk van deze atlas: ${unknown.join(" en ")}. Hier staat ${data.names[shown.row]}.` : "");
    // What another page knows as its area goes on to the next one as it came.
    atlas.carry(unknown.length ? state : stateNow());
  }

  function addSearch() {
    const [box, hits, told] = ["search", "hits", "search-status"].map(byId);
    const choose = (row) => {
      show({ row });
      hits.replaceChildren();
      told.textContent = `${data.names[row]} gekozen`;
      box.value = "";
    };
    const find = () => {
      const wanted = plainText(box.value);
      const at = (row) => names[row].indexOf(wanted);
      const rows = wanted ? order.filter((row) => at(row) >= 0).sort((a, b) => Math.sign(at(a)) - Math.sign(at(b))) : [];
      hits.replaceChildren(...rows.slice(0, MOST_HITS).map((row) => {
        const button = make("button", { type: "button" }, make("bdi", {}, data.names[row]));
        button.addEventListener("click", () => choose(row));
        return make("li", {}, button);
      }));
      const more = rows.length > MOST_HITS ? `, de eerste ${MOST_HITS} staan hier` : "";
      told.textContent = wanted ? `${rows.length} ${rows.length === 1 ? "wijk" : "wijken"} gevonden${more}` : "";
      return rows;
    };
    box.addEventListener("input", find);
    byId("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const rows = find();
      if (rows.length) choose(rows[0]);
    });
  }

  async function start() {
    if (data.background && window.DecompressionStream) ground = await atlas.background(data.background);
    read();
    addSearch();
    choice.addEventListener("change", () => show({ row: Number(choice.value) }));
    beside.addEventListener("change", () => show({ other: beside.value === "" ? null : Number(beside.value) }));
    byId("print").addEventListener("click", () => window.print());
    byId("print-all").addEventListener("click", () => {
      const before = shown;
      show({ all: true, other: null });
      window.addEventListener("afterprint", () => show({ ...before }), { once: true });
      window.print();
    });
    window.addEventListener("hashchange", read);
    atlas.addCopy(() => location.href.split("#")[0] + atlas.hashOf(stateNow()));
    document.documentElement.dataset.ready = "true";
  }

  start();
})();
