// Saves a state's sheet on this device when a visitor asks for it, and removes it again.
const CACHE = "saved-sheets";

const message = (box, name, facts = {}) => Object.entries(facts).reduce(
  (text, [key, value]) => text.replace(`{${key}}`, value), box.dataset[name],
);

// Returns the style sheets and scripts that a page needs.
async function assetsOf(page) {
  const html = new DOMParser().parseFromString(await page.clone().text(), "text/html");
  const files = [...html.querySelectorAll("link[rel=stylesheet], script[src]")];
  return files.map((file) => file.getAttribute("href") ?? file.getAttribute("src"));
}

async function save(urls) {
  const cache = await caches.open(CACHE);
  for (const url of urls) {
    const page = await fetch(url, { cache: "no-store" });
    if (!page.ok) throw new Error(page.status);
    await cache.addAll(await assetsOf(page));
    await cache.put(url, page);
  }
}

async function remove(urls, sheetPattern) {
  const cache = await caches.open(CACHE);
  for (const url of urls) await cache.delete(url);
  if ((await savedSheets(sheetPattern)).length === 0) {
    await caches.delete(CACHE);
    const workers = await navigator.serviceWorker.getRegistrations();
    for (const worker of workers) await worker.unregister();
  }
}

// Returns the saved sheets with their dates, without the pages that they share.
async function savedSheets(sheetPattern) {
  if (!await caches.has(CACHE)) return [];
  const cache = await caches.open(CACHE);
  const sheets = (await cache.keys()).filter(({ url }) => new RegExp(sheetPattern).test(new URL(url).pathname));
  return Promise.all(sheets.map(async ({ url }) => {
    const page = await cache.match(url);
    const title = (await page.text()).match(/<title>([^<]*)/)[1].trim();
    return { url: new URL(url).pathname, title, day: new Date(page.headers.get("date")) };
  }));
}

// Sets up the buttons on a state's page.
function setUpButtons(box) {
  const [saveButton, removeButton] = box.querySelectorAll("button");
  const status = box.querySelector("[role=status]");
  const urls = box.dataset.urls.split(" ");
  const refresh = async () => {
    const saved = (await savedSheets(box.dataset.sheets)).find(({ url }) => url === urls[0]);
    removeButton.hidden = !saved;
    return saved;
  };
  const act = (button, work, doneMessage) => button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await work();
      status.textContent = message(box, doneMessage);
    } catch {
      status.textContent = message(box, "failed");
    }
    button.disabled = false;
    refresh();
  });
  act(saveButton, async () => {
    await navigator.serviceWorker.register(box.dataset.worker);
    await save([...urls, ...box.dataset.shared.split(" ")]);
  }, "saved");
  act(removeButton, () => remove(urls, box.dataset.sheets), "removed");
  refresh().then((saved) => {
    if (saved) status.textContent = message(box, "since", { day: saved.day.toLocaleDateString(document.documentElement.lang) });
  });
}

// Fills the page of saved sheets.
async function listSavedSheets(box) {
  const rows = await savedSheets(box.dataset.sheets);
  const list = box.querySelector("ul");
  list.replaceChildren(...rows.map(({ url, title, day }) => {
    const row = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: url, textContent: title });
    const since = message(box, "since", { day: day.toLocaleDateString(document.documentElement.lang) });
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "button quiet", textContent: box.dataset.remove,
    });
    button.setAttribute("aria-label", `${box.dataset.remove}: ${title}`);
    button.addEventListener("click", async () => {
      await remove([url], box.dataset.sheets);
      await listSavedSheets(box);
      box.querySelector("[role=status]").textContent = message(box, "removed");
    });
    row.append(link, ` ${since} `, button);
    return row;
  }));
  box.querySelector("[data-none]").hidden = rows.length > 0;
}

export function start(box) {
  if (box.dataset.urls) setUpButtons(box);
  else listSavedSheets(box);
}
