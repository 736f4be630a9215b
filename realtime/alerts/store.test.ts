import { afterAll, beforeAll, expect, test } from "bun:test";
import { ALERT_HELD, type RoomLog } from "../log/log.ts";
import { Recorder } from "../log/testing.ts";
import { eachStore, type Open } from "../log/testing-stores.ts";

eachStore("alerts", alerts);

function alerts(open: Open): void {
  let log: RoomLog;
  const realNow = Date.now;
  beforeAll(async () => {
    log = await open(new Recorder());
  });
  afterAll(async () => {
    Date.now = realNow;
    await log.close();
  });

  test("are given until they are taken, and not taken while something may still come", async () => {
    expect(await log.alerts()).toEqual([]);
    await log.noteAlert("a");
    const young = await log.alerts();
    expect(young.map(({ roomId }) => roomId)).toEqual(["a"]);
    await log.alertsTaken(young);
    expect(await log.alerts()).toEqual(young);
    const now = realNow();
    Date.now = () => now - 2 * ALERT_HELD;
    await log.noteAlert("a");
    const old = await log.alerts();
    Date.now = realNow;
    // Noted again since.
    await log.alertsTaken(young);
    expect(await log.alerts()).toEqual(old);
    await log.alertsTaken([{ roomId: "a", receipt: "nonsense" }, ...old]);
    expect(await log.alerts()).toEqual([]);
  });

  test("a room is loud while web says so", async () => {
    const members = { ann: "admin" } as const;
    const isLoud = async () =>
      (await log.members.standings("ann", ["b"])).b?.loud;
    await log.members.put("b", { version: 1, members }, "web");
    expect(await isLoud()).toBe(false);
    await log.members.put("b", { version: 2, members, loud: true }, "web");
    expect(await isLoud()).toBe(true);
    await log.members.put("b", { version: 3, members }, "web");
    expect(await isLoud()).toBe(false);
  });
}
