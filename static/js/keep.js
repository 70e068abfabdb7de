// Keeps a state's sheet on this phone, only when asked to, and forgets it again.
const CACHE = "kept";

const words = (box, name, facts = {}) => Object.entries(facts).reduce(
  (text, [key, value]) => text.replace(`{${key}}`, value), box.dataset[name],
);

// What a page needs to look right: its own style sheet and script.
async function parts(page) {
  const html = new DOMParser().parseFromString(await page.clone().text(), "text/html");
  const files = [...html.querySelectorAll("link[rel=stylesheet], script[src]")];
  return files.map((file) => file.getAttribute("href") ?? file.getAttribute("src"));
}

async function keep(urls) {
  const cache = await caches.open(CACHE);
  for (const url of urls) {
    const page = await fetch(url, { cache: "no-store" });
    if (!page.ok) throw new Error(page.status);
    await cache.addAll(await parts(page));
    await cache.put(url, page);
  }
}

async function forget(urls, rest) {
  const cache = await caches.open(CACHE);
  for (const url of urls) await cache.delete(url);
  if ((await kept(rest)).length === 0) {
    await caches.delete(CACHE);
    const workers = await navigator.serviceWorker.getRegistrations();
    for (const worker of workers) await worker.unregister();
  }
}

// The sheets on this phone, with the day each was saved; not the shared pages.
async function kept(prefix) {
  if (!await caches.has(CACHE)) return [];
  const cache = await caches.open(CACHE);
  const sheets = (await cache.keys()).filter(({ url }) => new RegExp(prefix).test(new URL(url).pathname));
  return Promise.all(sheets.map(async ({ url }) => {
    const page = await cache.match(url);
    const title = (await page.text()).match(/<title>([^<]*)/)[1].trim();
    return { url: new URL(url).pathname, title, day: new Date(page.headers.get("date")) };
  }));
}

// The button of a state's page.
function offer(box) {
  const [add, remove] = box.querySelectorAll("button");
  const say = box.querySelector("[role=status]");
  const urls = box.dataset.urls.split(" ");
  const refresh = async () => {
    const here = (await kept(box.dataset.sheets)).find(({ url }) => url === urls[0]);
    remove.hidden = !here;
    return here;
  };
  const act = (button, doing, done) => button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await doing();
      say.textContent = words(box, done);
    } catch {
      say.textContent = words(box, "failed");
    }
    button.disabled = false;
    refresh();
  });
  act(add, async () => {
    await navigator.serviceWorker.register(box.dataset.worker);
    await keep([...urls, ...box.dataset.shared.split(" ")]);
  }, "kept");
  act(remove, () => forget(urls, box.dataset.sheets), "removed");
  refresh().then((here) => {
    if (here) say.textContent = words(box, "since", { day: here.day.toLocaleDateString(document.documentElement.lang) });
  });
}

// The page of what is on this phone.
async function listKept(box) {
  const rows = await kept(box.dataset.sheets);
  const list = box.querySelector("ul");
  list.replaceChildren(...rows.map(({ url, title, day }) => {
    const row = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: url, textContent: title });
    const since = words(box, "since", { day: day.toLocaleDateString(document.documentElement.lang) });
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "button quiet", textContent: box.dataset.remove,
    });
    button.setAttribute("aria-label", `${box.dataset.remove}: ${title}`);
    button.addEventListener("click", async () => {
      await forget([url], box.dataset.sheets);
      await listKept(box);
      box.querySelector("[role=status]").textContent = words(box, "removed");
    });
    row.append(link, ` ${since} `, button);
    return row;
  }));
  box.querySelector("[data-none]").hidden = rows.length > 0;
}

export function start(box) {
  if (box.dataset.urls) offer(box);
  else listKept(box);
}
