// Opens saved sheets when there is no signal. It stores nothing itself: only the button
// "Keep … on this phone" does, and a page that somebody visits is never stored.
const CACHE = "saved-sheets";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

async function fromCache(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request, { ignoreSearch: true });
  if (found || request.mode !== "navigate") return found ?? Response.error();
  const spanish = new URL(request.url).pathname.startsWith("/es/") && await cache.match("/es/saved/");
  return spanish || await cache.match("/saved/") || Response.error();
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const ours = new URL(request.url).origin === location.origin;
  if (ours && request.method === "GET") event.respondWith(fetch(request).catch(() => fromCache(request)));
});
