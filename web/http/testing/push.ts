import type { Outcome, Push } from "../../notifications/push/send.ts";

/** A push service in memory. */
export interface MemoryPush extends Push {
  /** What it took, by the endpoint. */
  taken: { endpoint: string; text: string; topic: string }[];
  /** What it answers; sent, unless a test says otherwise. */
  answer: (endpoint: string) => Outcome;
}

export function memoryPush(): MemoryPush {
  const push: MemoryPush = {
    taken: [],
    answer: () => ({ kind: "sent" }),
    check: () => Promise.resolve(),
    publicKey: () => Promise.resolve("B".padEnd(87, "A")),
    send({ endpoint }, text, topic) {
      const outcome = push.answer(endpoint);
      if (outcome.kind === "sent") push.taken.push({ endpoint, text, topic });
      return Promise.resolve(outcome);
    },
  };
  return push;
}
