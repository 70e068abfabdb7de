// Makes links and forms easier to use; every page works without it. One file is one request.

const one = (selector, root = document) => root.querySelector(selector);

// ── Leave: blank the page, replace it in the history, and open a neutral site.
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
  // Cancel pending requests, and prevent new ones.
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
// A page that the Back button restores must not stay blank.
addEventListener("pageshow", () => {
  leaving = false;
  document.body.hidden = false;
});

// ── A form with errors: focus the summary, so that a screen reader reads it first.
one("[data-errors]")?.focus();

// ── Words of distress: remove them from the address and the history, and focus the
// numbers, so that a screen reader reads them first.
const distress = one("[data-distress]");
if (distress) {
  history.replaceState(null, "", distress.dataset.distress);
  distress.focus();
}

// ── Share with the system's share sheet, or copy the address.
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
    // The visitor closed the share sheet, which needs no message.
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
let pendingRequest = new AbortController();
// After words without a match, the box sends no more requests until it is cleared: words
// of distress must not be sent letter by letter.
let hasNoMatch = false;
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
  pendingRequest.abort();
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

async function fetchSuggestions() {
  if (leaving || hasNoMatch) return;
  pendingRequest.abort();
  pendingRequest = new AbortController();
  const url = `${box.dataset.suggest}?${new URLSearchParams({ q: box.value })}`;
  try {
    const response = await fetch(url, { signal: pendingRequest.signal });
    if (!response.ok) return;
    const { places } = await response.json();
    hasNoMatch = places.length === 0;
    show(places);
  } catch {
    // A newer request replaced this one, or there is no signal. The box works without it.
  }
}

function handleKey(event) {
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
    if (!box.value.trim()) hasNoMatch = false;
    clearTimeout(suggestTimer);
    suggestTimer = setTimeout(fetchSuggestions, DEBOUNCE_MS);
  });
  box.addEventListener("keydown", handleKey);
  box.addEventListener("blur", close);
  // Use pointerdown, because the list closes when the box loses its focus.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (event.target.role === "option") choose(event.target);
  });
}

// ── "Keep on this phone": load its script on the first click, or if sheets are saved.
const offlineBox = one("[data-offline-script]");

async function startOfflineScript() {
  const { start } = await import(offlineBox.dataset.offlineScript);
  await start(offlineBox);
}

async function offerToSave() {
  offlineBox.hidden = false;
  if (!offlineBox.dataset.urls || await caches.has("saved-sheets")) {
    startOfflineScript();
    return;
  }
  const [button] = offlineBox.querySelectorAll("button");
  button.addEventListener("click", async () => {
    await startOfflineScript();
    button.click();
  }, { once: true });
}

if (offlineBox && navigator.serviceWorker && window.caches) offerToSave();

// ── Meetings in the time zone of this device, which is only sent with links that the
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
