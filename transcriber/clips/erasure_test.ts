import { assertEquals } from "@std/assert";
import { newClipId } from "../../realtime/common/clip-id.ts";
import { memoryClips } from "../testing/clips.ts";
import { Stuck } from "../testing/recognizers.ts";
import { failure, json, post, wav } from "../testing/requests.ts";
import { type Running, startService } from "../testing/service.ts";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const SERVICE = { sub: undefined, scope: "service" };

/** Asks as web does. */
async function asWeb(service: Running, path: string, body: unknown) {
  const token = await service.web.token(SERVICE);
  return await service.request(path, json(body, bearer(token)));
}

/** Keeps a recording of somebody; its id. */
async function keep(service: Running, sub: string): Promise<string> {
  const token = await service.web.token({ sub });
  const init = post(wav, "audio/wav", bearer(token));
  const answer = await service.request("/transcribe?keep=true", init);
  const { clip } = await answer.json();
  return clip;
}

Deno.test("a deleted account takes its recordings along, and nobody else's", async () => {
  await using service = await startService();
  const [one, two] = [await keep(service, "ada"), await keep(service, "ada")];
  const other = await keep(service, "ada2");
  const erased = await asWeb(service, "/erasures/people", { userId: "ada" });
  assertEquals([erased.status, await erased.json()], [200, {}]);
  const token = await service.web.token(SERVICE);
  const statusOf = async (id: string) => {
    const answer = await service.request(`/clips/${id}`, {
      headers: bearer(token),
    });
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals(
    [await statusOf(one), await statusOf(two), await statusOf(other)],
    [404, 404, 200],
  );
});

Deno.test("who was erased keeps nothing more with a token from before, also while it was written", async () => {
  const clips = memoryClips();
  const erased = Promise.withResolvers<void>();
  const put = clips.put;
  const writing = Promise.withResolvers<void>();
  clips.put = async (...args) => {
    writing.resolve();
    await erased.promise;
    return await put(...args);
  };
  await using service = await startService({ clips });
  const token = await service.web.token({ sub: "ada" });
  const init = post(wav, "audio/wav", bearer(token));
  const answer = service.request("/transcribe?keep=true", init);
  await writing.promise;
  await (await asWeb(service, "/erasures/people", { userId: "ada" })).json();
  erased.resolve();
  assertEquals(await failure(await answer), "401 signed-out");
  assertEquals((await clips.owned("person:ada")).ids, []);
});

Deno.test("an ended room takes along what its people sent there, and what they only named stays", async () => {
  await using service = await startService();
  const [sent, named] = [
    await keep(service, "ada"),
    await keep(service, "ben"),
  ];
  const clips = [
    { id: sent, owner: "ada" },
    { id: named, owner: "ada" },
    { id: "../../etc/passwd", owner: "ada" },
  ];
  const erased = await asWeb(service, "/erasures/clips", { clips });
  assertEquals(erased.status, 204);
  const token = await service.web.token(SERVICE);
  const statuses = [];
  for (const id of [sent, named]) {
    const answer = await service.request(`/clips/${id}`, {
      headers: bearer(token),
    });
    await answer.body?.cancel();
    statuses.push(answer.status);
  }
  assertEquals(statuses, [404, 200]);
});

Deno.test("only web may erase, and says all that is needed", async () => {
  await using service = await startService();
  const token = await service.web.token({ sub: "ada" });
  const bodies: [string, unknown][] = [
    ["/erasures/people", { userId: "ada" }],
    ["/erasures/clips", { clips: [] }],
  ];
  for (const [path, body] of bodies) {
    const own = await service.request(path, json(body, bearer(token)));
    assertEquals(await failure(own), "403 service-only");
    const program = await service.request(path, json(body));
    assertEquals(await failure(program), "403 service-only");
    assertEquals(await failure(await asWeb(service, path, {})), "400 invalid");
  }
  const many = Array(501).fill({ id: "x", owner: "ada" });
  const tooMany = await asWeb(service, "/erasures/clips", { clips: many });
  assertEquals(await failure(tooMany), "400 invalid");
});

Deno.test("a recording that web lets go of is not heard any further, and not kept", async () => {
  const clips = memoryClips();
  const engine = new Stuck();
  await using service = await startService({ recognizer: engine, clips });
  const id = newClipId("person:ada");
  const token = await service.web.token({ sub: "ada", clip: id });
  const answer = service.request(
    "/transcribe?keep=voice",
    post(wav, "audio/wav", bearer(token)),
  );
  await engine.started.promise;
  const stop = (owner: string) =>
    asWeb(service, "/erasures/clips", { clips: [{ id, owner }] });
  let isStopped = false;
  engine.abandoned.promise.then(() => isStopped = true);
  assertEquals((await stop("ben")).status, 204);
  assertEquals(isStopped, false, "it is not his");
  assertEquals((await stop("ada")).status, 204);
  await engine.abandoned.promise;
  assertEquals(await failure(await answer), "409 clip-deleted");
  assertEquals((await clips.owned("person:ada")).ids, []);
});
