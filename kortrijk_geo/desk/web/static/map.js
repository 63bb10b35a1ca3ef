// The map of a page: areas by their rate, streets when near, and a mark that a click sets. Without it the page works too.
"use strict";
(() => {
  const box = document.getElementById("kaart");
  if (!box || !window.L) return;
  const FILL = { true: "#e07a3f", false: "#9ecae1", null: "#dfe3e8" };
  const SAID = { true: "onder de norm", false: "haalt de norm", null: "onbekend" };
  const STREETS_FROM = 15, NAMES_FROM = 420;
  box.textContent = "";
  const status = document.createElement("p");
  status.className = "map-status";
  status.setAttribute("role", "status");
  status.textContent = "De kaart wordt geladen …";
  const failed = () => { status.textContent = "De kaart kan niet worden geladen. De rest van de pagina werkt wel."; };
  const map = L.map(box, { zoomSnap: 0.5, minZoom: 10, maxZoom: 19, attributionControl: false });
  map.zoomControl.setPosition("topright");
  for (const [selector, title] of [[".leaflet-control-zoom-in", "Inzoomen"], [".leaflet-control-zoom-out", "Uitzoomen"]]) {
    const button = box.querySelector(selector);
    button.title = title;
    button.setAttribute("aria-label", title);
  }
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", box.dataset.pick ? "Kaart: klik om de plek te kiezen" : "Kaart van de wijken");
  box.append(status);
  L.control.scale({ imperial: false }).addTo(map);
  const flip = (ring) => ring.map(([x, y]) => [y, x]);
  const main = L.layerGroup().addTo(map), names = L.layerGroup().addTo(map), near = L.layerGroup().addTo(map);
  let mark = null;

  const line = (street, weight, colour) => L.polyline(flip(street.line), { color: colour, weight, interactive: false });

  function drawAreas(data) {
    const all = L.featureGroup();
    for (const area of data.areas) {
      const rings = area.kind === "Polygon" ? area.shape.map(flip) : area.shape.map((part) => part.map(flip));
      const shape = L.polygon(rings, { color: "#374151", weight: 1.2, fillColor: FILL[area.below], fillOpacity: box.dataset.pick ? 0.35 : 0.7, interactive: !box.dataset.pick });
      if (!box.dataset.pick) {
        const tip = document.createElement("span");
        tip.textContent = `${area.name}: ${area.text} per 100, ${SAID[area.below]}`;
        shape.bindTooltip(tip, { sticky: true, className: "area" });
      }
      all.addLayer(shape);
      if (box.clientWidth >= NAMES_FROM) {
        const name = document.createElement("span");
        name.textContent = area.name;
        names.addLayer(L.tooltip([area.at[1], area.at[0]], { permanent: true, direction: "center", className: "area-name", content: name, interactive: false }));
      }
    }
    all.addTo(map);
    for (const street of data.streets) main.addLayer(line(street, 1, "#ffffff"));
    if (box.dataset.lat) return;
    map.options.zoomSnap = 0; // the city fills the map; by the buttons it goes in steps again
    map.fitBounds(all.getBounds(), { padding: [8, 8], animate: false });
    map.options.zoomSnap = 0.5;
    thinNames();
  }

  // A name that would lie over another one is left out until there is room.
  function thinNames() {
    const kept = [];
    names.eachLayer((name) => {
      const element = name.getElement();
      if (!element) return;
      element.style.visibility = "";
      const at = element.getBoundingClientRect();
      const over = kept.some((one) => at.left < one.right && one.left < at.right && at.top < one.bottom && one.top < at.bottom);
      if (over) element.style.visibility = "hidden";
      else kept.push(at);
    });
  }

  async function drawStreets() {
    const close = map.getZoom() >= STREETS_FROM;
    if (close) names.remove();
    else names.addTo(map);
    thinNames();
    if (!close) { near.clearLayers(); return; }
    const view = map.getBounds();
    const ask = new URLSearchParams({ west: view.getWest(), south: view.getSouth(), east: view.getEast(), north: view.getNorth() });
    const answer = await fetch(`/kaart/straten.json?${ask}`);
    if (!answer.ok) return;
    const { streets } = await answer.json();
    near.clearLayers();
    const named = new Set();
    for (const street of streets) {
      const drawn = line(street, 3, "#ffffff");
      near.addLayer(line(street, 5, "#8a96a3")).addLayer(drawn);
      if (!street.name || named.has(street.name) || map.getZoom() < 16) continue;
      const middle = street.line[Math.floor(street.line.length / 2)];
      if (!view.contains([middle[1], middle[0]])) continue;
      named.add(street.name);
      const text = document.createElement("span");
      text.textContent = street.name;
      near.addLayer(L.tooltip([middle[1], middle[0]], { permanent: true, direction: "center", className: "street-name", content: text, interactive: false }));
    }
  }

  function place(latlng, { look = false } = {}) {
    if (mark) mark.setLatLng(latlng);
    else mark = L.circleMarker(latlng, { radius: 9, color: "#ffffff", weight: 3, fillColor: "#b00020", fillOpacity: 1, interactive: false, pane: "markerPane" }).addTo(map);
    if (look) map.setView(latlng, Math.max(map.getZoom() || 0, 16));
  }

  window.deskMap = { place: (lat, lng) => place([lat, lng], { look: true }) };
  if (box.dataset.pick) {
    map.on("click", ({ latlng }) => {
      place(latlng);
      const field = document.getElementById(box.dataset.pick);
      field.value = `${latlng.lat.toFixed(6)} ${latlng.lng.toFixed(6)}`.replaceAll(".", ",");
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  map.on("moveend", drawStreets);
  map.setView([50.82, 3.27], 12);
  // 503: the city is still being opened; a minute is far more than that takes.
  const areas = async (left = 40) => {
    const answer = await fetch(box.dataset.areas);
    if (answer.ok) return answer.json();
    if (answer.status !== 503 || !left) throw new Error(answer.status);
    await new Promise((later) => { setTimeout(later, 1500); });
    return areas(left - 1);
  };
  areas().then((data) => {
    drawAreas(data);
    status.remove();
    if (box.dataset.lat) place([Number(box.dataset.lat), Number(box.dataset.lng)], { look: true });
    const waiting = document.querySelector("main > .wait");
    if (waiting && !box.dataset.pick) location.reload();
    else waiting?.remove();
  }).catch(failed);
})();
