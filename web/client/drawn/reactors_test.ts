import { assertEquals } from "@std/assert";
import type { Message } from "../../../realtime/protocol.ts";
import { reactorsOf } from "./reactors.ts";

const names = { ann: "Ann", ben: "you" };
const told = (reactions?: Record<string, string[]>) =>
  reactorsOf({ reactions } as Message, names);

Deno.test("says who reacted, as far as the page knows", () => {
  assertEquals(told(), []);
  assertEquals(told({ "👍": ["ann"] }), ["Ann"]);
  assertEquals(
    told({ "👍": ["ann", "ben"], "❤️": ["cy"], "🎉": ["cy", "ann", "dan"] }),
    ["Ann, you", "", "Ann and 2 more"],
  );
});
