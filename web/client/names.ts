/** What people are called now: entries keep the names of the day they were written. */
import type { Sender } from "../../realtime/protocol.ts";
import type { RoomState } from "./room-state.ts";

/** The same list when everybody in it is called so already. */
function each<T>(list: T[], change: (item: T) => T): T[] {
  const changed = list.map(change);
  return changed.some((item, i) => item !== list[i]) ? changed : list;
}

/** The state with the people in it called as its `names` say. */
export function named(state: RoomState): RoomState {
  const { names } = state;
  const person = (one: Sender): Sender => {
    const name = names[one.id] ?? one.name;
    return name === one.name ? one : { ...one, name };
  };
  return {
    ...state,
    messages: each(state.messages, (message) => {
      const sender = person(message.sender);
      return sender === message.sender ? message : { ...message, sender };
    }),
    online: each(state.online, person),
    typing: each(state.typing, person),
  };
}
