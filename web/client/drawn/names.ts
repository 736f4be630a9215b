/** What people are called now: entries keep the names of the day they were written. */
import type { Sender } from "../../../realtime/protocol.ts";

/** What has people in it. */
interface Peopled {
  names: Record<string, string>;
  messages: { sender: Sender }[];
  online: Sender[];
  typing: Sender[];
}

/** The state with the people in it called as its `names` say. */
export function named<State extends Peopled>(state: State): State {
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
