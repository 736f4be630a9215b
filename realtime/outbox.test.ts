import { expect, test } from "bun:test";
import { until } from "./log/testing.ts";
import { Outbox } from "./outbox.ts";

test("keeps the order when a turn's budget is spent, and work in between", async () => {
  const outbox = new Outbox();
  const published: string[] = [];
  outbox.publish = (topic) => published.push(topic);
  const large = "x".repeat(300_000);
  outbox.send("1", large);
  outbox.send("2", large);
  expect(published).toEqual(["1", "2"]);
  outbox.send("3", large);
  outbox.inOrder(() => published.push("work"));
  outbox.send("4", "small");
  expect(outbox.waiting).toBe(3);
  await until(() => outbox.waiting === 0);
  expect(published).toEqual(["1", "2", "3", "work", "4"]);
  outbox.inOrder(() => published.push("at once"));
  expect(published.at(-1)).toBe("at once");
});
