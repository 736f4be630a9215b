import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { termsOf } from "../../text/terms.ts";
import { StoreError } from "../log.ts";
import { draft, Recorder } from "../testing.ts";
import { SqliteLog } from "./log.ts";
import { WorkerSearcher } from "./searcher.ts";

test("whoever waits for a search when the searcher is closed is told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "searcher-"));
  try {
    const log = new SqliteLog(folder, new Recorder());
    await log.append(draft("r", "c1", "words"));
    const searcher = new WorkerSearcher(join(folder, "rooms.sqlite"));
    const search = () =>
      searcher.search({
        ...{ rooms: ["r"], terms: termsOf("words"), has: [], limit: 20 },
        order: "newest",
      });
    expect((await search()).messages).toHaveLength(1);
    const waiting = search().catch((error) => error);
    await searcher.close();
    expect(await waiting).toBeInstanceOf(StoreError);
    await log.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
