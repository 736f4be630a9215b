import { assertEquals } from "@std/assert";
import {
  type Limit,
  returnAttempt,
  takeAttempt,
  takeAttempts,
} from "./attempts.ts";
import { type AttemptsRecord, keys } from "./store.ts";
import { codeOf, onStage } from "./testing.ts";

const limit: Limit = { kind: "face", whom: "ann", most: 3, windowMs: 60_000 };

Deno.test(
  "attempts at the same time are all counted, and no more than the limit pass",
  onStage(async ({ s }) => {
    const codes = await Promise.all(
      [1, 2, 3, 4, 5].map(() => codeOf(takeAttempt(s, limit))),
    );
    assertEquals(codes.filter((code) => code === "none").length, 3);
    assertEquals(
      await codeOf(takeAttempt(s, { ...limit, whom: "bob" })),
      "none",
    );
  }),
);

Deno.test(
  "an attempt given back can be taken again, and none can be earned",
  onStage(async ({ s }) => {
    await returnAttempt(s, limit);
    for (let i = 0; i < 3; i++) await takeAttempt(s, limit);
    await returnAttempt(s, limit);
    assertEquals(await codeOf(takeAttempt(s, limit)), "none");
    assertEquals(await codeOf(takeAttempt(s, limit)), "too-many-attempts");
  }),
);

Deno.test(
  "when one limit is reached the others are not used up",
  onStage(async ({ s }) => {
    const wide: Limit = { ...limit, kind: "face-network", most: 100 };
    for (let i = 0; i < 10; i++) await codeOf(takeAttempts(s, [wide, limit]));
    const { value } = await s.kv.get<AttemptsRecord>(
      keys.attempts("face-network", "ann"),
    );
    assertEquals(value?.count, 3);
  }),
);
