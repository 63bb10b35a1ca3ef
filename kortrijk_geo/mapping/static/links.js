// The address of a map page holds layer, view, overlays, search and chosen area: a link shows what the sender saw.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const byId = (id) => document.getElementById(id);
  const inside = ([lat, lng]) => Math.abs(lat) <= 85 && Math.abs(lng) <= 180;
  const numbersOf = (text, count) => {
    const numbers = (text || "").split("/").map(Number);
    return text && numbers.length === count && numbers.every(Number.isFinite) && inside(numbers.slice(-2)) ? numbers : null;
  };

  atlas.addLinks = (view) => {
    const { map, data } = view;
    const search = byId("search");
    const note = byId("area-note");
    let reading = false;
    let asked = ""; // an area of another page, which this one does not have
    let beside = "";

    const nameOf = (row) => (data.ids ? data.ids[row] : `rij-${row + 1}`);
    const placeOf = (area) => {
      if (data.ids) return data.ids.indexOf(area);
      const [, place] = /^rij-(\d{1,9})$/.exec(area) || [null, 0];
      return Number(place) <= data.names.length ? Number(place) - 1 : -1;
    };
    const stateNow = () => {
      const state = new URLSearchParams();
      if (view.layer()) state.set("laag", view.layer().column);
      const centre = map.getCenter();
      state.set("zicht", [map.getZoom().toFixed(2), centre.lat.toFixed(5), centre.lng.toFixed(5)].join("/"));
      state.set("toon", view.overlays.map((overlay, place) => (overlay.shown ? place : null)).filter((place) => place !== null).join(","));
      const area = view.selected !== null ? nameOf(view.selected) : asked;
      if (area) state.set("gebied", area);
      if (beside) state.set("naast", beside);
      if (view.pin && !view.mass) state.set("punt", [view.pin.getLatLng().lat.toFixed(5), view.pin.getLatLng().lng.toFixed(5)].join("/"));
      if (search.value.trim()) state.set("zoek", search.value.trim());
      if (view.swipe) state.set("schuif", view.swipe.value());
      return state;
    };
    const write = () => {
      if (reading) return;
      const state = stateNow();
      atlas.carry(state);
      atlas.writeHash(atlas.hashOf(state));
    };
    // A place that a search found is marked after the map has moved to it.
    const writeLater = () => {
      write();
      setTimeout(write);
    };
    const say = (text) => {
      note.textContent = text;
      note.hidden = !text;
    };
    // A link of before named an area by its place in the list, and the overlays "ook".
    const rowOf = (state) => {
      const area = state.get("gebied") || "";
      if (state.has("ook")) return /^\d+$/.test(area) && Number(area) < data.names.length ? Number(area) : null;
      const row = placeOf(area);
      asked = row < 0 ? area : "";
      return row < 0 ? null : row;
    };
    const read = () => {
      const state = atlas.readHash();
      if (![...state.keys()].length) return;
      reading = true;
      const place = data.layers.findIndex((layer) => layer.column === state.get("laag"));
      if (place >= 0) view.setLayer(place);
      const zicht = numbersOf(state.get("zicht"), 3);
      if (zicht) map.setView(zicht.slice(1), Math.min(18, Math.max(2, zicht[0])), { animate: false });
      const overlays = state.has("toon") ? state.get("toon") : state.get("ook");
      if (overlays !== null) {
        const shown = new Set(overlays.split(",").filter(Boolean).map(Number));
        view.overlays.forEach((overlay, at) => view.show(at, shown.has(at)));
      }
      if (state.get("zoek") && state.get("zoek") !== search.value) search.value = state.get("zoek");
      view.select(rowOf(state), { zoom: !zicht });
      say(asked ? `Het gekozen gebied (${asked}) staat niet op deze kaart: die toont andere gebieden.` : "");
      beside = state.get("naast") || "";
      const punt = numbersOf(state.get("punt"), 2);
      if (punt && !view.mass) view.mark(L.latLng(punt));
      const swipe = state.get("schuif");
      if (view.swipe && /^\d{1,3}$/.test(swipe || "") && Number(swipe) <= 100) view.swipe.set(swipe);
      reading = false;
      write();
    };
    read();
    map.on("moveend", writeLater);
    view.on("select", (row) => {
      if (reading || row === null) return;
      asked = "";
      say("");
    });
    ["layer", "overlay", "select", "swipe"].forEach((type) => view.on(type, write));
    search.addEventListener("input", write);
    window.addEventListener("hashchange", read);
    atlas.addCopy(() => location.href.split("#")[0] + atlas.hashOf(stateNow()));
  };
})();
