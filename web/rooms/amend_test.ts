import { assertEquals } from "@std/assert";
import type { Message } from "../../realtime/protocol.ts";
import type { Change, Services } from "../services.ts";
import { amendOnce } from "./amend.ts";

Deno.test("a reaction called as what every object has is passed on, for realtime to refuse", async () => {
  const message = { content: "Hi", reactions: { "👍": ["me"] } };
  const passedOn: Change[] = [];
  const realtime = {
    find: () => Promise.resolve(message as unknown as Message),
    amend: (_me: unknown, _room: unknown, change: Change) => {
      passedOn.push(change);
      return Promise.resolve(message as unknown as Message);
    },
  } as unknown as Services["realtime"];
  const react = (emoji: string) => {
    const change = { event: "react", id: "1-1", emoji, on: true } as const;
    return amendOnce({ realtime }, { id: "me", name: "Me" }, "r", change);
  };
  await react("👍");
  for (const emoji of ["constructor", "toString", "__proto__"]) {
    await react(emoji);
  }
  assertEquals(passedOn.length, 3);
});
