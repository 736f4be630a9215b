import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../http/errors.ts";
import { Inbox } from "./inbox.ts";

const late = new ApiError({ code: "late", status: 401, message: "Late." });
const audio = (samples: number) => new Int16Array(samples).buffer;

async function failure(inbox: Inbox): Promise<string> {
  return (await assertRejects(() => inbox.next(50, late), ApiError)).code;
}

Deno.test("frames come out in the order they came in", async () => {
  const inbox = new Inbox();
  inbox.push('{"token":"x"}');
  inbox.push(audio(2));
  assertEquals(await inbox.next(50, late), { json: { token: "x" } });
  assertEquals(await inbox.next(50, late), { pcm: new Int16Array(2) });
  const waiting = inbox.next(5_000, late);
  inbox.push(audio(1));
  assertEquals(await waiting, { pcm: new Int16Array(1) });
});

Deno.test("what is wrong with a frame comes out after the good ones before it", async () => {
  const wrong: [unknown, string][] = [
    ["{", "bad-frame"],
    ['"' + "x".repeat(9_000) + '"', "bad-frame"],
    [new ArrayBuffer(3), "bad-frame"],
    [new Blob(), "bad-frame"],
  ];
  for (const [data, code] of wrong) {
    const inbox = new Inbox();
    inbox.push(audio(1));
    inbox.push(data);
    inbox.push(audio(1));
    assertEquals(await inbox.next(50, late), { pcm: new Int16Array(1) });
    assertEquals(await failure(inbox), code);
  }
});

Deno.test("who sends more than can wait is told so", async () => {
  const inbox = new Inbox();
  for (let second = 0; second < 31; second++) inbox.push(audio(16_000));
  assertEquals(await failure(inbox), "too-fast");
  const chatter = new Inbox();
  for (let i = 0; i < 5; i++) chatter.push("{}");
  assertEquals(await failure(chatter), "too-fast");
});

Deno.test("what was taken out makes room for more", async () => {
  const inbox = new Inbox();
  for (let second = 0; second < 60; second++) {
    inbox.push(audio(16_000));
    await inbox.next(50, late);
  }
  inbox.push("{}");
  assertEquals(await inbox.next(50, late), { json: {} });
  inbox.push(audio(1));
  inbox.push(audio(32_769));
  assertEquals(await failure(inbox), "frame-too-large");
});

Deno.test("silence of the line, its end, and an end from this side are told apart", async () => {
  assertEquals(await failure(new Inbox()), "late");
  const closed = new Inbox();
  const waiting = closed.next(5_000, late);
  closed.push(audio(1));
  closed.close();
  await waiting;
  assertEquals(await closed.next(50, late), null);
  const failed = new Inbox();
  failed.push(audio(1));
  failed.fail(new ApiError({ code: "restart", status: 503, message: "Bye." }));
  assertEquals(await failure(failed), "restart");
});
