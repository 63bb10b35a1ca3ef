// A tile background, where the page was made with one. When its service cannot be reached the local context returns.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const CREDIT = "kg-credit";

  // Returns how to show and hide the tiles, or null where the page has none.
  atlas.tileBackground = (view) => {
    const { map, data } = view;
    if (!data.tiles) return null;
    const tiles = L.tileLayer(data.tiles.url, { maxNativeZoom: data.tiles.mostZoom, maxZoom: 18, pane: "tilePane" });
    const credit = make("div", { class: CREDIT });
    const say = (text) => credit.replaceChildren(text);
    const corner = new (L.Control.extend({ options: { position: "bottomright" }, onAdd: () => credit }))();
    let loaded = false;
    const settle = (shown) => {
      map.getContainer().classList.toggle("kg-on-tiles", shown && loaded);
      view.showContext(!(shown && loaded));
    };
    tiles.on("tileload", () => {
      if (loaded) return;
      loaded = true;
      say(data.tiles.credit);
      settle(true);
    });
    tiles.on("tileerror", () => {
      if (!loaded) say(`${data.tiles.label} is niet bereikbaar; de kaart toont haar eigen ondergrond.`);
    });
    return {
      label: data.tiles.label,
      show: (shown) => {
        if (shown) {
          tiles.addTo(map);
          corner.addTo(map);
        } else {
          tiles.remove();
          corner.remove();
        }
        settle(shown);
      },
    };
  };
})();
