// Files that the page itself makes: pictures of map and ranking, and the table for a spreadsheet.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const PER_CENT = ["share", "points"];
  const UNITS = { share: " (%)", points: " (procentpunt)", metres: " (m)" };
  const DIGITS = 10; // what a figure means; more is noise of the machine
  const byId = (id) => document.getElementById(id);

  // Read as a formula by a spreadsheet: a text that begins so gets an apostrophe, as in the files of the toolkit.
  const guarded = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const quoted = (text) => (/[";\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const cell = (value, unit) => {
    if (value === null || value === undefined || value === "" || Number.isNaN(value)) return "onbekend";
    if (typeof value === "boolean") return value ? "ja" : "nee";
    if (typeof value !== "number") return quoted(guarded(String(value)));
    const shown = PER_CENT.includes(unit) ? value * 100 : value;
    return String(Number(shown.toPrecision(DIGITS))).replace(".", ",");
  };

  // The table as Excel reads it in Dutch: semicolons, decimal commas, a mark of UTF-8 before it.
  atlas.tableText = (view) => {
    const { data } = view;
    const layers = data.layers.map(({ column, title, unit }) => ({ column, label: title, unit }));
    const columns = [...new Map([...layers, ...data.table].map((one) => [one.column, one])).values()];
    const head = ["Gebied", ...columns.map(({ label, unit }) => label + (UNITS[unit] && !label.includes(UNITS[unit].trim()) ? UNITS[unit] : ""))];
    const rows = data.names.map((name, row) => [cell(name), ...columns.map(({ column, unit }) => cell(data.values[column][row], unit))]);
    const lines = [head.map((text) => quoted(guarded(text))), ...rows];
    if (data.demo) lines.push([quoted(guarded(data.demo))]);
    return "\ufeff" + lines.map((line) => line.join(";")).join("\r\n") + "\r\n";
  };

  function save(blob, name) {
    const link = atlas.make("a", { href: URL.createObjectURL(blob), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  atlas.addSaving = (view) => {
    const status = byId("save-status");
    const stem = () => [document.querySelector("h1").textContent, view.layer().label, view.data.demo ? "demo" : ""].filter(Boolean).join(" ").normalize("NFD").replace(/[^\w]+/g, "-").slice(0, 90).toLowerCase();
    const savePicture = (button, draw, what) => byId(button).addEventListener("click", async () => {
      try {
        const canvas = await draw(view);
        const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
        if (!blob) throw new Error("de browser geeft de afbeelding niet vrij");
        save(blob, `${stem()}-${what}.png`);
        status.textContent = `De ${what} is bewaard als afbeelding.`;
      } catch (error) {
        status.textContent = `Geen afbeelding: ${error.message}.`;
      }
    });
    savePicture("save-map", atlas.mapPicture, "kaart");
    savePicture("save-chart", async () => atlas.chartPicture(view), "grafiek");
    byId("save-table").addEventListener("click", () => {
      save(new Blob([atlas.tableText(view)], { type: "text/csv;charset=utf-8" }), `${stem()}-tabel.csv`);
      status.textContent = "De tabel is bewaard als CSV.";
    });
  };
})();
