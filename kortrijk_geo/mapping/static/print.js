// The page on paper: one sheet with map, legend, table and chosen area; afterwards the screen is as it was.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  // In pixels of a sheet A4, landscape: what is left of it below title and headlines.
  const HEIGHT = 490;
  const WIDTH = { least: 330, most: 640, two: 305 };
  const EDGE = 14;
  const MOST_ROWS_BESIDE = 26;
  const MOST_COLUMNS = 14;
  const TEXT_COLUMN = 4; // a column of text takes the room of so many of numbers
  // In pixels: what lies beside the table, and what a column takes at the table's size on paper. A figure is never cut.
  const SHEET = 1050;
  const BESIDE = 162;
  const COLUMN = { character: 5.3, edges: 8, swatch: 14, least: 24, name: 130 };

  atlas.addPrint = (view) => {
    const { map, data } = view;
    const container = map.getContainer();
    const box = container.parentElement;
    let before = null;
    const compared = () => !!(data.compared && view.layer() && view.layer().before && view.swipe);

    // The sheet gives the map the shape of the city.
    const size = (whole) => {
      if (compared()) return { width: WIDTH.two, height: HEIGHT };
      if (!whole || !data.bounds) return { width: 480, height: HEIGHT };
      const [south, west, north, east] = data.bounds.flat();
      const corners = [map.project([south, west], 12), map.project([north, east], 12)];
      const shape = (corners[1].x - corners[0].x) / (corners[0].y - corners[1].y);
      return { width: Math.round(Math.min(WIDTH.most, Math.max(WIDTH.least, HEIGHT * shape + 2 * EDGE))), height: HEIGHT };
    };
    const start = () => {
      if (before) return;
      const whole = view.whole || (data.bounds && map.getBounds().contains(data.bounds));
      before = { whole: view.whole, centre: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds(), snap: map.options.zoomSnap };
      const { width, height } = size(whole);
      const root = document.documentElement;
      root.classList.add("printing");
      root.classList.toggle("kg-long-table", document.querySelectorAll("#areas-table tbody tr").length > MOST_ROWS_BESIDE);
      root.classList.toggle("kg-two-maps", compared());
      foldColumns(SHEET - BESIDE - (compared() ? 2 * width + 8 : width));
      box.style.width = width + "px";
      box.style.height = height + "px";
      // What is drawn meanwhile is drawn for paper, twice as fine.
      const { retina } = L.Browser;
      L.Browser.retina = true;
      map.options.zoomSnap = 0;
      map.invalidateSize({ animate: false, pan: false });
      view.layOut();
      const shown = whole ? data.bounds : before.bounds;
      map.fitBounds(shown, { padding: whole ? [EDGE / 2, EDGE / 2] : [0, 0], animate: false });
      L.Browser.retina = retina;
      before.canvases = asPictures(container);
      if (compared()) before.twin = printTwo(view, box);
    };
    const end = () => {
      if (!before) return;
      before.canvases.forEach(([canvas, picture]) => picture.replaceWith(canvas));
      if (before.twin) before.twin();
      document.documentElement.classList.remove("printing", "kg-long-table", "kg-two-maps");
      box.style.width = "";
      box.style.height = "";
      map.options.zoomSnap = before.snap;
      map.invalidateSize({ animate: false, pan: false });
      view.layOut();
      map.setView(before.centre, before.zoom, { animate: false });
      view.whole = before.whole;
      before = null;
    };
    window.addEventListener("beforeprint", start);
    window.addEventListener("afterprint", end);
    document.getElementById("print").addEventListener("click", () => window.print());
  };

  // The last columns of a wide table do not fit on the sheet, which says so.
  function foldColumns(pixels) {
    const table = document.getElementById("areas-table");
    let room = MOST_COLUMNS;
    let left = 0;
    for (const head of table.tHead.rows[0].cells) {
      if (!head.hidden) {
        room -= head.classList.contains("text") ? TEXT_COLUMN : 1;
        pixels -= columnWidth(table, head.cellIndex);
      }
      const beyond = room < 0 || pixels < 0;
      left += Number(beyond && !head.hidden);
      for (const row of table.rows) row.cells[head.cellIndex].classList.toggle("kg-beyond", beyond);
    }
    const note = table.parentElement.querySelector(".kg-beyond-note") || table.parentElement.appendChild(make("p", { class: "kg-beyond-note" }));
    note.textContent = left ? `Nog ${left === 1 ? "1 kolom staat" : `${left} kolommen staan`} op de pagina zelf en in het werkboek.` : "";
  }

  function columnWidth(table, place) {
    const cells = [...table.rows].slice(1).map((row) => row.cells[place]);
    if (!place) return Math.min(COLUMN.name, COLUMN.edges + COLUMN.character * Math.max(0, ...[...table.tBodies[0].rows].map((row) => row.cells[0].textContent.trim().length)));
    const swatch = cells.some((cell) => cell.querySelector(".kg-swatch, .swatch")) ? COLUMN.swatch : 0;
    return Math.max(COLUMN.least, swatch + COLUMN.edges + COLUMN.character * Math.max(...cells.map((cell) => cell.textContent.trim().length)));
  }

  // Paper has no slider: the earlier state is a map of its own at the left of the later one. Returns how to undo it.
  function printTwo({ map, data }, box) {
    const container = map.getContainer();
    const sign = (text) => make("div", { class: "kg-state" }, make("bdi", {}, text));
    const earlier = container.cloneNode(true);
    const canvases = [...container.querySelectorAll("canvas")];
    earlier.querySelectorAll("canvas").forEach((canvas, place) => {
      if (canvases[place].width && canvases[place].height) canvas.getContext("2d").drawImage(canvases[place], 0, 0);
    });
    earlier.removeAttribute("id");
    earlier.querySelector(".leaflet-kg-before-pane").style.clipPath = "";
    earlier.querySelectorAll(".leaflet-control-container").forEach((controls) => controls.remove());
    const twin = make("div", { class: "mapbox kg-twin" }, earlier, sign(data.compared[0]));
    twin.style.width = box.style.width;
    twin.style.height = box.style.height;
    const later = sign(data.compared[1]);
    box.before(twin);
    box.append(later);
    const pane = map.getPane("kg-before");
    const shown = pane.style.visibility;
    pane.style.visibility = "hidden";
    return () => {
      twin.remove();
      later.remove();
      pane.style.visibility = shown;
    };
  }

  // A canvas drawn while a page is printed goes to paper stroke by stroke, and where it was cleared some readers of
  // PDF wipe out what lies beneath; its picture does not.
  function asPictures(box) {
    return [...box.querySelectorAll(".leaflet-pane canvas")].map((canvas) => {
      const picture = make("canvas", { class: canvas.className, width: canvas.width, height: canvas.height });
      picture.style.cssText = canvas.style.cssText;
      if (canvas.width && canvas.height) picture.getContext("2d").drawImage(canvas, 0, 0);
      canvas.replaceWith(picture);
      return [canvas, picture];
    });
  }
})();
