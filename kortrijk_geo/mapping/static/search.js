// Search on the name of an area or a place and, where the pack has addresses, on street and house number; all within
// the page. What may be several is asked; what is nowhere leaves nothing chosen.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const MOST_HITS = 8;
  const CLOSE = 17;
  const LEAST_LETTERS = 3;
  const ASK = ": kies er een";
  const NUMBER_REMARKS = { "without box": "zonder bus, letter of reeks", "in range": "nummer binnen een reeks", nearest: "dichtstbijzijnde nummer" };
  const UNSURE = ["several", "no number near", "elsewhere"];
  const byId = (id) => document.getElementById(id);
  const plainText = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const times = (count, one, many) => `${count} ${count === 1 ? one : many}`;

  atlas.addSearch = (view) => {
    const box = byId("search");
    const hits = byId("hits");
    const status = byId("search-status");
    // Read when someone comes to search: of a city with many streets that takes as long as half the page.
    let sources = null;
    const read = () => (sources = sources || [areaSource(view), ...(view.data.addresses ? [addressSource(view)] : []), placeSource(view)]);
    const choose = (hit) => {
      hit.choose();
      hits.replaceChildren();
      status.textContent = hit.chosen;
      box.focus({ preventScroll: true });
    };
    // What was said of a found place holds no longer once another area is chosen.
    view.on("select", () => (status.textContent = ""));
    const find = () => {
      const wanted = plainText(box.value);
      const found = wanted ? read().map((source) => source.find(wanted, box.value)) : [];
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
      const unsure = found.some((some) => some.unsure);
      status.textContent = wanted ? `${counts || sources[0].none} gevonden${more}${unsure ? ASK : ""}` : "";
      return { all, unsure: unsure || found.some((some) => some.several) };
    };
    box.addEventListener("focus", read);
    box.addEventListener("input", find);
    byId("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const { all, unsure } = find();
      // What could be two houses is none: whoever asks has to say which.
      if (all.length && !unsure) choose(all[0]);
      if (unsure && !status.textContent.endsWith(ASK)) status.textContent += ASK;
      if (all.length || !box.value.trim()) return;
      const told = status.textContent;
      view.select(null);
      view.mark(null);
      status.textContent = told;
    });
  };

  // Names that begin with the wanted text stand first.
  const ranked = (names, wanted) =>
    names.map((name, row) => [name.indexOf(wanted), row]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, row]) => row);

  function areaSource(view) {
    const names = view.data.names.map(plainText);
    const city = view.data.pack.replace(/ \(.*/, "");
    const hit = (row) => ({
      label: view.data.names[row],
      chosen: `${view.data.names[row]} gekozen`,
      choose: () => view.select(row, { zoom: true }),
    });
    const wholeCity = {
      label: `${city}, de hele stad`,
      chosen: `${city}, de hele stad`,
      choose: () => {
        view.select(null);
        view.wholeMap();
      },
    };
    return {
      none: view.data.addresses ? `geen gebied of ${view.data.addresses.numbered ? "adres" : "straat"}` : "0 gebieden",
      find: (wanted, text) => {
        const within = ranked(names, wanted);
        const rows = within.length ? within : atlas.nearNames(names, text);
        const exact = rows.filter((row) => names[row] === wanted).length;
        const isCity = wanted === plainText(city) && names.length > 1;
        const hits = [...(isCity ? [wholeCity] : []), ...rows.map(hit)];
        return { hits, counted: rows.length ? times(rows.length, "gebied", "gebieden") : "", several: hits.length > 1 && (isCity || exact !== 1) };
      },
    };
  }

  // Points that have a name, as a crèche or a shop.
  function placeSource(view) {
    const first = view.overlays.length - view.data.points.length;
    let places = null;
    const read = () =>
      view.data.points.flatMap((source, layer) => {
        const field = source.fields.find(({ label, texts }) => texts && plainText(label) === "naam");
        if (!field) return [];
        const steps = atlas.decodeLine(source.steps);
        return field.values.map((value, row) => ({ name: field.texts[value], layer: first + layer, at: L.latLng(steps[row]) })).filter(({ name }) => name);
      });
    const hit = ({ name, layer, at }) => ({
      label: name,
      note: view.overlays[layer].label,
      chosen: `${name} gekozen`,
      choose: () => {
        view.show(layer, true);
        view.map.setView(at, Math.max(CLOSE - 1, view.map.getZoom()), { animate: false });
        view.select(view.areaAt(at));
        view.mark(at);
      },
    });
    return {
      find: (wanted) => {
        if (wanted.length < LEAST_LETTERS) return { hits: [], counted: "" };
        places = places || read().map((place) => ({ ...place, plain: plainText(place.name) }));
        const rows = ranked(places.map(({ plain }) => plain), wanted);
        return { hits: rows.map((row) => hit(places[row])), counted: rows.length ? times(rows.length, "locatie", "locaties") : "" };
      },
    };
  }

  function addressSource(view) {
    const { streets, numbered } = view.data.addresses;
    const names = streets.map((street) => plainText(street.name));
    const places = streets.map((street) => plainText(street.place));
    const asLine = (street) => (street.line = street.line || atlas.decodeLine(street.steps));

    // Goes to one house, or to a whole street; the area was found with exact shapes when the page was made.
    const go = (street, place) => () => {
      const line = asLine(street);
      const rows = typeof street.areas === "number" ? [street.areas] : [...new Set(place === null ? street.areas : [street.areas[place]])];
      view.select(rows.length === 1 && rows[0] >= 0 ? rows[0] : null);
      if (place === null) view.map.fitBounds(L.latLngBounds(line).pad(0.2), { maxZoom: CLOSE, animate: false });
      else view.map.setView(line[place], Math.max(CLOSE, view.map.getZoom()), { animate: false });
      view.mark(place === null && numbered ? null : line[place || 0]);
    };
    const hit = (street, place, remark = "") => {
      const label = place === null ? street.name : `${street.name} ${street.numbers[place]}`;
      const chosen = `${label}${street.place ? ", " + street.place : ""} gekozen${remark ? ` (${remark})` : ""}`;
      return { house: place !== null, label, note: [street.place, remark && `(${remark})`].filter(Boolean).join(" "), chosen, choose: go(street, place) };
    };
    const apart = (one, other) => view.map.distance(asLine(streets[one.row])[one.place], asLine(streets[other.row])[other.place]);
    const book = atlas.addressBook(streets, view.data.addresses.rules, apart);
    const asked = ({ level, same }) => [same ? "" : "straat anders geschreven", NUMBER_REMARKS[level]].filter(Boolean).join(" en ");
    // Streets may hold numbers in their name ("12 Julistraat 5"): every number may be that of the house, and what
    // follows it is the town. Each way of reading is tried, the longest street first.
    const readings = (wanted) =>
      [...wanted.matchAll(/[\s,]+(\d+[a-z0-9/-]*)(?=[\s,]|$)/g)].reverse().map((found) => [
        wanted.slice(0, found.index).trim(),
        found[1],
        wanted.slice(found.index + found[0].length).split(/[\s,]+/).filter(Boolean),
      ]);
    const housesOf = ([street, number, town]) => {
      const exact = [];
      const near = [];
      for (const row of ranked(names, street)) {
        if (!town.every((word) => places[row].includes(word))) continue;
        streets[row].numbers.forEach((text, place) => {
          const found = text.toLowerCase();
          if (found === number) exact.push([row, place]);
          else if (found.startsWith(number)) near.push([row, place]);
        });
      }
      return [...exact, ...near];
    };
    // The house that the address book finds comes first; where it sees several, those do.
    const withBest = (houses, best) => {
      const first = best.house ? [best.house] : best.reason === "several" || !houses.length ? best.choices : [];
      const known = new Set(first.map(({ row, place }) => `${row} ${place}`));
      return [
        ...first.map(({ row, place }) => hit(streets[row], place, best.house ? asked(best) : "")),
        ...houses.filter(([row, place]) => !known.has(`${row} ${place}`)).map(([row, place]) => hit(streets[row], place)),
      ];
    };
    return {
      find: (wanted, text) => {
        const read = readings(wanted);
        const rows = ranked(names, wanted);
        if (!rows.length && !numbered) rows.push(...(read.map(([street]) => ranked(names, street)).find((found) => found.length) || []));
        const best = numbered ? book.find(text) : { choices: [] };
        const near = read.map(housesOf).find((found) => found.length) || [];
        const houses = rows.length && !best.house ? near.map(([row, place]) => hit(streets[row], place)) : withBest(near, best);
        if (!rows.length && !houses.length) rows.push(...book.streetsOf(text));
        const unsure = !rows.length && houses.length > 0 && UNSURE.includes(best.reason);
        const counted = [rows.length && times(rows.length, "straat", "straten"), houses.length && (houses[0].house ? times(houses.length, "adres", "adressen") : times(houses.length, "straat", "straten"))];
        return { hits: [...rows.map((row) => hit(streets[row], null)), ...houses], counted: counted.filter(Boolean).join(", "), unsure };
      },
    };
  }
})();
