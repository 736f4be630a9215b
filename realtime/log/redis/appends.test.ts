import { afterAll, beforeAll, expect, test } from "bun:test";
import process from "node:process";
import { threeNodes } from "../../tests/testing-instances.ts";
import { openRedis } from "../testing-stores.ts";
import { draft, Recorder } from "../testing.ts";

let cluster: Awaited<ReturnType<typeof threeNodes>>;
beforeAll(async () => {
  cluster = await threeNodes();
}, 20_000);
afterAll(async () => {
  cluster.raw.disconnect();
  await cluster.stop();
});

/** Two rooms of different nodes, each with one entry. */
async function apart(append: (room: string) => Promise<unknown>) {
  await append("room-0");
  const first = await cluster.serverOf("room-0");
  for (let i = 1;; i += 1) {
    await append(`room-${i}`);
    const other = await cluster.serverOf(`room-${i}`);
    if (other !== first) {
      return { stuck: "room-0", node: first, free: `room-${i}` };
    }
  }
}

test(
  "a node that does not answer holds up its own rooms, and no others",
  async () => {
    const log = await openRedis(cluster.urls, new Recorder());
    const { stuck, node, free } = await apart((room) =>
      log.append(draft(room, "c0"))
    );
    let settled = 0;
    const pid = node.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    try {
      const late = ["c1", "c2", "c3"].map((clientId) =>
        log.append(draft(stuck, clientId)).finally(() => settled += 1)
      );
      const before = await log.append(draft(free, "f0"));
      for (let i = 1; i <= 5; i += 1) {
        const { offset } = await log.append(draft(free, `f${i}`));
        expect(offset).toBe(before.offset + i);
      }
      expect(settled).toBe(0);
      process.kill(pid, "SIGCONT");
      const offsets = (await Promise.all(late)).map(({ offset }) => offset);
      expect(offsets).toEqual([2, 3, 4]);
      await log.idle();
      expect(log.pending).toBe(0);
    } finally {
      process.kill(pid, "SIGCONT");
      await log.close();
    }
  },
  20_000,
);
