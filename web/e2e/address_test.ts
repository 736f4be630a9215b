import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { outboxOf } from "../mail/testing-outbox.ts";
import { openBrowser, openContext } from "./browser.ts";
import { microphoneFile, selfieFile } from "./media.ts";
import { eventually } from "./patience.ts";
import {
  ada,
  createRoom,
  fillSignUp,
  grace,
  invite,
  join,
  live,
  type OpenLink,
  sees,
  send,
  signUp,
} from "./people.ts";
import { SENTENCE, startDictation, stopDictation } from "./story.ts";
import { startStack } from "./stack.ts";

/** Passes connections on as they are, but for those that would become sockets. */
function forbiddingSockets(target: string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = new URL(target);
  let forbidden = true;
  let refused = 0;
  async function pass(client: Deno.TcpConn) {
    const head = new Uint8Array(65_536);
    const length = await client.read(head) ?? 0;
    const text = new TextDecoder().decode(head.subarray(0, length));
    if (forbidden && /^upgrade: websocket/im.test(text)) {
      refused += 1;
      const answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
      await client.write(new TextEncoder().encode(answer));
      return client.close();
    }
    const server = await Deno.connect({ hostname, port: Number(port) });
    await server.write(head.subarray(0, length));
    await Promise.allSettled([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]);
  }
  const accepting = (async () => {
    for await (const client of listener) pass(client).catch(() => {});
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    allow: () => forbidden = false,
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
    },
  };
}

/** Opens a link of an e-mail at the address the page is at; tells where it would have led. */
function linksIn(dataDir: string, origins: string[]): OpenLink {
  return async (page, email, path) => {
    const outbox = outboxOf(dataDir);
    const find = async () => {
      for (const { id } of await outbox.list()) {
        const { to, text } = await outbox.read(id) ?? { to: "", text: "" };
        if (!to.includes(email)) continue;
        const link = new RegExp(`(http://[^/\\s]+)(/${path}/[\\w-]+)`)
          .exec(text);
        if (link) return link;
      }
    };
    const [, origin, to] = await eventually(find, () => `No ${path} came`);
    origins.push(origin);
    await page.goto(to);
  };
}

Deno.test({
  name:
    "by other addresses of the machine two people sign up, chat live and dictate, also where sockets are forbidden",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const { port } = new URL(stack.url);
    const byNumber = `http://127.0.0.2:${port}`;
    const byName = `http://chat.lan:${port}`;
    const speech = await microphoneFile(folder, SENTENCE);
    const hers = await openBrowser({ microphone: speech.path });
    const theirs = await openBrowser({
      flags: ["--host-resolver-rules=MAP chat.lan 127.0.0.1"],
    });
    await using proxy = forbiddingSockets(stack.url);
    const origins: string[] = [];
    const openLink = linksIn(stack.env.DATA_DIR, origins);
    try {
      const a = await openContext(hers, byNumber);
      const g = await openContext(theirs, byName);
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      const both = [adas, graces];
      const selfie = async (who: "ada" | "grace") => ({
        file: await selfieFile(folder, who),
      });
      const messages: string[] = [];
      const talk = async (from: Page, text: string, pages = both) => {
        await send(from, text);
        messages.push(text);
        await Promise.all(pages.map((page) => sees(page, messages)));
      };
      let room = "";

      await t.step("by a number and by a name they sign up", async () => {
        await signUp(adas, ada, await selfie("ada"));
        room = await createRoom(adas, "Second address");
        await invite(adas, room, grace.email, openLink);
        await openLink(graces, grace.email, "invitations");
        await graces.getByRole("link", { name: "Create an account" }).click();
        await graces.getByText(
          "Browsers allow the camera only on pages that use https",
        )
          .waitFor();
        await fillSignUp(graces, grace, await selfie("grace"));
        await graces.waitForURL("**/invitations/*");
        assertEquals(await join(graces), room);
        assertEquals(new Set(origins), new Set([byNumber]));
      });

      await t.step("what one says the other sees at once", async () => {
        await adas.goto(room);
        await Promise.all(both.map(live));
        await talk(adas, "Good morning, Grace");
        await talk(graces, "Morning!");
      });

      await t.step("Ada dictates", async () => {
        await startDictation(adas);
        await adas.waitForTimeout(speech.milliseconds);
        const words = await stopDictation(adas);
        assert(words.length > 0);
        await talk(adas, words);
      });

      await t.step("with sockets forbidden they still chat live", async () => {
        const s = await openContext(hers, proxy.url);
        const cookies = await a.context.cookies();
        await s.context.addCookies(
          cookies.map(({ name, value }) => ({ name, value, url: proxy.url })),
        );
        const slow = await s.context.newPage();
        await slow.goto(proxy.url + room);
        await slow.getByText("Connected over a slower line.").waitFor();
        assert(proxy.refused() >= 2);
        await adas.close();
        await talk(slow, "Over the slower line", [slow, graces]);
        await talk(graces, "And back", [slow, graces]);
        await talk(slow, "Twice", [slow, graces]);
        await slow.reload();
        await sees(slow, messages);
        assertEquals(s.problems, []);
        await s.context.close();
      });
      assertEquals([...a.problems, ...g.problems], []);
    } finally {
      await hers.close();
      await theirs.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
