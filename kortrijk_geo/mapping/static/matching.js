// Finds the house of an address that someone typed, as kortrijk_geo/pack/addresses.py does: the same steps, and the
// same words and limits, which the page carries. A test holds both against one list.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const LEVELS = ["same", "without box", "in range", "nearest"];
  const MISSES = ["no number", "elsewhere", "no number near", "no street"];
  const MOST_SPAN = 100;
  const SUGGESTED = 3;
  const EDGE = /^[\s,;.()/-]+|[\s,;.()/-]+$/g;
  const plainText = (text) => text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
  const plainWords = (text) => plainText(text).replace(/([a-z])\.(?=[a-z]\.)/g, "$1").match(/[\p{L}\p{N}]+/gu) || [];
  const digits = (text) => text.replace(/\D/g, "");
  const longest = (words) => words.reduce((best, word) => (word.length > best.length ? word : best), "");
  const matchAt = (pattern, text, at) => ((pattern.lastIndex = at), pattern.exec(text));

  // Changes from one text to another: a letter more, less, or two in the wrong order 1, a wrong one 2.
  function steps(one, other) {
    let older = [];
    let before = [];
    let row = [...Array(other.length + 1).keys()];
    for (let i = 1; i <= one.length; i += 1) {
      [older, before, row] = [before, row, [i]];
      for (let j = 1; j <= other.length; j += 1) {
        const [left, right] = [one[i - 1], other[j - 1]];
        let cost = left === right ? before[j - 1] : Math.min(before[j], row[j - 1]) + 1;
        if (i > 1 && j > 1 && left !== right && left === other[j - 2] && one[i - 2] === right) cost = Math.min(cost, older[j - 2] + 1);
        row.push(cost);
      }
    }
    return row[other.length];
  }

  // The rows of the names nearest to a text, when letters are wrong or spaces forgotten; none for a text with a number.
  const LEAST_ALIKE = 0.75;
  atlas.nearNames = (names, text) => {
    const key = plainWords(text).join("");
    if (key.length < 4 || digits(key)) return [];
    const keys = names.map((name) => plainWords(name).join(""));
    const within = keys.flatMap((known, row) => (known.includes(key) ? [row] : []));
    if (within.length) return within;
    const alike = keys.map((known) => 1 - steps(key, known) / Math.max(key.length, known.length));
    const best = Math.max(...alike);
    return best >= LEAST_ALIKE ? alike.flatMap((like, row) => (like === best ? [row] : [])) : [];
  };

  // Streets have a name, a place ("8500 Kortrijk"), numbers and, where the pack has them, the district of all or of each
  // house; `apart` tells the metres between two houses.
  atlas.addressBook = (streets, rules, apart) => {
    const inFull = (word) => {
      if (Object.hasOwn(rules.words, word)) return rules.words[word];
      const end = longest(Object.keys(rules.word_ends).filter((tail) => word.endsWith(tail)));
      return end ? word.slice(0, -end.length) + rules.word_ends[end] : word;
    };
    const streetKey = (text) => plainWords(text).map(inFull).join("");
    const endingOf = (key) => longest(rules.endings.filter((end) => key.endsWith(end) && key !== end));
    const likeness = (asked, known) => {
      if (asked === known) return 1;
      const [ending, other] = [endingOf(known), endingOf(asked)];
      if ((ending && other && !ending.endsWith(other)) || asked[0] !== known[0] || digits(asked) !== digits(known)) return 0;
      const letters = known.length + Math.max(asked.length, ending.length) - 2 * ending.length;
      const most = (1 - rules.least_likeness) * letters;
      if (letters <= 0 || most < Math.abs(asked.length - known.length)) return 0;
      const changes = steps(asked, known);
      return changes <= most ? 1 - changes / letters : 0;
    };

    const boxWords = [...rules.box_words].sort((a, b) => b.length - a.length).join("|");
    const NUMBER = /\s*(\d{1,5})(?!\d)/y;
    const SUFFIX = /[\s_-]?(bis|ter|quater|b(?!\s*-\s*\d{4})|[ac-z])(?![\p{L}\p{N}])/uy;
    const RANGE = /\s*[\-–+&]\s*(\d{1,5})([a-z]?)(?![\p{L}\p{N}])/uy;
    const BOX = new RegExp(
      `[\\s,;(]*(?:(?:${boxWords})(?:\\.?\\s*(?=\\d)|[.\\s]+)|[/_]\\s*)([\\p{L}\\p{N}]{1,6}(?:[./\\-][\\p{L}\\p{N}]{1,4})?)(?![\\p{L}\\p{N}])|\\s*b\\.?\\s*(\\d{1,3})(?![\\p{L}\\p{N}])`,
      "uy",
    );
    const numberOf = (base, suffix, last, box) => ({ base, suffix, last, box, key: `${base}${suffix}${last ? `-${last}` : ""}` });
    const distance = (number, asked) => Math.max(number.base - asked, asked - (number.last || number.base), 0);
    function takeNumber(text) {
      const start = matchAt(NUMBER, text, 0);
      if (!start) return null;
      const base = Number(start[1]);
      let at = start[0].length;
      let suffix = "";
      let last = 0;
      let box = matchAt(BOX, text, at);
      if (!box) {
        const letter = matchAt(SUFFIX, text, at);
        if (letter) [suffix, at] = [letter[1], at + letter[0].length];
        const range = matchAt(RANGE, text, at);
        if (range && base < Number(range[1]) && Number(range[1]) <= base + MOST_SPAN) [last, at] = [Number(range[1]), at + range[0].length];
        else if (range && Number(range[1]) <= base) return [numberOf(base, suffix, 0, range[1]), text.slice(at + range[0].length)];
        box = matchAt(BOX, text, at);
      }
      let name = "";
      if (box) [name, at] = [(box[1] || box[2]).replace(/^0+/, "") || "0", at + box[0].length];
      if (/^[\p{L}\p{N}]/u.test(text.slice(at))) return null;
      return [numberOf(base, suffix, last, name), text.slice(at)];
    }
    function wholeNumber(text) {
      let words = plainText(text).trim();
      const first = plainWords(words)[0];
      if (first && rules.number_words.includes(first)) words = words.slice(first.length).replace(/^[°. ]+/, "");
      const taken = takeNumber(words);
      return taken && !plainWords(taken[1]).length ? taken[0] : null;
    }
    function townOf(text) {
      let postcode = "";
      const town = [];
      for (const word of plainWords(text)) {
        const part = /^(?:be?)?(\d{4,5})([a-z]{2})?$/.exec(word);
        if (part && !postcode) postcode = part[1] + (part[2] || "");
        else if (!rules.countries.includes(word)) town.push(word);
      }
      return { postcode, town };
    }
    const withoutNumberWord = (street) => {
      const words = plainWords(street);
      return words.length > 1 && rules.number_words.includes(words.at(-1)) ? words.slice(0, -1).join(" ") : street;
    };
    function townBehind(text) {
      const trimmed = text.replace(EDGE, "");
      const comma = trimmed.indexOf(",");
      if (comma >= 0) return [trimmed.slice(0, comma), trimmed.slice(comma + 1)];
      const code = text.search(/(?<![\p{L}\p{N}_])(?:be?-?)?\d{4}/u);
      return code >= 0 ? [text.slice(0, code), text.slice(code)] : [text, ""];
    }
    function readings(text) {
      const plain = plainText(text);
      const found = [];
      for (const run of plain.matchAll(/(?<!\d)\d{1,5}(?!\d)/g)) {
        const taken = takeNumber(plain.slice(run.index));
        if (!taken) continue;
        const before = plain.slice(0, run.index);
        const street = withoutNumberWord(before);
        if (plainWords(street).length) found.push({ street, number: taken[0], ...townOf(taken[1]) });
        else if (!before.replace(EDGE, "")) {
          const [name, town] = townBehind(taken[1]);
          found.push({ street: name, number: taken[0], ...townOf(town) });
        }
      }
      return found;
    }

    const keys = streets.map(({ name }) => streetKey(name));
    const byKey = new Map();
    keys.forEach((key, row) => byKey.set(key, [...(byKey.get(key) || []), row]));
    const codes = streets.map(({ place }) => plainWords((/^\d+(?: ?[A-Z]{2}(?![A-Za-z]))?/.exec(place) || [""])[0]).join(""));
    const towns = streets.map(({ place }) => plainWords(place.replace(/^\d+(?: ?[A-Z]{2}(?![A-Za-z]))?/, "")));
    const houses = new Map();
    const housesOf = (row) => {
      if (!houses.has(row)) {
        const read = streets[row].numbers.map((text, place) => ({ row, place, text, number: wholeNumber(text) }));
        houses.set(row, read.filter(({ number }) => number));
      }
      return houses.get(row);
    };
    const nameAlike = (town, name) => name.every((word) => town.includes(word)) || likeness(town.join(""), name.join("")) >= rules.least_likeness;
    const sameWords = (one, other) => one.every((word) => other.includes(word)) && other.every((word) => one.includes(word));
    const districtsOf = (row) => [].concat(streets[row].districts ?? "");
    const knownDistricts = [...new Set(streets.flatMap((_, row) => districtsOf(row)))].map(plainWords).filter((name) => name.length);
    // Whether houses of a street in a district may lie in a town, which is a municipality or a district.
    const fits = (row, district, postcode, town) => {
      const coded = Boolean(postcode && codes[row]);
      if (coded && !(codes[row].startsWith(postcode) || postcode.startsWith(codes[row]))) return false;
      const own = plainWords(district);
      const named = knownDistricts.filter((name) => !sameWords(name, towns[row]) && nameAlike(town, name)).map(String);
      if (own.length && named.length) return named.includes(String(own));
      return !town.length || !towns[row].length || nameAlike(town, towns[row]) || coded;
    };
    const inTown = (row, postcode, town) => districtsOf(row).some((district) => fits(row, district, postcode, town));
    const housesIn = (row, postcode, town) => {
      const districts = districtsOf(row);
      return housesOf(row).filter(({ place }) => fits(row, districts.length > 1 ? districts[place] : districts[0], postcode, town));
    };
    const alike = (key) =>
      [...byKey.keys()]
        .map((known) => [likeness(key, known), known])
        .filter(([like]) => like >= rules.least_likeness)
        .sort((a, b) => b[0] - a[0] || (a[1] < b[1] ? -1 : 1));

    const away = (number, asked) => distance(number, asked.base) + 2 * (Math.abs(number.base - asked.base) % 2);
    const nearer = (asked) => (a, b) => away(a.number, asked) - away(b.number, asked) || a.number.base - b.number.base || (a.text < b.text ? -1 : 1);
    function answer(groups, asked) {
      const every = groups.flat();
      const full = ({ number }) => number.key + (number.box ? `/${number.box}` : "");
      const letter = asked.box && !/^\d+$/.test(asked.box);
      const wanted = asked.box ? [`${asked.key}/${asked.box}`, ...(letter ? [asked.key + asked.box] : [])] : [asked.key];
      const whole = every.filter((house) => wanted.includes(full(house)));
      if (whole.length) return ["same", whole];
      const exact = every.filter(({ number }) => !number.box && number.key === asked.key);
      const base = exact.length ? exact : every.filter(({ number }) => !number.box && number.key === `${asked.base}`);
      if (base.length) return ["without box", base];
      const around = every.filter(({ number }) => number.last && !distance(number, asked.base) && (number.base - asked.base) % 2 === 0);
      if (around.length) return ["in range", around];
      const near = groups.map((houses) => [...houses].sort(nearer(asked))[0]).filter((house) => house && away(house.number, asked) <= rules.farthest_number);
      return ["nearest", near.sort(nearer(asked))];
    }

    const missed = (reason, choices) => ({ rank: 2 * LEVELS.length + 1 + MISSES.indexOf(reason), reason, choices: choices.slice(0, SUGGESTED) });
    const wholeStreets = (rows) => rows.map((row) => ({ row, place: null }));
    function rank({ street, number, postcode, town }) {
      const key = streetKey(street);
      const same = byKey.has(key);
      const known = same ? [[1, key]] : alike(key);
      if (!known.length) return missed("no street", []);
      const everywhere = known.flatMap(([, one]) => byKey.get(one));
      let here = everywhere.filter((row) => inTown(row, postcode, town));
      if (!here.length) return missed("elsewhere", wholeStreets(everywhere));
      if (!same) {
        const there = known.filter(([, one]) => here.some((row) => keys[row] === one));
        if (there.length > 1 && there[0][0] - there[1][0] < rules.least_lead) {
          return { rank: LEVELS.length, reason: "several", choices: wholeStreets(there.slice(0, SUGGESTED).map(([, one]) => byKey.get(one)[0])) };
        }
        here = here.filter((row) => keys[row] === there[0][1]);
      }
      const groups = here.map((row) => housesIn(row, postcode, town));
      const [level, found] = answer(groups, number);
      if (!found.length) return missed("no number near", groups.flat().sort(nearer(number)));
      const place = LEVELS.indexOf(level) + (same ? 0 : LEVELS.length);
      if (found.some((house) => apart(found[0], house) > rules.same_house_m)) return { rank: place, reason: "several", choices: found };
      return { rank: place, house: found[0], level, same };
    }

    // Streets that are called so, or almost so, for a text with or without a number.
    const streetsOf = (text) => {
      for (const name of [...readings(text).map(({ street }) => street), text]) {
        const key = streetKey(name);
        const [best] = byKey.has(key) ? [[1, key]] : alike(key);
        if (best) return byKey.get(best[1]);
      }
      return [];
    };

    // A house, or the reason why there is none and what comes near.
    const find = (text) => {
      const ranked = readings(text).map(rank);
      const street = byKey.get(streetKey(text));
      if (street) ranked.push({ rank: 2 * LEVELS.length, reason: "no number", choices: wholeStreets(street) });
      return ranked.length ? ranked.reduce((best, one) => (one.rank < best.rank ? one : best)) : { reason: "unreadable", choices: [] };
    };
    return { find, streetsOf };
  };
})();
