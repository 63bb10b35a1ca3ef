// The sheet of one wijk: its map, what stands out, and every figure beside the city and the other wijken.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make, numberText } = atlas;
  const [WIDTH, HEIGHT, EDGE] = [220, 24, 4];
  const INK = { bar: "#a9c4d6", own: "#1b4965", other: "#5f6b76", city: "#111827", goal: "#b42318", ground: "#eef1f4" };
  const bdi = (text) => make("bdi", {}, text);
  const write = (value, each) => numberText(value, each.unit, each.limits);

  // The bar of the wijk from zero; a tick for every other one, a dashed line for the city, a red one for the goal.
  function strip(each, row) {
    const picture = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const known = each.values.filter((value) => value !== null);
    if (!known.length) return picture;
    const city = each.counted ? null : each.city;
    const marks = [0, ...known, ...(city === null ? [] : [city]), ...(each.goal ? [each.goal.value] : [])];
    const [low, high] = [Math.min(...marks), Math.max(...marks)];
    const x = (value) => Math.round((EDGE + ((value - low) / (high - low || 1)) * (WIDTH - 2 * EDGE)) * 10) / 10;
    const line = (at, attributes) => picture.append(make("line", { x1: at, x2: at, y1: 0, y2: HEIGHT, "vector-effect": "non-scaling-stroke", ...attributes }));
    picture.append(make("rect", { x: 0, y: 6, width: WIDTH, height: 12, fill: INK.ground }));
    const own = each.values[row];
    if (own !== null) {
      const [from, to] = [Math.min(x(0), x(own)), Math.max(x(0), x(own))];
      picture.append(make("rect", { x: from, y: 6, width: to - from, height: 12, fill: INK.bar }));
    }
    const ticks = each.values.filter((value, place) => value !== null && place !== row).map((value) => `M${x(value)} 9V15`);
    picture.append(make("path", { d: ticks.join(""), stroke: INK.other, "stroke-width": 1.2, "vector-effect": "non-scaling-stroke", fill: "none" }));
    if (city !== null) line(x(city), { stroke: INK.city, "stroke-width": 1.5, "stroke-dasharray": "3 2" });
    if (each.goal) line(x(each.goal.value), { stroke: INK.goal, "stroke-width": 2.2 });
    if (own !== null) line(x(own), { stroke: INK.own, "stroke-width": 5, y1: 3, y2: 21 });
    return picture;
  }

  function figureRow(each, row) {
    const own = each.values[row];
    const head = make("th", { scope: "row" }, bdi(each.label));
    if (each.goal) head.append(make("span", { class: "goal-word" }, bdi(each.goal.word), ` ${each.goal.text}${each.unit === "share" ? " %" : ""}`));
    if (each.sum) head.append(make("span", { class: "goal-word" }, `som van de wijken ${each.sum}`));
    if (each.unit === "text") return make("tr", {}, head, make("td", { class: own === null ? "own unknown" : "own", colspan: 4 }, bdi(write(own, each))));
    const place = each.ranks[row];
    const rank = make("td", { class: "standing" }, place ? place[0] : "");
    if (place && place[1]) rank.append(make("span", { class: place[1] > 0 ? "chip good" : "chip bad" }, place[1] > 0 ? "gunstig" : "ongunstig"));
    return make(
      "tr", {}, head,
      make("td", { class: own === null ? "n own unknown" : "n own" }, write(own, each)),
      make("td", { class: "n city" }, write(each.city, each)),
      make("td", { class: "strip" }, strip(each, row)),
      rank,
    );
  }

  function numbers(data, row) {
    const heads = ["Cijfer", data.names[row], "Stad", "Tussen de andere wijken", "Plaats"].map((text, place) =>
      make("th", { scope: "col", class: place === 1 || place === 2 ? "n" : null }, bdi(text)),
    );
    const bodies = data.themes.map((theme) => {
      const link = make("a", { href: theme.file, "data-area": data.ids[row] }, bdi(theme.title));
      const head = make("tr", { class: "theme" }, make("th", { scope: "rowgroup", colspan: 5 }, link, make("small", {}, `toestand ${theme.state}`)));
      return make("tbody", {}, head, ...theme.indicators.map((each) => figureRow(each, row)));
    });
    return make("table", { class: "numbers" }, make("caption", { class: "hidden" }, `Cijfers van ${data.names[row]}`), make("thead", {}, make("tr", {}, ...heads)), ...bodies);
  }

  function key(data) {
    const sample = (...shapes) => make("svg", { viewBox: "0 0 26 12", "aria-hidden": "true" }, ...shapes);
    const line = (look) => make("line", { x1: 13, x2: 13, y1: 0, y2: 12, ...look });
    const goal = data.themes.some((theme) => theme.indicators.some((each) => each.goal));
    return make(
      "ul", { class: "key" },
      make("li", {}, sample(make("rect", { x: 0, y: 2, width: 20, height: 8, fill: INK.bar }), make("rect", { x: 18, y: 0, width: 4, height: 12, fill: INK.own })), "deze wijk, vanaf nul"),
      make("li", {}, sample(make("path", { d: "M5 3V9M13 3V9M19 3V9", stroke: INK.other, "stroke-width": 1.4 })), "elke andere wijk"),
      make("li", {}, sample(line({ stroke: INK.city, "stroke-width": 1.5, "stroke-dasharray": "3 2" })), "de stad (niet bij aantallen)"),
      goal ? make("li", {}, sample(line({ stroke: INK.goal, "stroke-width": 2.2 })), "doel, richtlijn of norm") : "",
      make("li", {}, "gunstig en ongunstig: bij het beste of het zwakste kwart van de wijken"),
    );
  }

  atlas.wijkSheet = (data, ground, row) => {
    const [hectares, people] = data.facts[row];
    const name = data.names[row];
    const says = make("section", { class: "says" }, make("h3", {}, "Wat opvalt"), ...data.remarks[row].map((text) => make("p", {}, bdi(text))));
    if (data.elsewhere.length) says.append(make("p", { class: "soft" }, bdi(`Niet op dit blad, want voor andere gebieden berekend: ${data.elsewhere.join("; ")}.`)));
    const figure = make("figure", { class: "wijk-map" }, atlas.wijkMap(data.map, ground, row, `Kaartje van ${name}`), atlas.placeKey(data.map, row));
    return make(
      "article", { class: "sheet", "aria-label": name },
      ...data.warnings.map((text) => make("p", { class: "demo mark" }, text)),
      make("h2", {}, bdi(name)),
      make("p", { class: "facts" }, bdi(data.city), ` · ${hectares} hectare · ${people === "onbekend" ? "aantal inwoners onbekend" : `${people} inwoners`}`),
      make("div", { class: "body" }, make("div", { class: "top" }, figure, says), make("div", {}, numbers(data, row), key(data))),
      make("p", { class: "sources" }, bdi(`Bron: ${data.sources.join("; ") || "onbekend"}. Alle bronnen en de methode staan op de pagina van elk thema.`)),
    );
  };
})();
