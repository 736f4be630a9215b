import { assertEquals } from "@std/assert";
import { Bodies } from "./bodies.ts";
import { failure, wav } from "../testing/requests.ts";
import { type Running, startService } from "../testing/service.ts";

/** A body of which only the beginning comes, until it is let go. */
function unfinished(bytes: Uint8Array) {
  const stop = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes);
      await stop.promise;
      controller.close();
    },
  });
  return { body, stop: () => stop.resolve() };
}

async function send(
  service: Running,
  sub: string,
  body: BodyInit,
): Promise<string> {
  const answer = await service.request("/transcribe", {
    method: "POST",
    body,
    headers: {
      authorization: `Bearer ${await service.web.token({ sub })}`,
      "content-type": "audio/wav",
    },
  });
  if (!answer.ok) return await failure(answer);
  await answer.body?.cancel();
  return "heard";
}

/** Waits until the service holds what was sent to it: then there is no room for more of it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("It never came true.");
}

Deno.test("what one person sends at a time is bounded, and others have room beside it", async () => {
  const most = { here: wav.length + 20_000, all: 10 * wav.length };
  await using service = await startService({ bodies: new Bodies(most) });
  const held = unfinished(new Uint8Array(30_000));
  const first = send(service, "ada", held.body);
  await until(async () => await send(service, "ada", wav) === "503 busy");
  assertEquals(await send(service, "ben", wav), "heard");
  held.stop();
  await first;
  assertEquals(await send(service, "ada", wav), "heard", "there is room again");
});

Deno.test("what everybody sends at a time is bounded, too", async () => {
  const most = { here: 10 * wav.length, all: wav.length + 20_000 };
  await using service = await startService({ bodies: new Bodies(most) });
  const held = unfinished(new Uint8Array(30_000));
  const first = send(service, "ada", held.body);
  await until(async () => await send(service, "ben", wav) === "503 busy");
  held.stop();
  await first;
  assertEquals(await send(service, "ben", wav), "heard");
});

Deno.test("a body that does not come is not waited for, nor what it took kept", async () => {
  const pace = { graceMs: 300, idleMs: 200, bytesPerSecond: 8_192 };
  const most = { here: wav.length + 20_000, all: 10 * wav.length };
  const bodies = new Bodies(most, pace);
  await using service = await startService({ bodies });
  const held = unfinished(new Uint8Array(30_000));
  assertEquals(await send(service, "ada", held.body), "408 too-slow");
  assertEquals(await send(service, "ada", wav), "heard");
  held.stop();
});
