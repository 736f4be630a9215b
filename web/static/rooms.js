// See RoomsNow.
let list = document.getElementById("list");
let timer, socket, wait = 500;

function open() {
  const { feed, hello, me } = list.dataset;
  socket = new WebSocket(new URL(feed, location.href.replace("http", "ws")));
  socket.onopen = () => socket.send(hello);
  socket.onmessage = ({ data }) => {
    const { by } = JSON.parse(data);
    for (const id in by) if (id !== me) list.dataset.unread -= -by[id];
    if (by) document.title = `(${list.dataset.unread}) Rooms`;
    soon(wait = 500);
  };
  socket.onclose = () => soon(wait, socket = 0);
}

const soon = (ms) => timer ??= setTimeout(look, ms);

async function look() {
  timer = null;
  if (document.hidden && socket) return;
  wait = Math.min(2 * wait, 1e5);
  try {
    const answer = await fetch("");
    const html = await answer.text();
    const page = new DOMParser().parseFromString(html, "text/html");
    const now = page.getElementById("list");
    if (answer.ok && !now) location.replace("/rooms");
    if (!now.dataset.hello || list.matches(":active")) throw 0;
    const { pathname } = document.activeElement;
    document.title = page.title;
    list.replaceWith(list = now);
    for (const link of document.links) {
      if (link.pathname === pathname) link.focus({ preventScroll: true });
    }
    socket || open();
  } catch {
    soon(wait);
  }
}

document.onvisibilitychange = ononline = look;
open();
