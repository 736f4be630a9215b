/** What many notices ask for at the same moment is asked once. */
import type { Message } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";

type Realtime = Services["realtime"];

/** People whose positions one call asks for. */
const PEOPLE = 500;

/** Asks for what is not being asked for already; nothing is kept once the answer is there. */
function sharing<T>(): (key: string, ask: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  return (key, ask) => {
    const before = underWay.get(key);
    if (before) return before;
    const now = ask().finally(() => underWay.delete(key));
    underWay.set(key, now);
    return now;
  };
}

/** {@link Services.realtime}, for a round of notices: many may be about one message. */
export function together(realtime: Realtime): Realtime {
  const messages = sharing<Message>();
  const positions = new Map<
    string,
    { people: Set<string>; answer: Promise<Record<string, number>> }
  >();
  const begin = (roomId: string) => {
    const people = new Set<string>();
    const answer = new Promise<void>((go) => setTimeout(go, 0)).then(() => {
      positions.delete(roomId);
      return realtime.positions(roomId, [...people]);
    });
    const batch = { people, answer };
    positions.set(roomId, batch);
    return batch;
  };
  return {
    ...realtime,
    readFor: (roomId, id) =>
      messages(`${roomId} ${id}`, () => realtime.readFor(roomId, id)),
    positions: (roomId, people) => {
      const waiting = positions.get(roomId);
      const batch = waiting && waiting.people.size + people.length <= PEOPLE
        ? waiting
        : begin(roomId);
      for (const id of people) batch.people.add(id);
      return batch.answer;
    },
  };
}
