// Search on the name of an area and, where the pack has addresses, on street and house number; all within the page.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const MOST_HITS = 8;
  const CLOSE = 17;
  const byId = (id) => document.getElementById(id);
  const plainText = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const times = (count, one, many) => `${count} ${count === 1 ? one : many}`;

  atlas.addSearch = (view) => {
    const box = byId("search");
    const hits = byId("hits");
    const status = byId("search-status");
    const sources = [areaSource(view), ...(view.data.addresses ? [addressSource(view)] : [])];
    const choose = (hit) => {
      hit.choose();
      hits.replaceChildren();
      status.textContent = hit.chosen;
    };
    const find = () => {
      const wanted = plainText(box.value);
      const found = wanted ? sources.map((source) => source.find(wanted)) : [];
      const all = found.flatMap(({ hits: some }) => some);
      hits.replaceChildren(
        ...all.slice(0, MOST_HITS).map((hit) => {
          const button = make("button", { type: "button" }, make("bdi", {}, hit.label));
          if (hit.note) button.append(make("small", {}, " ", make("bdi", {}, hit.note)));
          button.addEventListener("click", () => choose(hit));
          return make("li", {}, button);
        }),
      );
      const counts = found.map(({ counted }) => counted).filter(Boolean).join(", ");
      const more = all.length > MOST_HITS ? `, de eerste ${MOST_HITS} staan hier` : "";
      status.textContent = wanted ? `${counts || sources[0].none} gevonden${more}` : "";
      return all;
    };
    box.addEventListener("input", find);
    byId("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const found = find();
      if (found.length) choose(found[0]);
    });
  };

  // Names that begin with the wanted text stand first.
  const ranked = (names, wanted) =>
    names.map((name, row) => [name.indexOf(wanted), row]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, row]) => row);

  function areaSource(view) {
    const names = view.data.names.map(plainText);
    return {
      none: view.data.addresses ? "geen gebied of adres" : "0 gebieden",
      find: (wanted) => {
        const rows = ranked(names, wanted);
        const hits = rows.map((row) => ({
          label: view.data.names[row],
          chosen: `${view.data.names[row]} gekozen`,
          choose: () => {
            view.mark(null);
            view.select(row, { zoom: true });
          },
        }));
        return { hits, counted: rows.length ? times(rows.length, "gebied", "gebieden") : "" };
      },
    };
  }

  function addressSource(view) {
    const { streets } = view.data.addresses;
    const names = streets.map((street) => plainText(street.name));
    const asLine = (street) => (street.line = street.line || atlas.decodeLine(street.steps));

    // Goes to one house, or to a whole street; the area was found with exact shapes when the page was made.
    const go = (street, place) => () => {
      const line = asLine(street);
      const rows = typeof street.areas === "number" ? [street.areas] : [...new Set(place === null ? street.areas : [street.areas[place]])];
      view.select(rows.length === 1 && rows[0] >= 0 ? rows[0] : null);
      if (place === null) view.map.fitBounds(L.latLngBounds(line).pad(0.2), { maxZoom: CLOSE, animate: false });
      else view.map.setView(line[place], Math.max(CLOSE, view.map.getZoom()), { animate: false });
      view.mark(place === null ? null : line[place]);
    };
    const hit = (street, place) => {
      const label = place === null || !street.numbers[place] ? street.name : `${street.name} ${street.numbers[place]}`;
      return { label, note: street.place, chosen: `${label}${street.place ? ", " + street.place : ""} gekozen`, choose: go(street, place) };
    };
    // The city after the number is read past: "Kerkstraat 12, Marke" finds number 12.
    const parts = (wanted) => wanted.match(/^(.*?\D)[\s,]+(\d+[a-z0-9/-]*)\b/) || [null, wanted, null];

    const addressHits = (street, number) =>
      ranked(names, street.replace(/[\s,]+$/, "")).flatMap((row) => {
        const numbers = streets[row].numbers.map((text) => text.toLowerCase());
        const same = numbers.indexOf(number);
        const near = numbers.map((text, place) => (text.startsWith(number) && place !== same ? place : -1)).filter((place) => place >= 0);
        return [...(same >= 0 ? [same] : []), ...near].map((place) => hit(streets[row], place));
      });
    return {
      find: (wanted) => {
        const [, street, number] = parts(wanted);
        const rows = ranked(names, wanted);
        const houses = number ? addressHits(street, number) : [];
        const counted = [rows.length && times(rows.length, "straat", "straten"), houses.length && times(houses.length, "adres", "adressen")];
        return { hits: [...rows.map((row) => hit(streets[row], null)), ...houses], counted: counted.filter(Boolean).join(", ") };
      },
    };
  }
})();
