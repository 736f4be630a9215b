import { useEffect, useState } from "preact/hooks";
import { openPending } from "../client/browser/pending.ts";
import { isRecordedKey } from "../client/browser/recorded.ts";
import type { Recording } from "../client/browser/recordings.ts";
import { fetchToken } from "../client/browser/token.ts";
// With the room's code as a whole the bundler leaves it in one file, which is smaller.
import "./Room.tsx";
import { sendWaiting, type WaitingRoom } from "../client/browser/waiting.ts";

/** Loaded where there is a recording. */
const recorded = () => import("../client/browser/left-recordings.ts");

interface Named {
  id: string;
  name: string;
  archivedAt?: number;
}

export interface WaitingProps {
  /** The account's id. */
  me: string;
  wsUrl: string;
  /** A room that is open on this page, and sends by itself. */
  except?: string;
}

/** Sends what waits from any page, and says how much that is. Nothing is shown when none does. */
export default function Waiting({ me, wsUrl, except }: WaitingProps) {
  const [rooms, setRooms] = useState<WaitingRoom[]>();
  const [discarded, setDiscarded] = useState(false);
  const [names, setNames] = useState<Named[]>();
  const [left, setLeft] = useState<Recording[]>([]);

  useEffect(() => {
    const sender = sendWaiting({
      ...{
        me,
        except,
        url: new URL(wsUrl, location.href.replace("http", "ws")),
      },
      renew: () => fetchToken("realtime"),
      onChange: (next) => setRooms((now) => now || next.length ? next : now),
    });
    const stop = new AbortController();
    for (const event of ["online", "storage", "visibilitychange"]) {
      addEventListener(event, sender.look, stop);
    }
    return () => {
      stop.abort();
      sender.close();
    };
  }, []);

  const some = Boolean(rooms?.length);
  const [spoke, setSpoke] = useState(false);
  useEffect(() => setSpoke(hasRecordings(me)), []);
  useEffect(() => {
    if (!some && !spoke) return;
    fetch("/api/chat").then((answer) => answer.ok ? answer.json() : null)
      .then((answer) => answer && setNames(answer.rooms))
      // Offline: the rooms go without their names until there is a network.
      .catch(() => {});
  }, [some, spoke]);
  useEffect(() => {
    if (!names || !spoke) return;
    const isOpen = (roomId: string) =>
      roomId === except ||
      names.some(({ id, archivedAt }) => id === roomId && !archivedAt);
    const waiting = (roomId: string) =>
      openPending(me, roomId).list().map(({ voice }) => voice?.clip);
    recorded().then((it) => it.leftRecordings(me, isOpen, waiting))
      .then(setLeft)
      // The page is of an older build whose files are gone.
      .catch(() => {});
  }, [names, spoke]);

  // Where something was discarded, not everything was sent.
  if (!left.length && (!rooms || discarded && !some)) return null;
  const of = (count: (room: WaitingRoom) => number) =>
    (rooms ?? []).reduce((sum, room) => sum + count(room), 0);
  const sending = of((room) => room.sending);
  const failed = of((room) => room.failed.length) + left.length;
  const named = (roomId: string) => {
    const name = names?.find(({ id }) => id === roomId)?.name;
    return name
      ? <a href={`/rooms/${roomId}`} dir="auto">{name}</a>
      : names && "A room you are no longer in";
  };
  return (
    <div class="notice waiting" role="status">
      <div>
        {sending > 0 && <p>{`Waiting to be sent: ${sending}.`}</p>}
        {failed > 0 && <p>{`Not sent: ${failed}.`}</p>}
        {sending + failed === 0 && <p>Everything was sent.</p>}
        {rooms?.map(({ roomId, failed, discard }) => (
          <div key={roomId}>
            {named(roomId)}
            {failed.map((one) => (
              <p key={one.clientId}>
                <span class="truncate" dir="auto">{textOf(one)}</span>{" "}
                {one.reason} {one.voice &&
                  press("Keep as a file", () => saveSpoken(one.voice!.clip))}
                {press("Discard", () => {
                  setDiscarded(true);
                  discard(one.clientId);
                  const { voice } = one;
                  if (voice) recorded().then((it) => it.forgetSent(voice.clip));
                })}
              </p>
            ))}
          </div>
        ))}
        {left.map((one) => (
          <div key={one.id}>
            {named(one.roomId)}
            <p>
              <span class="truncate">{`Recording, ${whenOf(one)}`}</span>{" "}
              This was not sent. {press("Keep as a file", () =>
                recorded().then((it) => it.save(one.audio)))}
              {press("Discard", () => {
                setDiscarded(true);
                setLeft(left.filter((it) =>
                  it !== one
                ));
                recorded().then((it) => it.dropRecording(one));
              })}
            </p>
          </div>
        ))}
      </div>
    </div>
  );
}

const press = (label: string, onClick: () => unknown) => (
  <button
    type="button"
    class="button button-plain"
    onClick={() => void onClick()}
  >
    {label}
  </button>
);

/** Whether this device has recordings of somebody that were not sent. */
function hasRecordings(me: string): boolean {
  try {
    return Object.keys(localStorage).some((key) =>
      key.startsWith(`chatsphere/${me}/`) && isRecordedKey(key)
    );
  } catch {
    // Storage is blocked, so nothing was kept.
    return false;
  }
}

/** Gives the person the recording of a message as a file. */
async function saveSpoken(clip: string): Promise<void> {
  const { recordingOf, save } = await recorded();
  const one = await recordingOf(clip);
  if (one) save(one.audio);
}

const whenOf = ({ at }: Recording): string =>
  new Date(at).toLocaleString("en", {
    dateStyle: "medium",
    timeStyle: "short",
  });

const textOf = (
  { content, request, uploads = [] }: WaitingRoom["failed"][number],
): string => {
  if (!request) {
    return content || uploads.map(({ name }) => name).join(", ") || "Recording";
  }
  if (request.event === "edit-message") return request.content || "An edit";
  return request.event === "react" ? request.emoji : "A deletion";
};
