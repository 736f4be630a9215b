/** Every event of realtime's socket, as whoever has no business there. */
import { type Attack, held, succeeded } from "../attack.ts";
import { asOwner, sayingYes } from "../weaknesses.ts";
import { answerTo, isRefusal, type Next, Wire } from "../wire.ts";
import type { World } from "../world.ts";

const EVENTS = [
  "join-room",
  "chat-message",
  "edit-message",
  "delete-message",
  "react",
  "typing",
  "read",
] as const;

function frameOf(event: string, { roomId, messageId: id }: World) {
  const clientId = `attack-${crypto.randomUUID().slice(0, 8)}`;
  const content = "I was here";
  return {
    event,
    roomId,
    ...(event === "chat-message"
      ? { message: { clientId, content } }
      : { clientId, id, content, emoji: "👍", on: true, offset: 1 }),
  };
}

type Enter = (wire: Wire, world: World) => Promise<Next | void>;

const nothing: Enter = () => Promise.resolve();

const with_ =
  (tokenOf: (world: World) => Promise<string> | string): Enter =>
  async (wire, world) =>
    await answerTo(wire, { event: "identify", token: await tokenOf(world) });

const as = (who: string, enter: Enter, events: readonly string[]): Attack[] =>
  events.map((event) => ({
    name: `${who}: socket ${event}`,
    async run(world) {
      await using wire = new Wire(world.realtime);
      if (!await wire.opened) return held();
      const came = await enter(wire, world);
      if (came && isRefusal(came)) return held();
      const answer = await answerTo(wire, frameOf(event, world));
      return isRefusal(answer)
        ? held()
        : succeeded(`answered ${JSON.stringify(answer).slice(0, 60)}`);
    },
    undone: event === "join-room" ? asOwner : sayingYes,
  }));

export const sockets: Attack[] = [
  ...as("a stranger", nothing, EVENTS),
  ...as("somebody of no room", with_((w) => w.token(w.outsider)), EVENTS),
  ...as("a removed member", with_((w) => w.token(w.removed)), EVENTS),
  ...as(
    "a removed member with a token from before",
    with_((w) => w.stale.removed),
    EVENTS,
  ),
  ...as(
    "a session signed out with a token from before",
    with_((w) => w.stale.signedOut),
    ["join-room", "chat-message"],
  ),
  ...as(
    "a plain member with another's message",
    with_((w) => w.token(w.member)),
    [
      "edit-message",
      "delete-message",
    ],
  ),
];
