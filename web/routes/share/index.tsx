import { page } from "fresh";
import { LIMITS } from "../../../realtime/protocol.ts";
import { Notice } from "../../components/Notice.tsx";
import { Once } from "../../components/Once.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import { loadRooms, type RoomEntry } from "../../http/pages/room-list.ts";
import { define } from "../../utils.ts";

interface Data {
  /** Those in which something can be said. */
  rooms: RoomEntry[];
  /** There are others, which are archived. */
  isArchived: boolean;
  text: string;
  /** How many files the service worker has, which sends them with the message. */
  files: number;
  /** What was shared did not get here, or not into the room. */
  isLost: boolean;
  /** It was longer than a message can be, and its end is missing. */
  isCut: boolean;
}

/** Where another app's share button leads (static/sw-share.js): into which room it is to go. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const { rooms: all } = await loadRooms(services, personOf(ctx.state));
    const rooms = all.filter(({ archivedAt }) => archivedAt === undefined);
    const isArchived = rooms.length < all.length;
    const query = ctx.url.searchParams;
    const said = ["title", "text", "url"].map((it) => query.get(it)?.trim());
    const shared = [...new Set(said)].filter(Boolean).join("\n");
    const text = shared.slice(0, LIMITS.contentLength).toWellFormed();
    const isCut = text.length < shared.length;
    const files = /^\d$|^10$/.exec(query.get("files") ?? "")?.[0] ?? 0;
    const isLost = query.has("lost");
    return page<Data>({
      ...{ rooms, isArchived, text, files: Number(files), isLost, isCut },
    });
  },

  /** The service worker takes what is shared; it is not there before a room was open here. */
  POST: (ctx) => ctx.redirect("/share?lost", 303),
});

export default define.page<typeof handler>(({ data }) => {
  const { rooms, isArchived, text, files, isLost, isCut } = data;
  return (
    <div class="column stack">
      <Title text="Share" failed={isLost} />
      <h1>Share in which room?</h1>
      {isLost && (
        <Notice icon="alert" answer>
          What you shared did not arrive. Open a room in this browser, then
          share it again.
        </Notice>
      )}
      {isCut && (
        <Notice icon="alert" answer>
          {`A message has at most ${
            LIMITS.contentLength.toLocaleString("en")
          } characters. The end of what you shared was left out.`}
        </Notice>
      )}
      {rooms.length === 0
        ? (
          <p>
            {isArchived
              ? "All your rooms are archived: nothing can be added to them."
              : "You are in no room yet."} <a href="/rooms">Start one</a>
          </p>
        )
        : (
          <form method="post" class="stack">
            <Once />
            <input type="hidden" name="clientId" value={crypto.randomUUID()} />
            <label for="content">Message</label>
            <textarea
              class="input"
              id="content"
              name="content"
              dir="auto"
              rows={4}
              maxLength={LIMITS.contentLength}
            >
              {text}
            </textarea>
            {files > 0 && (
              <p>
                {files === 1
                  ? "One file goes with it."
                  : `${files} files go with it.`}
              </p>
            )}
            <p class="actions">
              {rooms.map(({ id, name }) => (
                <button
                  key={id}
                  type="submit"
                  class="button button-quiet"
                  formaction={files > 0
                    ? `/rooms/${id}?shared=${files}`
                    : `/rooms/${id}`}
                >
                  <bdi>{name}</bdi>
                </button>
              ))}
            </p>
          </form>
        )}
    </div>
  );
});
