/**
 * What another app shares (https://w3c.github.io/web-share-target/): its files wait here until the
 * page that asks for a room has its answer, and go out with the message of that form.
 */
const SHARED = "shared";
const FILES = 10;

/** Takes what is shared, and leads to the page. */
async function receive(request) {
  const form = await request.formData();
  await caches.delete(SHARED);
  const cache = await caches.open(SHARED);
  const files = form.getAll("files").filter(({ size }) => size > 0)
    .slice(0, FILES);
  for (const [i, file] of files.entries()) {
    const headers = { "x-name": encodeURIComponent(file.name) };
    await cache.put(`/shared/${i}`, new Response(file, { headers }));
  }
  const query = new URLSearchParams({ files: files.length });
  for (const name of ["title", "text", "url"]) {
    const said = form.get(name);
    // One more than a message can have: the page says that something is missing.
    if (said) query.set(name, String(said).slice(0, 4_001));
  }
  return Response.redirect(`/share?${query}`, 303);
}

/** The client id of what went out last, and where that leads: pressed again, it goes there. */
let last = {};

async function sendOnce(request, path, count) {
  const form = await request.formData();
  const clientId = form.get("clientId");
  if (clientId !== last.clientId) {
    last = { clientId, way: sendShared(form, path, count) };
  }
  return Response.redirect(await last.way, 303);
}

/** Sends the form of that page, with the files that wait; without all of them nothing goes. */
async function sendShared(form, path, count) {
  const clientId = form.get("clientId");
  // Forms send line breaks as CRLF.
  const content = form.get("content").replaceAll("\r\n", "\n");
  const waiting = await (await caches.open(SHARED)).keys();
  const roomId = path.split("/")[2];
  try {
    // They go with whoever is signed in.
    if (waiting.length !== count) throw new Error("not those that were shared");
    const files = [];
    for (const key of waiting) {
      const kept = await caches.match(key);
      const name = kept.headers.get("x-name");
      files.push(
        (await sent(`/api/rooms/${roomId}/files?name=${name}`, {
          headers: { "content-type": "application/octet-stream" },
          body: await kept.blob(),
        })).id,
      );
    }
    await sent("/api/messages", {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ roomId, clientId, content, files }),
    });
    await caches.delete(SHARED);
    return `${path}?newest`;
  } catch {
    if (last.clientId === clientId) last = {};
    const query = new URLSearchParams({
      ...{ lost: "", files: waiting.length, text: content },
    });
    return `/share?${query}`;
  }
}

async function sent(path, init) {
  const answer = await fetch(path, { method: "POST", ...init });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return await answer.json();
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  const count = Number(searchParams.get("shared"));
  if (origin !== location.origin || request.method !== "POST") return;
  if (request.mode !== "navigate") return;
  if (pathname === "/share") event.respondWith(receive(request));
  else if (
    count > 0 && /^\/rooms\/[\w-]{16,64}$/.test(pathname) &&
    // A page of ours; of a long address no more is told.
    request.referrer.startsWith(`${origin}/`)
  ) event.respondWith(sendOnce(request, pathname, count));
});
