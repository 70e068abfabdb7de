// The search of an export. A page that is opened from a disk cannot load modules or JSON,
// so this is a plain script, and its data are scripts that call copy.*.
const copy = (() => {
  const root = new URL("../../", document.currentScript.src);
  const prefix = document.documentElement.lang === "es" ? "es/" : "";
  const params = new URLSearchParams(location.search);
  const MAX_PLACES = 20, MAX_CENTERS = 3, MAX_LINES = 12, MAX_OTHERS = 6;
  let facts;

  // ── Normalized names, as in places/name_keys.py.
  const key = (name) => name.replace(/['’‘`.ʻ]/g, "").normalize("NFKD").replace(/[^\x00-\x7f]/g, "")
    .toLowerCase().split(/[^a-z0-9]+/).filter(Boolean).map((word) => facts.short[word] ?? word).join("");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const say = (name, holes = {}) => facts.words[name].replace(/%\((\w+)\)s/g, (_, hole) => holes[hole]);

  // ── Distances in miles, as in places/geo.py.
  const EQUATOR = 6378137 / 1609.344, ECCENTRICITY2 = 6.6943799901413e-3, RADIUS = 6371008.8 / 1609.344;
  function xyz(latitude, longitude) {
    const [phi, lam] = [latitude, longitude].map((degrees) => degrees * Math.PI / 180);
    const normal = EQUATOR / Math.sqrt(1 - ECCENTRICITY2 * Math.sin(phi) ** 2);
    const across = normal * Math.cos(phi);
    return [across * Math.cos(lam), across * Math.sin(lam), normal * (1 - ECCENTRICITY2) * Math.sin(phi)];
  }
  function miles(one, other) {
    const there = xyz(other.y, other.x);
    const chord = Math.hypot(...xyz(one.y, one.x).map((value, i) => value - there[i]));
    return 2 * RADIUS * Math.asin(Math.min(1, chord / (2 * RADIUS)));
  }
  function milesInWords(distance) {
    if (distance < 1) return say("less");
    return say("miles", { miles: distance < 10 ? distance.toFixed(1) : Math.round(distance).toLocaleString("en-US") });
  }

  // ── Places and areas: a script for each first letter or digit, loaded when needed.
  const waiting = {};
  function readPlaces(first) {
    return new Promise((done) => {
      waiting[first] = done;
      const script = document.createElement("script");
      script.src = new URL(`search/${first}.js`, root);
      script.onerror = () => done({ places: [], areas: [] });
      document.head.append(script);
    });
  }
  function placesOf(text) {
    return text.split("\n").flatMap((line) => {
      const [head, ...entries] = line.split("|");
      const [fips, state, south, east, county] = head.split(",");
      return entries.map((entry) => {
        const [name, up, right, label] = entry.split(",");
        return { name, label: label ?? name, county, fips, state, y: (+south + +up) / 100, x: (+east + +right) / 100 };
      });
    });
  }
  // "navajonation;…|tribal|Navajo Nation, Arizona …|Navajo Nation, AZ|3570,-10905|AZ,NM,UT|04001,…"
  function areasOf(text) {
    return text.split("\n").filter(Boolean).map((line) => {
      const [keys, kind, label, typed, spot, states, counties] = line.split("|");
      const [y, x] = spot.split(",").map((hundredths) => hundredths / 100);
      const codes = counties.split(",").filter(Boolean), all = states.split(",");
      const place = { whole: label, label, typed, y, x, state: all[0] };
      // An area without a kind is another name of a town, county or state.
      const found = kind ? { ...place, kind, states: all, counties: codes } : { ...place, fips: codes[0] };
      return { ...found, keys: keys.split(";") };
    });
  }
  const statesOf = (place) => place.states ?? [place.state];
  const countiesOf = (place) => place.counties ?? [place.fips];
  const namesOfStates = (codes) => codes.map((code) => facts.states[code]).join(", ");
  const labelOf = (place, others) => {
    if (place.whole) return place.whole;
    const twin = others.some((other) => other !== place && other.state === place.state);
    const county = twin && place.county !== place.label ? `, ${place.county}` : "";
    return `${place.label}${county}, ${facts.states[place.state]}`;
  };

  // "Miles City, Custer County, MT", "miles city montana", "59301", "Montana".
  async function lookUp(text) {
    const zip = text.match(/^\s*(\d{5})(?:-?\d{4})?\s*$/);
    if (zip) return (await readPlaces(zip[1][0])).places.filter((place) => place.name === zip[1]);
    const parts = text.split(",").map((part) => part.trim()).filter(Boolean);
    const whole = facts.codes[key(text)];
    if (whole) return [{ state: whole }];
    const attempts = [[parts[0], parts.slice(1)]];
    const words = parts[0].split(/\s+/);
    for (let last = 1; last <= 3 && last < words.length; last += 1) {
      attempts.push([words.slice(0, -last).join(" "), [words.slice(-last).join(" ")]]);
    }
    for (const [name, rest] of attempts) {
      const found = await named(name, rest);
      if (found.length) return found;
    }
    return [];
  }
  async function named(name, rest) {
    const wanted = key(name), codes = rest.map((part) => facts.codes[key(part)]);
    if (!wanted) return [];
    const counties = rest.filter((part, i) => !codes[i]).map(key);
    const read = await readPlaces(wanted[0]);
    const found = read.places.filter((place) => key(place.name) === wanted
      && codes.every((code) => !code || code === place.state)
      && counties.every((county) => county === key(place.county)));
    // Two names of a town, or two towns of one name in a county, count as one.
    const towns = [...new Map(found.map((place) => [`${place.label} ${place.fips}`, place])).values()];
    const areas = counties.length ? [] : areasNamed(name, codes, read.areas);
    const others = towns.filter((town) => !areas.some((area) => isSame(area, town, wanted)));
    // If a state is given, towns come before areas.
    return codes.length && others.length ? others : [...areas, ...others];
  }
  function areasNamed(name, codes, areas) {
    const bare = name.replace(/ (region|area|base|región|área)$/i, "");
    const of = (words) => areas.filter((area) => area.keys.includes(key(words))
      && codes.every((code) => statesOf(area).includes(code)));
    const found = of(name).length ? of(name) : of(bare);
    return [...new Map(found.map((area) => [area.typed, area])).values()];
  }
  // Whether an area and a town are the same place, as in places/areas.py.
  function isSame(area, town, wanted) {
    if (!area.kind) return area.fips === town.fips && key(area.label).startsWith(key(town.label));
    const isPueblo = area.kind === "tribal" && key(area.label).startsWith(wanted);
    return area.counties.includes(town.fips) && (area.kind === "base" || isPueblo || key(town.label) !== wanted);
  }

  // ── Filters: any value within a filter, and all filters together.
  const VOCABULARIES = ["service", "community", "condition", "language"];
  function fits(row) {
    const kinds = params.getAll("kind"), ways = params.getAll("how");
    return (!kinds.length || kinds.includes(row.k)) && (!ways.length || ways.some((way) => (row.h ?? []).includes(way)))
      && VOCABULARIES.every((name) => {
        const slugs = params.getAll(name);
        return !slugs.length || slugs.some((slug) => (row.w ?? []).includes(`${name}:${slug}`));
      });
  }
  const isWhole = (place) => !place.counties && place.fips === undefined;
  const isLine = (row) => !row.k;

  // ── Who can help at a place, as in search/relevance.py.
  const COUNTY = 0, STATE = 1, NATION = 2, UNKNOWN = 3, UNKNOWN_ABROAD = 4, ELSEWHERE = 5, NEARBY_MILES = 50;
  const isCenter = (row) => row.k === "cil";
  function coverage(place, row) {
    const served = row.s ?? [], names = (codes) => served.some((code) => codes.includes(code));
    if (names(countiesOf(place))) return COUNTY;
    if (names(statesOf(place))) return STATE;
    if (row.a) return NATION;
    if (served.length) return ELSEWHERE;
    if (!statesOf(place).includes(row.m)) return UNKNOWN_ABROAD;
    return row.k === "statewide_network" ? STATE : UNKNOWN;
  }
  const NO_TIER = 9;
  function tierInState(place, row) {
    const isNamed = (row.d ?? []).includes(place.state);
    if (row.m !== place.state) return isNamed ? 2 : NO_TIER;
    if (!isNamed && coverage(place, row) === ELSEWHERE) return NO_TIER;
    return row.k === "statewide_network" ? 0 : 1;
  }
  function tier(place, row) {
    if (isWhole(place)) return tierInState(place, row);
    const how = coverage(place, row);
    if (how === COUNTY || (how < ELSEWHERE && row.miles <= NEARBY_MILES)) return 0;
    return { [STATE]: 1, [UNKNOWN]: 2 }[how] ?? NO_TIER;
  }
  const far = (row) => row.miles ?? Infinity;
  const inOrder = (place, rows) => rows.filter((row) => tier(place, row) < NO_TIER)
    .sort((one, other) => tier(place, one) - tier(place, other) || far(one) - far(other) || 0);
  function centersOf(place, rows) {
    if (isWhole(place)) return inOrder(place, rows);
    const naming = rows.filter((row) => coverage(place, row) === COUNTY);
    const others = rows.filter((row) => [STATE, UNKNOWN].includes(coverage(place, row)));
    return (naming.length ? naming : others).sort((one, other) => far(one) - far(other) || 0);
  }

  // ── Whether a line takes callers from a place, as in warmlines/eligibility.py.
  const HERE = 0, STATES = 1, COUNTIES = 2, PEOPLE = 3, ASK = 4, NO = 5;
  const wholeStates = (place, row) => statesOf(place).filter((code) => (row.s ?? []).includes(code));
  function takes(place, row) {
    const served = row.s ?? [], whole = isWhole(place);
    if (row.f || row.a || (!whole && !place.counties && served.includes(place.fips))) return HERE;
    if (!served.length) return ASK;
    if (place.counties) {
      const states = wholeStates(place, row), isServed = (code) => served.includes(code);
      if (states.length && row.e) return ASK;
      if (place.counties.every(isServed) || states.length === place.states.length) return HERE;
      if (states.length) return STATES;
      return place.counties.some(isServed) ? COUNTIES : NO;
    }
    if (served.includes(place.state)) return !row.e ? HERE : whole ? COUNTIES : ASK;
    return whole && (row.d ?? []).includes(place.state) ? COUNTIES : NO;
  }
  // Returns [heading, rows] as on the state's page, with doubtful lines last.
  function lineGroups(place) {
    const state = namesOfStates(statesOf(place)), groups = new Map();
    const rank = (row) => row.g && takes(place, row) <= STATES ? PEOPLE : takes(place, row);
    const headingOf = (row) => ({
      [HERE]: () => say("here", { state }),
      [STATES]: () => say("here", { state: namesOfStates(wholeStates(place, row)) }),
      [COUNTIES]: () => say("counties", { state }),
      [PEOPLE]: () => say("group", { people: row.g }),
      [ASK]: () => say("ask"),
    })[rank(row)]();
    const lines = facts.rows.filter((row) => isLine(row) && takes(place, row) !== NO)
      .sort((one, other) => rank(one) - rank(other) || Boolean(one.v) - Boolean(other.v));
    for (const row of lines) {
      const heading = headingOf(row);
      groups.set(heading, [...(groups.get(heading) ?? []), row]);
    }
    const doubtful = (rows) => rows.every((row) => row.v);
    return [...groups].sort(([, one], [, other]) => doubtful(one) - doubtful(other));
  }

  // ── Output. It only adds text nodes, so nothing of the address becomes markup.
  const createElement = (tag, facts, ...inside) => {
    const element = Object.assign(document.createElement(tag), facts);
    element.append(...inside);
    return element;
  };
  const national = (phone) => phone.replace(/^\+1(\d{3})(\d{3})(\d{4})(?:;ext=(\d+))?$/, (_all, area, first, last, extension) =>
    `(${area}) ${first}-${last}${extension ? ` ext. ${extension}` : ""}`);
  function card(row, level = 3) {
    const link = createElement("a", { href: new URL(`${prefix}${row.u}index.html`, root) }, row.n);
    const far = row.miles === undefined ? [] : [milesInWords(row.miles) + (row.r ? ` (${say("about")})` : "")];
    const factLine = [...far, row.t, facts.kinds[row.k], row.o].filter(Boolean).join(" · ");
    const article = createElement("article", { className: "card" }, createElement(`h${level}`, {}, link), createElement("p", { className: "fact" }, factLine));
    article.dataset.listing = `${isLine(row) ? "warmline" : "org"}:${row.u.split("/")[1]}`;
    if (row.miles !== undefined) article.dataset.miles = row.miles.toFixed(1);
    if (row.c) article.append(createElement("p", { className: "caution" }, say("closed")));
    if (row.v) article.append(createElement("p", { className: "caution" }, row.v));
    if (row.p) article.append(createElement("p", { className: "actions" }, createElement("a", { className: "button", href: `tel:${row.p}` }, national(row.p))));
    return article;
  }
  function section(name, heading, inside) {
    if (!inside.length) return "";
    const shown = createElement("section", { className: "stack" }, createElement("h2", { id: name }, heading), ...inside);
    shown.dataset.section = name;
    shown.setAttribute("aria-labelledby", name);
    return shown;
  }
  const cards = (rows) => rows.map((row) => card(row));
  function phone(place) {
    let left = MAX_LINES;
    const parts = lineGroups(place).flatMap(([heading, rows]) => {
      const shown = rows.slice(0, left);
      left -= shown.length;
      return shown.length ? [createElement("h3", {}, heading), ...shown.map((row) => card(row, 4))] : [];
    });
    return section("phone", say("phone"), parts);
  }
  const stateLink = (code) => createElement("p", {}, createElement("a", {
    href: new URL(`${prefix}states/${code.toLowerCase()}/index.html`, root),
  }, say("all", { state: facts.states[code] })));

  function around(place) {
    const whole = isWhole(place);
    const rows = facts.rows.filter((row) => !isLine(row) && fits(row))
      .map((row) => whole || row.y === undefined ? row : { ...row, miles: miles(place, row) });
    const peers = inOrder(place, rows.filter((row) => !isCenter(row)));
    const centers = centersOf(place, rows.filter(isCenter));
    const isOnline = (row) => (row.h ?? []).includes("online") && coverage(place, row) <= NATION;
    return [
      section("near", whole ? say("in", { place: facts.states[place.state] }) : say("near"), cards(peers.slice(0, MAX_PLACES))),
      peers.length ? "" : createElement("p", {}, say("none")),
      section("cil", whole ? say("centers") : say("center"), cards(whole ? centers : centers.slice(0, MAX_CENTERS))),
      phone(place),
      section("online", say("online"), cards(rows.filter(isOnline).slice(0, MAX_OTHERS))),
      ...statesOf(place).map(stateLink),
    ];
  }
  function choices(text, places) {
    const links = places.map((place) => {
      const near = place.typed ?? [place.label, place.county, place.state].join(", ");
      const query = new URLSearchParams(params);
      query.set("near", near);
      // Links never contain words of distress.
      if (crisis.isShown) query.delete("q");
      return [labelOf(place, places), query];
    }).sort(([one], [other]) => one.localeCompare(other));
    return [crisis.isShown ? "" : createElement("p", {}, say("ambiguous", { text })), createElement("ul", { className: "choices" },
      ...links.map(([label, query]) => createElement("li", {}, createElement("a", { href: `?${query}` }, label))))];
  }
  function matching(text) {
    const words = plain(text).split(/\s+/).filter(Boolean);
    const rows = facts.rows.filter((row) => fits(row) && words.every((word) => plain(`${row.n} ${row.t}`).includes(word)));
    const heading = crisis.isShown ? say("help") : say("named", { words: text });
    return section("named", heading, cards(rows.slice(0, MAX_PLACES * 2)));
  }

  // A sentence is not quoted in the message, as in places/fields.py.
  function unknown(text) {
    if (crisis.isShown) return say("gentle");
    const isSentence = text.trim().split(/\s+/).length >= facts.sentence;
    return isSentence ? say("sentence") : say("unknown", { text });
  }

  async function find() {
    const text = params.get("near") ?? "", code = (params.get("state") ?? "").toUpperCase(), words = params.get("q") ?? "";
    if (!text.trim() && !facts.states[code]) {
      return words || params.size ? [matching(words) || createElement("p", {}, say("none"))] : [];
    }
    if (!text.trim()) return around({ state: code });
    const places = await lookUp(text);
    if (places.length === 1) return around(places[0]);
    if (places.length) return choices(text, places);
    return [matching(text) || createElement("p", {}, unknown(text))];
  }

  return {
    key: (name) => key(name),
    places: (first, places, areas) => waiting[first]({ places: placesOf(places), areas: areasOf(areas) }),
    async listings(read) {
      facts = read;
      const box = document.querySelector("#where");
      if (box && !crisis.isShown) box.value = params.get("near") ?? params.get("q") ?? "";
      document.querySelector("[data-found]")?.replaceChildren(...(await find()));
    },
  };
})();
