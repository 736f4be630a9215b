/**
 * Sends what was written offline once the network is back, also when no page is open (Background
 * Sync). Pages keep their own queue, and send it too: a message that is sent twice is stored once.
 */
const UNSENT = "unsent";

/** What a page told last: the id of its person, and what waits, in the order it was written in. */
async function readUnsent() {
  const kept = await (await caches.open(UNSENT)).match("/unsent");
  return kept ? await kept.json() : { me: "", list: [] };
}

async function keepUnsent(unsent) {
  const cache = await caches.open(UNSENT);
  await cache.put("/unsent", Response.json(unsent));
}

/** How much waits to be sent. */
globalThis.countUnsent = async () => (await readUnsent()).list.length;

const postJson = (path, body) =>
  fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** The id of whoever is signed in; nothing if nobody is. */
async function signedIn() {
  const answer = await postJson("/api/token", { audience: "realtime" });
  if (answer.status === 401) return;
  const { token } = await answer.json();
  const [, claims] = token.split(".");
  return JSON.parse(atob(claims.replace(/-/g, "+").replace(/_/g, "/"))).sub;
}

/** Rejects where it has to be tried again: the browser does, after a while. */
async function sendUnsent() {
  const { me, list } = await readUnsent();
  if (list.length === 0) return;
  if (await signedIn() !== me) return await caches.delete(UNSENT);
  const stuck = new Set();
  for (const { roomId, clientId, content, replyTo, isPlain } of list) {
    // What a page alone can send, and what comes after it in that room.
    if (!isPlain) stuck.add(roomId);
    if (stuck.has(roomId)) continue;
    const draft = { roomId, clientId, content, replyTo };
    const { ok, status } = await postJson("/api/messages", draft);
    if (status === 401) return;
    if (status === 429 || status >= 500) throw new Error(`answered ${status}`);
    if (!ok) stuck.add(roomId);
    else {
      const now = await readUnsent();
      const left = now.list.filter((it) => it.clientId !== clientId);
      await keepUnsent({ ...now, list: left });
    }
  }
}

addEventListener("message", (event) => {
  const { unsent } = event.data;
  if (unsent) event.waitUntil(keepUnsent(unsent));
});

addEventListener("sync", (event) => {
  if (event.tag === UNSENT) event.waitUntil(sendUnsent());
});
