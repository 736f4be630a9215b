import { assertEquals } from "@std/assert";
import { failure, post, wav } from "../testing/requests.ts";
import { type Running, startService } from "../testing/service.ts";
import { startWeb } from "../testing/web.ts";
import { SessionCheck } from "./session-check.ts";

/** What becomes of a recording sent with this token. */
async function send(service: Running, token: string): Promise<string> {
  const authorization = `Bearer ${token}`;
  const answer = await service.request(
    "/transcribe",
    post(wav, "audio/wav", { authorization }),
  );
  if (!answer.ok) return await failure(answer);
  await answer.body?.cancel();
  return "heard";
}

Deno.test("a session that ended before this process began is over, and others are not", async () => {
  await using service = await startService();
  service.web.over.add("gone");
  const tokenOf = (sid: string) => service.web.token({ sid });
  assertEquals(await send(service, await tokenOf("gone")), "401 signed-out");
  assertEquals(await send(service, await tokenOf("here")), "heard");
  const gone = await tokenOf("gone");
  const socket = await service.request("/transcribe/live", {
    headers: { authorization: `Bearer ${gone}`, upgrade: "websocket" },
  });
  assertEquals(socket.status >= 400, true);
  await socket.body?.cancel();
});

Deno.test("web is asked once in a while, and of a session it has named it is believed while it is away", async () => {
  await using web = await startWeb();
  const clock = { now: 1_000_000 };
  const check = new SessionCheck(web.url, () => clock.now);
  const session = { userId: "ada", sid: "s1", issuedAt: 1 };
  const token = await web.token({ sid: "s1" });
  const lives = (of = session) =>
    check.assertLives(token, of).then(() => "lives", ({ code }) => code);
  assertEquals(await lives(), "lives");
  assertEquals(await lives(), "lives");
  assertEquals(web.asked, 1);
  clock.now += 31_000;
  web.isAway = true;
  assertEquals(await lives(), "lives");
  assertEquals(await lives({ ...session, sid: "s2" }), "web-down");
  clock.now += 5 * 60_000;
  assertEquals(await lives(), "web-down");
  web.isAway = false;
  assertEquals(await lives(), "lives");
  web.over.add("s1");
  assertEquals(await lives(), "lives", "it was asked a moment ago");
  clock.now += 31_000;
  assertEquals(await lives(), "signed-out");
  assertEquals(await lives(), "signed-out");
});
