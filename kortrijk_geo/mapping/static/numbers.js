// Dutch numbers, by the same rules as kortrijk_geo/dutch.py, and the one way to make page elements: by text.
(() => {
  "use strict";
  const atlas = (window.KortrijkAtlas = window.KortrijkAtlas || {});
  const UNKNOWN = "onbekend";
  const MOST_DECIMALS = 3;
  const DECIMALS = { share: 1, number: 1, whole: 0, metres: 0, points: 1, change: 1, whole_change: 0 };
  const SUFFIX = { share: " %", metres: " m", points: " procentpunt" };
  const PER_CENT = ["share", "points"];
  const SIGNED = ["points", "change", "whole_change"];

  function decimalText(value, decimals) {
    const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, ".") + (part ? "," + part : "");
    return value < 0 && /[1-9]/.test(text) ? "-" + text : text;
  }

  atlas.numberText = (value, unit, limits = []) => {
    if (value === null || value === undefined || value === "") return UNKNOWN;
    if (typeof value === "boolean") return value ? "ja" : "nee";
    if (typeof value !== "number" || unit === "text") return String(value);
    const factor = PER_CENT.includes(unit) ? 100 : 1;
    const shown = value * factor;
    if (!Number.isFinite(shown)) return UNKNOWN;
    let decimals = DECIMALS[unit];
    const crosses = (limit) => Number(shown.toFixed(decimals)) < limit * factor !== shown < limit * factor;
    while (decimals < MOST_DECIMALS && limits.some(crosses)) decimals += 1;
    const text = decimalText(shown, decimals);
    return (SIGNED.includes(unit) && shown > 0 && /[1-9]/.test(text) ? "+" : "") + text + (SUFFIX[unit] || "");
  };

  // A value on a limit belongs to the class above it; -1 is no data.
  atlas.classOf = (value, limits) => {
    if (value === true || value === false) value = Number(value);
    if (typeof value !== "number" || !Number.isFinite(value)) return -1;
    let place = 0;
    while (place < limits.length && value >= limits[place]) place += 1;
    return place;
  };

  // Children are elements or text; text never becomes markup.
  atlas.make = (tag, attributes = {}, ...children) => {
    const svg = ["svg", "g", "rect", "line", "text", "title", "pattern", "defs", "path"].includes(tag);
    const element = svg
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };

  // A number stays on one line with its unit.
  atlas.unbroken = (text) => {
    const parts = text.split(/(\d[\d.,]* (?:%|m(?![\p{L}\d])))/u);
    return atlas.make("bdi", {}, ...parts.map((part, place) => (place % 2 ? atlas.make("span", { class: "kg-number" }, part) : part)));
  };

  atlas.swatch = (colour) => {
    const box = atlas.make("span", { class: colour ? "kg-swatch" : "kg-swatch kg-nodata", "aria-hidden": "true" });
    if (colour) box.style.backgroundColor = colour;
    return box;
  };
})();
