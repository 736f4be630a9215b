// What the service worker does with a push: sw.js takes it in. Its texts are those of the server.
// A scope of its own: sw.js and what else it takes in share theirs.
(() => {
  async function close(roomId, offset) {
    for (const shown of await registration.getNotifications()) {
      const { data } = shown;
      if (data?.roomId === roomId && data.offset <= offset) shown.close();
    }
  }

  async function show({ title, room, body, tag, url, roomId, offset }) {
    const pages = await clients.matchAll({ type: "window" });
    const isSeen = ({ focused, url }) =>
      focused && new URL(url).pathname === `/rooms/${roomId}`;
    if (roomId && pages.some(isSeen)) return;
    await registration.showNotification(room ? `${title} · ${room}` : title, {
      body,
      tag,
      icon: "/favicon.svg",
      data: { url, roomId, offset },
      actions: roomId ? [{ action: "read", title: "Mark read" }] : [],
    });
  }

  const tell = (method, subscription) => {
    const { endpoint, keys } = subscription.toJSON();
    return fetch("/account/notifications/device", {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ endpoint, ...keys }),
    });
  };

  let looked = 0;
  /** A subscription to which the server sends no longer is replaced by another; see sw.js. */
  self.renewPush = async (old) => {
    const { pushManager } = registration;
    const now = await pushManager?.getSubscription();
    if (!now && !old || Date.now() - looked < 3e5) return;
    looked = Date.now();
    let key = old?.options.applicationServerKey;
    if (now) {
      const answer = await tell("PATCH", now);
      if (answer.status !== 200) return;
      key = (await answer.json()).key;
      await now.unsubscribe();
    }
    const userVisibleOnly = true;
    // What the browser dropped is told to whoever has turned notifications on in it.
    await tell(
      now ? "POST" : "PATCH",
      await pushManager.subscribe({
        userVisibleOnly,
        applicationServerKey: key,
      }),
    );
  };

  // The browser dropped it by itself, and may have made another.
  addEventListener("pushsubscriptionchange", (event) => {
    looked = 0;
    event.waitUntil(renewPush(event.oldSubscription));
  });

  addEventListener("push", (event) => {
    const told = event.data.json();
    event.waitUntil(
      told.kind === "read" ? close(told.roomId, told.offset) : show(told),
    );
  });

  async function open(url) {
    const pages = await clients.matchAll({ type: "window" });
    for (const page of pages) {
      try {
        return await (await page.navigate(url)).focus();
      } catch {
        // A page that this worker does not control yet cannot be led elsewhere.
      }
    }
    await clients.openWindow(url);
  }

  async function markRead({ roomId, offset }) {
    await fetch(`/rooms/${roomId}/read`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ offset }),
    });
    await close(roomId, offset);
  }

  addEventListener("notificationclick", (event) => {
    const { action, notification } = event;
    notification.close();
    event.waitUntil(
      action === "read"
        ? markRead(notification.data)
        : open(notification.data.url),
    );
  });
})();
