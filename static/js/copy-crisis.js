// Finds words of distress in the search of an export, as listings/crisis/matching.py does.
// Like copy.js it is a plain script, because a page on a disk cannot load modules.
const crisis = (() => {
  const LEVELS = ["adds", "quiet", "first", "emergency"];
  const BOXES = ["near", "q", "state"];

  const split = (text) => text.replace(/(?<=[\p{L}\p{N}])['’‘`´ʼ＇.](?=[\p{L}\p{N}])/gu, "")
    .normalize("NFKD").replace(/[\p{Mn}\p{Cf}]/gu, "").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  function hitsOf(words, phrases) {
    return words.flatMap((word, start) => phrases.flatMap(({ kind, level, match, words: wanted }) => {
      const end = start + wanted.length;
      const fits = match === "prefix" ? word.startsWith(wanted[0])
        : wanted.every((one, i) => words[start + i] === one) && (match !== "exact" || wanted.length === words.length);
      return fits ? [{ kind, level, start, end }] : [];
    }));
  }
  const length = (hit) => hit.end - hit.start;
  const liesInside = (hit, other) => other.start <= hit.start && hit.end <= other.end && length(hit) < length(other);
  const rank = (hit) => LEVELS.indexOf(hit.level);
  const kindsOf = (hits) => [...new Set([...hits]
    .sort((one, other) => rank(other) - rank(one) || length(other) - length(one) || one.start - other.start)
    .map(({ kind }) => kind))];

  function find(text, phrases) {
    const all = hitsOf(split(text), phrases);
    const quiet = all.filter(({ level }) => level === "quiet");
    const hits = all.filter((hit) => !quiet.some((other) => liesInside(hit, other)));
    const loud = hits.filter(({ level }) => level === "first" || level === "emergency");
    if (!loud.length) return quiet.length ? { level: "quiet", kinds: kindsOf(quiet), added: [] } : null;
    const kinds = kindsOf(loud);
    const added = kindsOf(hits.filter(({ level }) => level === "adds")).filter((kind) => !kinds.includes(kind));
    return { level: loud.some(({ level }) => level === "emergency") ? "emergency" : "first", kinds, added };
  }

  // Lines of each kind in turn; kinds about the writer add lines after the first.
  function keysFor({ level, kinds, added }, lines) {
    const of = (names) => names.flatMap((kind) => lines.filter((line) => line.kinds.includes(kind)));
    const main = [...new Set(of(kinds))], extra = of(added).filter((line) => !main.includes(line));
    let found = [...main.slice(0, 1), ...extra, ...main.slice(1)];
    if (!found.some((line) => line.always)) found = [...lines.filter((line) => line.isLifeline), ...found];
    if (level === "emergency") found = [...lines.filter((line) => line.isEmergency), ...found];
    return [...new Set(found.map(({ key }) => key))];
  }

  function show(distress, lines, headings) {
    const panel = document.querySelector("template[data-crisis]").content.firstElementChild;
    const list = panel.querySelector("ul");
    const items = new Map([...list.children].map((item) => [item.dataset.crisisLine, item]));
    list.replaceChildren(...keysFor(distress, lines).map((key) => items.get(key)));
    panel.querySelector("h2").textContent = headings[distress.level === "emergency" ? "emergency" : distress.kinds[0]];
    panel.querySelector("[data-overdose]").hidden = distress.level !== "emergency" || !distress.kinds.includes("overdose");
    document.querySelector("main").prepend(panel);
    panel.focus();
  }

  return {
    isShown: false,
    read({ phrases, lines, headings }) {
      const params = new URLSearchParams(location.search);
      const known = phrases.split("\n").map((row) => {
        const [kind, level, match, words] = row.split("|");
        return { kind, level, match, words: words.split(" ") };
      });
      const found = BOXES.flatMap((name) => params.getAll(name)).map((text) => find(text, known)).filter(Boolean)
        .sort((one, other) => rank(other) - rank(one));
      if (!found.length) return;
      this.isShown = found[0].level !== "quiet";
      if (this.isShown) show(found[0], lines, headings);
      else document.querySelector("[data-crisis-quiet]").hidden = false;
      try {
        history.replaceState(null, "", location.pathname);
      } catch {
        // Some browsers do not let a page on a disk change its address.
      }
    },
  };
})();
