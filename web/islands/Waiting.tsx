import { useEffect, useState } from "preact/hooks";
import { fetchToken } from "../client/browser/token.ts";
// With the room's code as a whole the bundler leaves it in one file, which is smaller.
import "./Room.tsx";
import { sendWaiting, type WaitingRoom } from "../client/browser/waiting.ts";

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
  const [names, setNames] = useState<{ id: string; name: string }[]>();

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
  useEffect(() => {
    if (!some) return;
    fetch("/api/chat").then((answer) => answer.ok ? answer.json() : null)
      .then((answer) => answer && setNames(answer.rooms))
      // Offline: the rooms go without their names until there is a network.
      .catch(() => {});
  }, [some]);

  // Where something was discarded, not everything was sent.
  if (!rooms || discarded && !some) return null;
  const of = (count: (room: WaitingRoom) => number) =>
    rooms.reduce((sum, room) => sum + count(room), 0);
  const sending = of((room) => room.sending);
  const failed = of((room) => room.failed.length);
  return (
    <div class="notice waiting" role="status">
      <div>
        {sending > 0 && <p>{`Waiting to be sent: ${sending}.`}</p>}
        {failed > 0 && <p>{`Not sent: ${failed}.`}</p>}
        {sending + failed === 0 && <p>Everything was sent.</p>}
        {rooms.map(({ roomId, failed, discard }) => {
          const name = names?.find(({ id }) => id === roomId)?.name;
          return (
            <div key={roomId}>
              {name
                ? <a href={`/rooms/${roomId}`} dir="auto">{name}</a>
                : names && "A room you are no longer in"}
              {failed.map((one) => (
                <p key={one.clientId}>
                  <span class="truncate" dir="auto">{textOf(one)}</span>{" "}
                  {one.reason}{" "}
                  <button
                    type="button"
                    class="button button-plain"
                    onClick={() => {
                      setDiscarded(true);
                      discard(one.clientId);
                    }}
                  >
                    Discard
                  </button>
                </p>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const textOf = (
  { content, request, uploads = [] }: WaitingRoom["failed"][number],
): string => {
  if (!request) return content || uploads.map(({ name }) => name).join(", ");
  if (request.event === "edit-message") return request.content || "An edit";
  return request.event === "react" ? request.emoji : "A deletion";
};
