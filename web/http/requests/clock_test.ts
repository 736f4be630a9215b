import { assertEquals, assertMatch } from "@std/assert";
import { UNKNOWN } from "../../client/drawn/times.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { clockOf } from "./clock.ts";
import { testApp } from "../testing/app.ts";

const asked = (headers: Record<string, string>) =>
  clockOf(new Request("http://localhost/", { headers }));

Deno.test("the reader's clock is the one their browser told of", () => {
  const cookie = "a=b; zone=asia/tokyo";
  for (
    const [accepted, language] of [
      ["de-AT,de;q=0.9", "de-AT"],
      ["zh-Hant-TW-x-mine", "zh-TW"],
      ["*", "en-GB"],
      ["", "en-GB"],
    ]
  ) {
    const headers = { cookie, "accept-language": accepted };
    assertEquals(asked(headers), { language, zone: "Asia/Tokyo" });
  }
});

Deno.test("whoever told none, or nonsense, has the time in UTC, in the style of their language", () => {
  for (const cookie of ["", "zone=", "zone=Mars/Base", "zone=%00", "zones=a"]) {
    const headers = { cookie, "accept-language": "de" };
    assertEquals(asked(headers), { ...UNKNOWN, language: "de" });
  }
});

Deno.test("a room's page has the reader's times before any script runs", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(app.services, account, "Bakery");
  const path = `/rooms/${room.id}`;
  await app.send(path, { content: "Good morning", clientId: "c1" }, cookie);
  const { messages } = await app.realtime.history(account, room.id, {});
  messages[0].timestamp = Date.UTC(2026, 2, 4, 22, 30);
  const html = async (page: string, init: { cookie: string }) =>
    await (await app.ask(page, init)).text();
  const unknown = await html(path, { cookie });
  assertMatch(unknown, /4 March 2026 \(UTC\)/);
  assertMatch(unknown, />22:30</);
  const told = { cookie: `${cookie}; zone=Asia/Tokyo` };
  for (const page of [path, `${path}/around/1`]) {
    const known = await html(page, told);
    assertMatch(known, />5 March 2026</);
    assertMatch(known, />7:30</);
  }
});
