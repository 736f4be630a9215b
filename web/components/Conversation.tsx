import type { Message } from "../../realtime/protocol.ts";
import { rows } from "../client/MessageList.tsx";

/** Messages to be read only, as a room shows them. Times are the server's. */
export function Conversation({ messages, me }: {
  messages: Message[];
  /** Who reads. */
  me: { id: string; name: string };
}) {
  const state = { messages, unsent: [], me: me.id };
  return (
    <ol class="messages conversation">
      {rows({ state, name: me.name, alive: false }, 0)}
    </ol>
  );
}
