/**
 * Tells somebody who has a page open and looks elsewhere: a notification while the tab is hidden, and
 * a quiet sound where they chose one. A browser that gets pushes tells them by those, and by nothing
 * else. Loaded when it is used.
 */
import type { FeedMessage, FeedSummary } from "../../../realtime/protocol.ts";

type Rooms = Record<string, FeedSummary>;

/** Milliseconds in which whoever looks at the room has read it; and between two questions. */
const GLANCE = 1_000;
/** Milliseconds for which a page knows whether pushes go to its browser. */
const PUSHED = 60_000;
/** Messages that wait to be asked about, one after another: of more, the newest. */
const MOST = 50;
/** What was told last, by any tab. */
const TOLD = "chatsphere/told";
const KEPT = 20;

/** Ids of rooms and messages: of those that mention the person, which go first, and of others. */
type Waiting = [room: string, message: string, offset: number][];
const calls: Waiting = [], others: Waiting = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Takes note of what the feed says is new in these rooms. */
export function tellOf(before: Rooms, rooms: Rooms, me: string): void {
  for (const id in rooms) {
    const { last, read, mentioned } = rooms[id];
    if (!last || last.deleted || last.sender.id === me) continue;
    const known = before[id];
    const isNew = known
      ? last.offset > (known.last?.offset ?? 0)
      // The feed begins, or they were let into a room: somebody wrote to them alone.
      : last.timestamp > performance.timeOrigin;
    const isCall = mentioned > (known?.mentioned ?? 0);
    if (isNew && last.offset > read) tell(id, [last], () => isCall);
  }
}

/** Takes note of messages that came while somebody looked elsewhere. */
export function tell<Message extends Pick<FeedMessage, "id" | "offset">>(
  roomId: string,
  messages: Message[],
  isCall: (message: Message) => boolean,
): void {
  for (const message of messages) {
    const list = isCall(message) ? calls : others;
    list.push([roomId, message.id, message.offset]);
    if (list.length > MOST) list.shift();
  }
  timer ??= setTimeout(ask, GLANCE);
}

/** Asks the server whether that is for this person, now. */
async function ask(): Promise<void> {
  timer = undefined;
  const [roomId, id, offset] = (calls.shift() ?? others.shift())!;
  if (calls.length + others.length > 0) timer = setTimeout(ask, GLANCE);
  const worker = await navigator.serviceWorker?.getRegistration();
  if (await isPushed(worker)) return;
  const answer = await fetch(`/rooms/${roomId}/notice?message=${id}`);
  if (answer.status !== 200) return;
  const { title, room, body, tag, url } = await answer.json();
  if (!await isFirst(tag)) return;
  if (isLoud()) chime();
  if (!worker || !mayShow()) return;
  await worker.showNotification(room ? `${title} · ${room}` : title, {
    ...{ body, tag, icon: "/favicon.svg" },
    data: { url, roomId, offset },
  });
}

/** Whether the server sends to this browser, and when that was asked: it tells by nothing else then. */
let pushed = false, pushedAt = -Infinity;

async function isPushed(worker?: ServiceWorkerRegistration): Promise<boolean> {
  const subscription = await worker?.pushManager?.getSubscription();
  if (!subscription) return false;
  if (performance.now() - pushedAt < PUSHED) return pushed;
  const { endpoint, keys } = subscription.toJSON();
  const answer = await fetch("/account/notifications/device", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint, ...keys }),
  });
  pushed = answer.status === 204;
  pushedAt = performance.now();
  // It has ended: the worker makes another.
  if (answer.status === 200) worker?.active?.postMessage({ renew: true });
  return pushed;
}

/** Whether a sound was chosen, in this browser: see the page of notifications. */
export const isLoud = (): boolean => document.cookie.includes("sound=on");

export const mayShow = (): boolean =>
  document.hidden && globalThis.Notification?.permission === "granted";

/** Whether no other tab has told of it. */
async function isFirst(tag: string): Promise<boolean> {
  const look = () => {
    const told: string[] = JSON.parse(localStorage.getItem(TOLD) ?? "[]");
    if (told.includes(tag)) return false;
    localStorage.setItem(TOLD, JSON.stringify([tag, ...told].slice(0, KEPT)));
    return true;
  };
  // Without locks two tabs may both be the first: they show one notification all the same.
  return navigator.locks ? await navigator.locks.request(TOLD, look) : look();
}

/** Two soft notes, one after the other. */
function chime(): void {
  const context = new AudioContext();
  [660, 880].forEach((frequency, i) => {
    const at = context.currentTime + i * 0.12;
    const note = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.06, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
    note.connect(gain).connect(context.destination);
    note.start(at);
    note.stop(at + 0.4);
    note.onended = () => i && context.close();
  });
}

/** Takes away what is shown of a room up to an offset: it was read. */
export async function close(roomId: string, read: number): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const shown of await worker?.getNotifications() ?? []) {
    const { data } = shown;
    if (data?.roomId === roomId && data.offset <= read) shown.close();
  }
}
