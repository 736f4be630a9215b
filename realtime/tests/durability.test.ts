import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewEntry } from "../log/entry.ts";
import { type LogListener, StoreError, type Waiter } from "../log/log.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import { startTestServer } from "./testing.ts";

/** A log whose appends take effect only when the test lets them. */
class HeldLog extends SqliteLog {
  readonly held: {
    go: () => void;
    fail: () => void;
  }[] = [];

  override appendFor(waiter: Waiter, entry: NewEntry): void {
    this.held.push({
      go: () => super.appendFor(waiter, entry),
      fail: () => waiter.reject(new StoreError("The disk is full.")),
    });
  }
}

test("acknowledges and delivers only what the log has, and reports what it has not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "held-"));
  let log: HeldLog | undefined;
  const server = await startTestServer({
    openLog: (listener: LogListener) => log = new HeldLog(folder, listener),
  });
  const ann = await server.enter("ann", "r");
  ann.chat("r", "c1", "Stored");
  ann.chat("r", "c2", "Not stored");
  ann.send({ event: "leave-room", roomId: "nowhere" });
  // An answer to a later frame: had there been an early ack, it would be here by now.
  ann.send({ event: "typing", roomId: "nowhere" });
  await ann.next("error");
  const early = ann.frames.map(({ event }) => event);
  expect(early).not.toContain("message-ack");
  expect(early).not.toContain("new-message");
  log?.held[0]?.go();
  log?.held[1]?.fail();
  expect(await ann.next("error")).toMatchObject({
    code: "store-unavailable",
    retryable: true,
    ref: "c2",
  });
  const ack = ann.frames.find((it) => it.event === "message-ack") ??
    await ann.next("message-ack");
  expect(ack).toMatchObject({ clientId: "c1", offset: 1 });
  expect((await server.hub.log.page("r", { limit: 9 })).messages)
    .toHaveLength(1);
  await server.stop();
  rmSync(folder, { recursive: true });
});
