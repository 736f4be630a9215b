// See RoomsNow.
const EVERY = 10_000;
const LONGEST = 120_000;
let wait = EVERY;
let timer;
let asking = false;

function show(now) {
  const old = document.getElementById("list");
  if (old.innerHTML === now.innerHTML || old.matches(":active")) return;
  const { activeElement } = document;
  const isFocused = old.contains(activeElement);
  const top = scrollY;
  old.replaceChildren(...now.childNodes);
  scrollTo({ top, behavior: "instant" });
  if (!isFocused) return;
  const links = [...old.querySelectorAll("a")];
  const same = links.find((link) => link.pathname === activeElement.pathname);
  (same ?? links[0]).focus({ preventScroll: true });
}

async function look() {
  clearTimeout(timer);
  if (document.hidden || asking) return;
  asking = true;
  try {
    const signal = AbortSignal.timeout(EVERY);
    const answer = await fetch("/rooms", { signal });
    if (!answer.ok) throw answer;
    const html = await answer.text();
    const page = new DOMParser().parseFromString(html, "text/html");
    const list = page.getElementById("list");
    if (!list) return location.replace("/rooms");
    if (!("live" in list.dataset)) throw list;
    show(list);
    wait = EVERY;
  } catch {
    wait = Math.min(2 * wait, LONGEST);
  }
  asking = false;
  timer = setTimeout(look, wait);
}

addEventListener("visibilitychange", look);
timer = setTimeout(look, wait);
