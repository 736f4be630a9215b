import { assertEquals } from "@std/assert";
import { testApp } from "./http/testing/app.ts";
import {
  type Machine,
  mailedOrigin,
  reachedBy,
  shownOrigin,
} from "./reached.ts";

const UNSET = { appUrl: "http://localhost:8000", urlGiven: false, port: 8000 };

const NAMES: Record<string, string[]> = {
  "chat.local": ["192.168.1.5"],
  "chat": ["192.168.1.5", "fd00::5"],
  "half.local": ["192.168.1.5", "192.168.1.66"],
  "evil.local": ["192.168.1.66"],
  "evil.example": ["203.0.113.7"],
};
const MACHINE: Machine = {
  addresses: () => ["192.168.1.5", "fd00::5"],
  lookUp: (name) => Promise.resolve(NAMES[name] ?? []),
};

const mailed = (address: string, config = UNSET) =>
  reachedBy(new URL(address), () => mailedOrigin(config, MACHINE));

for (
  const address of [
    ...["http://localhost:8000", "http://127.0.0.2:8000", "http://[::1]:8000"],
    ...["http://192.168.1.5:8000", "http://[fd00::5]:8000"],
    ...[
      "http://chat.local:8000",
      "http://chat:8000",
      "https://chat.local:8000",
    ],
  ]
) {
  Deno.test(`links in e-mails begin with ${address} for who came by it`, async () => {
    assertEquals(await mailed(`${address}/login/forgot`), address);
  });
}

for (
  const address of [
    // Other machines, near and far, by their names and addresses.
    ...["http://evil.example:8000", "http://evil.local:8000"],
    ...["http://half.local:8000", "http://nowhere.local:8000"],
    ...["http://192.168.1.66:8000", "http://203.0.113.7:8000"],
    ...["http://[fd00::66]:8000", "http://localhost.evil.example:8000"],
    // Another program of this machine.
    ...["http://localhost:6666", "http://192.168.1.5", "http://chat.local:81"],
  ]
) {
  Deno.test(`no link in an e-mail leads to ${address}`, async () => {
    assertEquals(await mailed(address), UNSET.appUrl);
  });
}

Deno.test("an APP_URL that is set is the address of links, whatever somebody came by", async () => {
  const given = { ...UNSET, appUrl: "https://chat.acme.net", urlGiven: true };
  assertEquals(await mailed("http://localhost:8000", given), given.appUrl);
  assertEquals(await mailedOrigin(UNSET, MACHINE), UNSET.appUrl);
  const ctx = (address: string, headers = {}) => ({
    url: new URL(address),
    req: new Request(address, { headers }),
  });
  assertEquals(shownOrigin(ctx("http://chat:8000/x"), given), given.appUrl);
  assertEquals(
    shownOrigin(ctx("http://chat:8000/x"), UNSET),
    "http://chat:8000",
  );
  const tunnel = ctx("http://a.tunnel.test/", { "x-forwarded-proto": "https" });
  assertEquals(shownOrigin(tunnel, UNSET), "https://a.tunnel.test");
});

Deno.test("a link to a new password leads to where it was asked for, and never where a forged Host says", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const linkOf = async (base: string) => {
    app.mails.length = 0;
    const answer = await app.ask(`${base}/login/forgot`, {
      method: "POST",
      body: new URLSearchParams({ email: account.email }),
    });
    await answer.body?.cancel();
    while (app.mails.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return /https?:\/\/[^/]+(?=\/login\/reset\/)/.exec(app.mails[0].text)?.[0];
  };
  assertEquals(await linkOf("http://127.0.0.2:8000"), "http://127.0.0.2:8000");
  assertEquals(await linkOf("http://evil.example:8000"), app.origin);
  assertEquals(await linkOf("http://192.0.2.66:8000"), app.origin);
});
