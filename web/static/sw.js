/**
 * Keeps what the app needs to open without a network: our own page that says so, and the rooms
 * that were read lately as the server last sent them, with their scripts. A page that is asked for
 * comes from the server wherever that answers; what is kept is shown only where it does not.
 *
 * What is kept belongs to one person. Every page of the server says whose it is, in `x-person`,
 * empty where nobody is signed in: as soon as one says something else, all of it goes; after a
 * sign-out the worker as well. What waits to be sent is none of it: it stays until its person is
 * back, unless whoever signs out was asked.
 */
importScripts("/sw-unsent.js", "/sw-share.js", "/sw-push.js");

const SHELL = "shell", PAGES = "pages", PARTS = "parts";
/** The list and the rooms; at most so many of those, and of the parts that pages load. */
const IS_KEPT = /^\/rooms(\/[\w-]{16,64})?$/;
const ROOMS = 20, SCRIPTS = 80;
/** Milliseconds after which a page that was kept is not shown any more. */
const STALE = 30 * 864e5;

/** Raised whenever all goes: what was asked for before that is not kept. */
let era = 0;
/** Somebody asked to sign out. Whether they are, the next page says: the server may ask first. */
let leaving = false;
/** They were told that what is not sent goes, too. */
let sure = false;
/** Somebody signed out: nothing is kept until a room is opened again. */
let gone = false;
/** One change of what is kept after another. */
let changes = Promise.resolve();
const inTurn = (change) => changes = changes.then(change, change);

async function wipe() {
  era++;
  for (const name of await caches.keys()) {
    if (name !== SHELL) await caches.delete(name);
  }
}

async function keepShell() {
  const cache = await caches.open(SHELL);
  const page = await fetch("/offline");
  const styles = (await page.clone().text()).match(/\/styles\.css[^"]*/);
  await cache.put("/offline", page);
  await cache.add(styles[0]);
}

/** Forgets the oldest of what is kept beyond a number. */
async function limit(cache, most) {
  const keys = await cache.keys();
  for (const key of keys.slice(0, -most)) await cache.delete(key);
}

/** Hears from the server whose page this is, and keeps it if it is one to keep. */
const take = (path, answer, asked) =>
  inTurn(async () => {
    const person = answer.headers.get("x-person");
    if (person === null || asked !== era || gone) return;
    const owner = await (await caches.match("/person"))?.text();
    if (owner && owner !== person) await wipe();
    if (!person) return leaving && await leave();
    leaving = false;
    const keeper = await caches.open("person");
    await keeper.put("/person", new Response(person));
    if (!IS_KEPT.test(path)) return;
    const pages = await caches.open(PAGES);
    await pages.delete(path);
    if (answer.status !== 200 || answer.redirected) return;
    const html = await answer.clone().text();
    await pages.put(path, answer);
    await limit(pages, ROOMS + 1);
    const found = html.matchAll(/(?:src|href)="(\/[^"]+)"/g);
    await keepParts([...found].map(([, it]) => new URL(it, location).href))
      // It is shown without what could not be had.
      .catch(() => {});
  });

/** Asks for a page that somebody has open, to keep it as it is now. */
async function keepPage(path) {
  const asked = era;
  const headers = { accept: "text/html" };
  const answer = await fetch(path, { headers, redirect: "manual" });
  await take(path, answer, asked);
}

async function keepParts(addresses) {
  if (gone) return;
  const cache = await caches.open(PARTS);
  for (const address of addresses) {
    if (isPart(new URL(address)) && !await cache.match(address)) {
      await cache.add(address);
    }
  }
  await limit(cache, SCRIPTS);
}

const isPart = ({ origin, pathname }) =>
  origin === location.origin &&
  /^\/(_fresh\/js\/.*|[\w-]+\.(js|css|svg|webmanifest))$/.test(pathname);

/** A part of a page: from the server, or as it was when it last came from there. */
async function part(request) {
  const known = await caches.match(request, { cacheName: PARTS });
  // Of a build: it is never another.
  if (/immutable/.test(known?.headers.get("cache-control"))) return known;
  try {
    const answer = await fetch(request);
    if (answer.status === 200 && !gone) {
      const cache = await caches.open(PARTS);
      await cache.put(request, answer.clone()).catch(() => {});
    }
    return answer;
  } catch (error) {
    const last = await caches.match(request, { ignoreSearch: true });
    if (last) return last;
    throw error;
  }
}

async function page(event, path) {
  const asked = era;
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    return await keptPage(path) ?? caches.match("/offline");
  }
  // What is fetched ahead was read by nobody; once it is, its page has it kept.
  if (event.request.headers.has("sec-purpose")) return answer;
  // A copy that nobody reads would be held in memory, however large.
  const { headers } = answer;
  const copy = IS_KEPT.test(path)
    ? answer.clone()
    : new Response(null, { headers });
  event.waitUntil(take(path, copy, asked));
  if (headers.get("x-person")) {
    event.waitUntil(renewPush().catch(() => {}));
  }
  return answer;
}

/** A page as it was, which says so. */
async function keptPage(path) {
  const answer = await caches.match(path, { cacheName: PAGES });
  if (!answer) return;
  const at = new Date(answer.headers.get("date"));
  if (!(Date.now() - at < STALE)) return;
  const time = at.toLocaleString(navigator.language, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  const count = await countUnsent();
  // Once the server answers again it goes with the list it is in; in a room, styles/frame.css
  // hides it.
  const notice = `<div class="notice waiting" role="status" id="kept"><div>
    <p>You are offline. You see this page as it was on ${time}.</p>
    ${count ? `<p>Waiting to be sent: ${count}.</p>` : ""}
    <p><a href="">Try again</a></p></div></div>`;
  const html = await answer.text();
  const headers = new Headers(answer.headers);
  headers.set("x-kept", "1");
  const place = /<[^>]* id="list"[^>]*>|<main(?![^]* id="list")[^>]*>/;
  return new Response(html.replace(place, (tag) => tag + notice), { headers });
}

/** It goes with the session; a room that is opened brings it back. */
async function leave() {
  gone = true;
  await wipe();
  // What was recorded and not sent: see client/browser/recordings.ts.
  if (sure) indexedDB.deleteDatabase("chatsphere-recordings");
  await caches.delete(SHELL);
  await registration.unregister();
}

/** A token is refused only to somebody who is signed out. */
async function token(request) {
  const answer = await fetch(request);
  if (answer.status === 401) await inTurn(wipe);
  return answer;
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(keepShell());
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("message", (event) => {
  const { pages = [], parts = [], renew } = event.data;
  if (renew) event.waitUntil(renewPush().catch(() => {}));
  const shell = gone ? [keepShell()] : [];
  gone = false;
  const kept = pages.filter((path) => IS_KEPT.test(path)).map(keepPage);
  event.waitUntil(Promise.allSettled([...shell, ...kept, keepParts(parts)]));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const { pathname, search } = url;
  if (url.origin !== location.origin) return;
  if (pathname === "/logout") {
    leaving = true;
    sure = search === "?anyway";
    navigator.clearAppBadge?.();
  } else if (pathname === "/api/token") event.respondWith(token(request));
  else if (request.method !== "GET") return;
  else if (request.destination === "document") {
    event.respondWith(page(event, pathname + search));
  } else if (isPart(url)) {
    event.respondWith(part(request));
  }
});
