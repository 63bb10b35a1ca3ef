// Names of areas on the map: near the middle of the largest circle that fits in each, moved or in two lines where
// another name stands, the chosen one always.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const SIZE = 12;
  const LINE = 14;
  const FEW = 40;
  const WIDEST = 1.6;
  const AWAY = [0, 11, -11, 20, -20, 30, -30];

  // "Kortrijk Centrum" is "Centrum" on a map of Kortrijk, as long as no other area is called so.
  function shortNames(names, pack) {
    const city = pack.replace(/ \(.*/, "") + " ";
    const short = names.map((name) => (name.startsWith(city) && name.length > city.length + 2 ? name.slice(city.length) : name));
    const times = new Map();
    short.forEach((name) => times.set(name, (times.get(name) || 0) + 1));
    return short.map((name, row) => (times.get(name) === 1 ? name : names[row]));
  }

  // A name in one line, or broken where its halves are most alike.
  function waysToWrite(name) {
    const breaks = [...name.matchAll(/[ -](?=\S{3})/g)].map(({ index }) => index);
    if (!breaks.length) return [[name]];
    const at = breaks.reduce((best, one) => (Math.abs(one - name.length / 2) < Math.abs(best - name.length / 2) ? one : best));
    return [[name], [name.slice(0, at + 1).trim(), name.slice(at + 1)]];
  }

  atlas.nameLayer = (view) => {
    const { map, data } = view;
    const pane = map.getPane("kg-names");
    const measure = make("canvas").getContext("2d");
    measure.font = `600 ${SIZE}px system-ui, sans-serif`;
    const short = shortNames(data.names, data.pack);
    const labels = data.areas.features
      .filter((feature) => feature.properties.label)
      .map((feature) => {
        const { row, label: [lat, lng, radius] } = feature.properties;
        const ways = waysToWrite(short[row]).map((lines) => ({
          lines,
          width: Math.max(...lines.map((line) => measure.measureText(line).width)) + 4,
          height: lines.length * LINE + 2,
        }));
        return { row, latlng: L.latLng(lat, lng), radius, ways };
      })
      .sort((a, b) => b.radius - a.radius);
    const few = labels.length <= FEW;

    const boxAt = ({ x, y }, { width, height }) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    const meets = (a) => (b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
    // The nearest free place that still lies in the circle, more or less.
    const freePlace = (label, middle, reach, taken) => {
      for (const dy of AWAY) {
        for (const dx of AWAY) {
          if (Math.hypot(dx, dy) > Math.max(reach, 12)) continue;
          for (const way of label.ways) {
            const at = L.point(middle.x + dx, middle.y + dy);
            if (!taken.some(meets(boxAt(at, way)))) return { at, way };
          }
        }
      }
      return null;
    };
    const place = () => {
      const pixels = map.options.crs.scale(map.getZoom()) / 40075016.68557849;
      const taken = [];
      pane.replaceChildren();
      const chosenFirst = [...labels].sort((a, b) => Number(b.row === view.selected) - Number(a.row === view.selected));
      for (const label of chosenFirst) {
        const reach = label.radius * pixels;
        const chosen = label.row === view.selected;
        const ways = label.ways.filter(({ width }) => few || chosen || width <= 2 * reach * WIDEST);
        // A wide name is broken before it is moved.
        ways.sort((a, b) => Number(a.width > 2.4 * reach) - Number(b.width > 2.4 * reach));
        const middle = map.latLngToLayerPoint(label.latlng);
        const free = freePlace({ ways }, middle, reach, taken) || (chosen && { at: middle, way: label.ways[0] });
        if (!free) continue;
        taken.push(boxAt(free.at, free.way));
        const lines = free.way.lines.map((line) => make("span", {}, line));
        const element = make("span", { class: chosen ? "kg-name kg-chosen-name" : "kg-name" }, make("bdi", {}, ...lines));
        L.DomUtil.setPosition(element, free.at.round());
        pane.append(element);
      }
    };
    map.on("zoomend viewreset", place);
    map.on("zoomstart", () => pane.replaceChildren());
    view.on("select", place);
    pane.setAttribute("aria-hidden", "true");
    place();
    return pane;
  };
})();
