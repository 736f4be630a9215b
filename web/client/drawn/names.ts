/** What people are called now: entries keep the names of the day they were written. */
import type { Sender } from "../../../realtime/protocol.ts";
import type { RoomState } from "../browser/room-state.ts";

/** The state with the people in it called as its `names` say. */
export function named(state: RoomState): RoomState {
  const person = (one: Sender): Sender => {
    const name = state.names[one.id] ?? one.name;
    return name === one.name ? one : { ...one, name };
  };
  // What is right already stays the same object, or it would be drawn again.
  const messages = state.messages.map((message) => {
    const sender = person(message.sender);
    return sender === message.sender ? message : { ...message, sender };
  });
  return {
    ...state,
    messages: messages.some((message, i) => message !== state.messages[i])
      ? messages
      : state.messages,
    online: state.online.map(person),
    typing: state.typing.map(person),
  };
}
