import type { RecordingClient } from "./client.ts";

/** Milliseconds between two messages of one person: at least, and at most. */
const LEAST = 100;
const MOST = 600;
/** One message in so many is as long as they may be. */
const LONG = 12;

/** Lets every client write at its own pace. Returns what stops it. */
export function startLoad(
  clients: RecordingClient[],
  random: () => number,
): () => void {
  const timers = new Map<RecordingClient, Timer>();
  let count = 0;
  function write(client: RecordingClient) {
    client.typing();
    const length = random() < 1 / LONG ? 4_000 : Math.ceil(random() * 200);
    client.send(`${count += 1}`.padEnd(length, "-words"));
    const wait = LEAST + random() * (MOST - LEAST);
    timers.set(client, setTimeout(() => write(client), wait));
  }
  for (const client of clients) write(client);
  return () => timers.forEach((timer) => clearTimeout(timer));
}
