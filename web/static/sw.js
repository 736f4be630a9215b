// Offline, a page that is asked for is ours and not the browser's. Nothing of a person is kept.
const CACHE = "offline";

async function keep() {
  const cache = await caches.open(CACHE);
  const page = await fetch("/offline");
  const styles = (await page.clone().text()).match(/\/styles\.css[^"]*/);
  await cache.put("/offline", page);
  await cache.add(styles[0]);
}

addEventListener("install", (event) => event.waitUntil(keep()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (pathname === "/logout") {
    // It goes with the session; a room that is opened brings it back.
    event.waitUntil(
      Promise.all([registration.unregister(), caches.delete(CACHE)]),
    );
  } else if (request.method === "GET" && request.destination === "document") {
    event.respondWith(fetch(request).catch(() => caches.match("/offline")));
  } else if (pathname === "/styles.css") {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});
