// The map and the ranking as pictures to take along: with title, legend, source, date and the mark of invented data.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { numberText } = atlas;
  const RATIO = 2; // sharp on paper
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  const [INK, SOFT, MARGIN] = ["#1f2933", "#4b5563", 20];
  const [SIDE, LINE, SWATCH] = [270, 18, 14];
  const CHART = { width: 1000, name: 230, value: 110, row: 26 };
  const LEAST_HEIGHT = 420;
  const MOST_SOURCES = 3;

  const titleOf = () => document.querySelector("h1").textContent.trim();
  const today = () => new Intl.DateTimeFormat("nl-BE", { dateStyle: "long" }).format(new Date());

  function sheet(width, height) {
    const canvas = atlas.make("canvas", { width: Math.round(width * RATIO), height: Math.round(height * RATIO) });
    const context = canvas.getContext("2d");
    context.scale(RATIO, RATIO);
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, width, height);
    context.textBaseline = "alphabetic";
    return context;
  }

  // Writes text within a width, word by word, and returns where the next line starts.
  function write(context, text, x, y, width, { size = 13, weight = 400, colour = INK, draw = true } = {}) {
    context.font = `${weight} ${size}px ${FONT}`;
    context.fillStyle = colour;
    let line = "";
    const end = () => {
      if (draw) context.fillText(line, x, y + size);
      y += Math.round(size * 1.35);
    };
    for (const word of String(text).split(/\s+/)) {
      const longer = line ? `${line} ${word}` : word;
      if (line && context.measureText(longer).width > width) {
        end();
        line = word;
      } else line = longer;
    }
    end();
    return y;
  }

  function shorten(context, text, width) {
    if (context.measureText(text).width <= width) return text;
    let short = text;
    while (short.length > 1 && context.measureText(`${short}…`).width > width) short = short.slice(0, -1);
    return `${short}…`;
  }

  // Mark of invented data, title and layer at the top; returns where they end.
  function head(context, view, width) {
    let y = 0;
    if (view.data.demo) {
      context.fillStyle = "#7a1f00";
      context.fillRect(0, 0, width, 28);
      write(context, view.data.demo, MARGIN, 6, width, { size: 13, weight: 700, colour: "#ffffff" });
      y = 28;
    }
    y = write(context, `${titleOf()}: ${view.data.pack}`, MARGIN, y + 12, width - 2 * MARGIN, { size: 20, weight: 700 });
    return write(context, view.layer().title, MARGIN, y + 2, width - 2 * MARGIN, { size: 14, colour: SOFT }) + 8;
  }

  function foot(context, view, y, width, draw = true) {
    const { sources, period, digest } = view.data.credit;
    const parts = [sources.length ? `Bron: ${sources.slice(0, MOST_SOURCES).join("; ")}${sources.length > MOST_SOURCES ? ` en ${sources.length - MOST_SOURCES} andere` : ""}` : "", period ? `Toestand ${period}` : "", `Stadspakket ${view.data.pack}${digest ? ` (${digest})` : ""}`, `Gemaakt op ${today()}`];
    return write(context, `${parts.filter(Boolean).join(". ")}.`, MARGIN, y + 6, width - 2 * MARGIN, { size: 11, colour: SOFT, draw }) + 10;
  }

  // The legend as it stands on the map: the classes of the areas, then every layer that is shown.
  function legend(context, view, x, y, draw = true) {
    const width = SIDE - SWATCH - 10;
    const item = (colour, label, round, mark) => {
      if (draw && mark) {
        context.drawImage(atlas.markCanvas(colour, mark), x - 1, y - 1, SWATCH + 2, SWATCH + 2);
      } else if (draw) {
        context.fillStyle = colour;
        context.strokeStyle = "#6b7280";
        context.lineWidth = 0.8;
        context.beginPath();
        if (round) context.arc(x + SWATCH / 2, y + SWATCH / 2, SWATCH / 2 - 1, 0, 2 * Math.PI);
        else context.rect(x, y, SWATCH, SWATCH);
        context.fill();
        context.stroke();
      }
      y = Math.max(y + LINE, write(context, label, x + SWATCH + 8, y - 1, width, { size: 12, draw }) + 3);
    };
    const layer = view.layer();
    y = write(context, layer.label, x, y, SIDE, { size: 13, weight: 700, draw }) + 4;
    for (const { label, colour } of layer.classes) item(colour, label, false);
    if (view.data.names.some((_, row) => view.colour(row) === null)) item("#dfe3e8", view.data.noData, false);
    for (const overlay of view.overlays.filter(({ shown }) => shown)) {
      y = write(context, overlay.label + (overlay.chosen ? ` (alleen ${overlay.chosen})` : ""), x, y + 8, SIDE, { size: 13, weight: 700, draw }) + 4;
      if (overlay.classes.length > 1) for (const { label, colour, mark } of overlay.classes) item(colour, label, overlay.round, mark);
      else if (overlay.classes.length) item(overlay.classes[0].colour, overlay.classes[0].label, overlay.round);
    }
    if (view.range) {
      const [low, high] = view.range.map((value) => numberText(value, layer.unit, layer.limits));
      y = write(context, `Alleen de gebieden van ${low} tot en met ${high} hebben hun volle kleur.`, x, y + 8, SIDE, { size: 12, colour: SOFT, draw });
    }
    return y;
  }

  function loaded(url) {
    return new Promise((done, failed) => {
      const image = new Image();
      image.onload = () => done(image);
      image.onerror = () => failed(new Error("een deel van de kaart laat zich niet overnemen"));
      image.src = url;
    });
  }

  // Everything that Leaflet drew, from the lowest pane to the highest, where it stands on the screen.
  async function drawMap(context, view, left, top) {
    const box = view.map.getContainer().getBoundingClientRect();
    const panes = [...Object.values(view.map.getPanes())].filter((pane) => getComputedStyle(pane).display !== "none");
    const height = (pane) => Number(getComputedStyle(pane).zIndex) || 0;
    const parts = panes
      .flatMap((pane) => [...pane.children].flatMap((child) => (child.matches("canvas, svg, img") ? [child] : [])).map((child) => ({ child, z: height(pane), opacity: Number(getComputedStyle(pane).opacity) })))
      .sort((a, b) => a.z - b.z);
    for (const { child, opacity } of parts) {
      context.globalAlpha = opacity;
      const at = child.getBoundingClientRect();
      if (!at.width || !at.height || getComputedStyle(child).display === "none") continue;
      let image = child;
      if (child.matches("svg")) {
        const copy = child.cloneNode(true);
        copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
        copy.setAttribute("width", at.width * RATIO);
        copy.setAttribute("height", at.height * RATIO);
        copy.removeAttribute("style");
        image = await loaded(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`);
      }
      context.drawImage(image, left + at.left - box.left, top + at.top - box.top, at.width, at.height);
    }
    context.globalAlpha = 1;
    context.font = `600 12px ${FONT}`;
    context.textAlign = "center";
    context.lineJoin = "round";
    for (const name of view.names.style.display === "none" ? [] : view.names.querySelectorAll("bdi")) {
      const at = name.getBoundingClientRect();
      const [x, y] = [left + (at.left + at.right) / 2 - box.left, top + (at.top + at.bottom) / 2 - box.top + 4];
      context.strokeStyle = "#ffffff";
      context.lineWidth = 3;
      context.strokeText(name.textContent, x, y);
      context.fillStyle = "#111827";
      context.fillText(name.textContent, x, y);
    }
    context.textAlign = "left";
  }

  // A canvas of map and legend; tiles of another host may not be read back, so with them there is no picture.
  atlas.mapPicture = async (view) => {
    if (view.map.getContainer().querySelector(".leaflet-tile")) {
      throw new Error("met een achtergrondkaart van een andere website kan een browser geen afbeelding maken; zet die uit bij Kaartlagen");
    }
    const { x: wide, y: high } = view.map.getSize();
    const width = wide + SIDE + 3 * MARGIN;
    const probe = sheet(1, 1);
    const top = head(probe, view, width);
    const tall = Math.max(high, LEAST_HEIGHT, legend(probe, view, 0, 0, false));
    const bottom = top + tall;
    const context = sheet(width, foot(probe, view, bottom, width, false));
    head(context, view, width);
    context.save();
    context.beginPath();
    context.rect(MARGIN, top, wide, high);
    context.clip();
    context.fillStyle = "#e8ecef";
    context.fillRect(MARGIN, top, wide, high);
    await drawMap(context, view, MARGIN, top);
    context.restore();
    context.strokeStyle = "#cbd2d9";
    context.strokeRect(MARGIN, top, wide, high);
    legend(context, view, wide + 2 * MARGIN, top);
    foot(context, view, bottom, width);
    return context.canvas;
  };

  atlas.chartPicture = (view) => {
    const layer = view.layer();
    const { known, unknown } = atlas.ranked(view);
    const lines = atlas.chartLines(layer, known);
    const { across } = atlas.chartSpan(known, lines);
    const probe = sheet(1, 1);
    const top = head(probe, view, CHART.width) + (lines.length ? 26 : 0);
    const bottom = top + (known.length + unknown.length) * CHART.row;
    const context = sheet(CHART.width, foot(probe, view, bottom, CHART.width, false));
    const start = head(context, view, CHART.width);
    const [from, wide] = [MARGIN + CHART.name, CHART.width - 2 * MARGIN - CHART.name - CHART.value];
    const at = (value) => from + (across(value) / 100) * wide;
    const stroke = (kind) => {
      context.strokeStyle = kind === "city" ? "#111827" : "#b42318";
      context.lineWidth = 2;
      context.setLineDash({ city: [5, 4], goal: [], other: [2, 3] }[kind]);
    };
    let x = from;
    for (const { kind, label } of lines) {
      stroke(kind);
      context.beginPath();
      context.moveTo(x, start + 8);
      context.lineTo(x + 26, start + 8);
      context.stroke();
      write(context, label, x + 32, start, 400, { size: 12 });
      x += 56 + context.measureText(label).width;
    }
    context.setLineDash([]);
    [...known, ...unknown].forEach((item, place) => {
      const y = top + place * CHART.row;
      context.font = `400 13px ${FONT}`;
      context.fillStyle = INK;
      context.fillText(shorten(context, item.name, CHART.name - 10), MARGIN, y + 17);
      context.fillText(item.known ? view.valueText(item.row) : "onbekend", from + wide + 10, y + 17);
      if (!item.known) return;
      const [left, right] = [at(0), at(item.value)].sort((a, b) => a - b);
      context.globalAlpha = view.isWithin(item.row) ? 1 : 0.25;
      context.fillStyle = view.colour(item.row);
      context.fillRect(left, y + 4, right - left, CHART.row - 8);
      context.strokeStyle = "#44505c";
      context.lineWidth = 0.7;
      context.strokeRect(left, y + 4, right - left, CHART.row - 8);
      context.globalAlpha = 1;
    });
    for (const { kind, value } of lines) {
      stroke(kind);
      context.beginPath();
      context.moveTo(at(value), top);
      context.lineTo(at(value), bottom);
      context.stroke();
    }
    context.setLineDash([]);
    foot(context, view, bottom, CHART.width);
    return context.canvas;
  };
})();
