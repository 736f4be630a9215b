import { expect, test } from "bun:test";
import { until } from "../log/testing.ts";
import { PublishQueue } from "./publish-queue.ts";

test("keeps the order when a turn's budget is spent, and work in between", async () => {
  const publishQueue = new PublishQueue();
  const published: string[] = [];
  publishQueue.publish = (topic) => published.push(topic);
  const large = "x".repeat(300_000);
  publishQueue.send("1", large);
  publishQueue.send("2", large);
  expect(published).toEqual(["1", "2"]);
  publishQueue.send("3", large);
  publishQueue.inOrder(() => published.push("work"));
  publishQueue.send("4", "small");
  expect(publishQueue.waiting).toBe(3);
  await until(() => publishQueue.waiting === 0);
  expect(published).toEqual(["1", "2", "3", "work", "4"]);
  publishQueue.inOrder(() => published.push("at once"));
  expect(published.at(-1)).toBe("at once");
});
