import type { Message } from "../../realtime/protocol.ts";
import { rows } from "../client/drawn/MessageList.tsx";
import type { Clock } from "../client/drawn/times.ts";

/** Everybody who is called by name in these messages, by id. */
const namesIn = (messages: Message[]) =>
  Object.fromEntries(
    messages.flatMap(({ sender, mentions = [] }) => [...mentions, sender])
      .map(({ id, name }) => [id, name]),
  );

/** Messages to be read only, as a room shows them. */
export function Conversation({ roomId, messages, me, clock, hues }: {
  roomId: string;
  messages: Message[];
  /** Who reads. */
  me: { id: string; name: string };
  clock: Clock;
  hues?: Record<string, number>;
}) {
  const state = {
    roomId,
    messages,
    unsent: [],
    me: me.id,
    more: false,
    names: namesIn(messages),
  };
  return (
    <ol class="messages conversation">
      {rows({ state, name: me.name, alive: false, clock, hues }, Infinity)}
    </ol>
  );
}
