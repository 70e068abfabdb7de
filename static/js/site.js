// Makes links and forms smoother; nothing needs it. One file, so one request.

const one = (selector, root = document) => root.querySelector(selector);

// ── Leave at once: blank the page, forget its place in history, open a neutral site.
const leaveLink = one("[data-leave]");
const countdown = one("[data-countdown]");
const SHIFT_WINDOW_MS = 5000;
let presses = 0;
let shiftTimer = 0;
let leaving = false;

function leave(event) {
  event?.preventDefault();
  leaving = true;
  document.title = "";
  document.body.hidden = true;
  // What this page still waits for must not arrive; nor may it ask for more.
  stop();
  location.replace(leaveLink.href);
}

function forgetPresses() {
  presses = 0;
  countdown.textContent = "";
}

function countPress(event) {
  if (event.key !== "Shift" || event.repeat) {
    forgetPresses();
    return;
  }
  presses += 1;
  clearTimeout(shiftTimer);
  if (presses === 3) {
    leave();
    return;
  }
  countdown.textContent = presses === 1 ? countdown.dataset.two : countdown.dataset.one;
  shiftTimer = setTimeout(forgetPresses, SHIFT_WINDOW_MS);
}

leaveLink.addEventListener("click", leave);
document.addEventListener("keydown", countPress);
// A page brought back by the Back button must not stay blank.
addEventListener("pageshow", () => {
  leaving = false;
  document.body.hidden = false;
});

// ── A form that came back with errors: the summary of them is read first.
one("[data-errors]")?.focus();

// ── Words of distress: the history keeps an address without them, and the numbers are
// read first.
const distress = one("[data-distress]");
if (distress) {
  history.replaceState(null, "", distress.dataset.distress);
  distress.focus();
}

// ── The phone's own share sheet, else a copy of the address.
const shareButton = one("[data-share]");

async function share() {
  const url = shareButton.dataset.share;
  try {
    if (navigator.share) {
      await navigator.share({ title: document.title, url });
    } else {
      await navigator.clipboard.writeText(url);
      one("[role=status]", shareButton.closest("section")).textContent = shareButton.dataset.copied;
    }
  } catch {
    // Closed without sharing: nothing to say.
  }
}

if (shareButton && (navigator.share || navigator.clipboard)) {
  shareButton.hidden = false;
  shareButton.addEventListener("click", share);
}

// ── The search box: an editable combobox with a list (ARIA Authoring Practices).
const box = one("[data-suggest]");
const list = one("#places");
const DEBOUNCE_MS = 250;
let suggestTimer = 0;
let asking = new AbortController();
// After words that nothing begins with, the box asks no more until it is cleared: what
// somebody types in distress must not be sent letter by letter.
let hasNoHit = false;
let current = -1;

const options = () => [...list.children];

function mark(index) {
  current = index;
  options().forEach((option, i) => option.setAttribute("aria-selected", i === index));
  if (index < 0) box.removeAttribute("aria-activedescendant");
  else box.setAttribute("aria-activedescendant", `place-${index}`);
}

function close() {
  clearTimeout(suggestTimer);
  asking.abort();
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
  mark(-1);
}

function choose(option) {
  box.value = option.dataset.near;
  close();
}

function show(places) {
  list.replaceChildren(...places.map(({ near, label }, i) => {
    const option = document.createElement("li");
    option.id = `place-${i}`;
    option.role = "option";
    option.dataset.near = near;
    option.textContent = label ?? near;
    return option;
  }));
  list.hidden = places.length === 0;
  box.setAttribute("aria-expanded", String(places.length > 0));
  mark(-1);
}

async function ask() {
  if (leaving || hasNoHit) return;
  asking.abort();
  asking = new AbortController();
  const url = `${box.dataset.suggest}?${new URLSearchParams({ q: box.value })}`;
  try {
    const answer = await fetch(url, { signal: asking.signal });
    if (!answer.ok) return;
    const { places } = await answer.json();
    hasNoHit = places.length === 0;
    show(places);
  } catch {
    // Overtaken by the next letter, or no signal: the box works as it is.
  }
}

function steer(event) {
  const last = list.children.length - 1;
  if (event.key === "Escape" || event.key === "Tab") {
    close();
  } else if (event.key === "Enter" && current >= 0) {
    event.preventDefault();
    choose(list.children[current]);
  } else if (!list.hidden && event.key === "ArrowDown") {
    event.preventDefault();
    mark(current === last ? 0 : current + 1);
  } else if (!list.hidden && event.key === "ArrowUp") {
    event.preventDefault();
    mark(current <= 0 ? last : current - 1);
  }
}

if (box) {
  const roles = { role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries(roles)) box.setAttribute(name, value);
  box.autocomplete = "off";
  box.addEventListener("input", () => {
    if (!box.value.trim()) hasNoHit = false;
    clearTimeout(suggestTimer);
    suggestTimer = setTimeout(ask, DEBOUNCE_MS);
  });
  box.addEventListener("keydown", steer);
  box.addEventListener("blur", close);
  // Before the box loses its focus, or the list would be gone.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (event.target.role === "option") choose(event.target);
  });
}

// ── "Keep this on my phone": its script comes when somebody asks, or has asked before.
const keeper = one("[data-keeper]");

async function startKeeper() {
  const { start } = await import(keeper.dataset.keeper);
  await start(keeper);
}

async function offerToKeep() {
  keeper.hidden = false;
  if (!keeper.dataset.urls || await caches.has("kept")) {
    startKeeper();
    return;
  }
  const [button] = keeper.querySelectorAll("button");
  button.addEventListener("click", async () => {
    await startKeeper();
    button.click();
  }, { once: true });
}

if (keeper && navigator.serviceWorker && window.caches) offerToKeep();

// ── Meetings on the clock of this device: its zone goes only into addresses that the
// visitor opens.
const deviceZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const zoneForm = one("[data-zone-form]");
const zoneButton = one("[data-own-zone]");
if (deviceZone && zoneButton && zoneForm.zone.value !== deviceZone) {
  zoneButton.parentElement.hidden = false;
  zoneButton.addEventListener("click", () => {
    zoneForm.zone.append(new Option(deviceZone, deviceZone, true, true));
    zoneForm.submit();
  });
}
if (deviceZone) {
  for (const link of document.querySelectorAll("a[data-in-own-zone]")) {
    const query = new URLSearchParams(link.search);
    query.set("zone", deviceZone);
    link.search = query;
  }
}
