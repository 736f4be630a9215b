import { assert, assertEquals } from "@std/assert";
import { selfieOf } from "../faces/test-photos.ts";
import { eventually } from "./patience.ts";
import { Program } from "./program.ts";
import { type Stack, startStack } from "./stack.ts";

const PASSWORD = "difference engine 1843";

/** The files of a folder in which one of these texts stands. */
async function traces(folder: string, texts: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await traces(path, texts));
    else {
      const bytes = await Deno.readFile(path);
      const content = new TextDecoder("latin1").decode(bytes);
      found.push(
        ...texts.filter((text) => content.includes(text))
          .map((text) => `${text} in ${path}`),
      );
    }
  }
  return found;
}

/** Sends a form as a browser does; gives where it leads. */
async function form(
  { url }: Stack,
  { cookie }: Program,
  path: string,
  fields: Record<string, string>,
): Promise<string> {
  const answer = await fetch(url + path, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: url },
    body: new URLSearchParams(fields),
  });
  await answer.body?.cancel();
  assertEquals(answer.status, 303, path);
  return answer.headers.get("location") ?? "";
}

Deno.test({
  name: "nothing of what was deleted is left in the data folder",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const stack = await startStack();
    const data = stack.env.DATA_DIR;
    try {
      const email = "planted-address@example.com";
      const gone = new Program({ name: "Going", email });
      const stays = new Program({ name: "Ada", email: "ada@example.com" });
      await gone.register(stack.url, await selfieOf("grace"));
      await stays.register(stack.url, await selfieOf("ada"));
      const room = async (name: string) =>
        (await stays.ask(`${stack.url}/api/chat`, "POST", { name })).id;
      const [kept, ended] = [await room("Kept"), await room("Ended")];
      const say = (roomId: string, clientId: string, content: string) =>
        stays.ask(`${stack.url}/api/messages`, "POST", {
          roomId,
          clientId,
          content,
        });
      await say(kept, "c1", "planted-message ".repeat(50));
      await say(kept, "c2", "this stays");
      await say(ended, "c1", "planted-ending ".repeat(50));
      const planted = ["planted-address", "planted-message", "planted-ending"];
      assertEquals((await traces(data, planted)).length >= 3, true);

      const listener = await stays.join(
        stack.url,
        stack.realtimeUrl.replace("http", "ws"),
        kept,
      );
      const { messages } = await stays.ask(
        `${stack.url}/api/messages?roomId=${kept}`,
      );
      listener.send({
        event: "delete-message",
        roomId: kept,
        clientId: "d1",
        id: messages[0].id,
      });
      await listener.next("message-ack");
      await listener.close();
      await form(stack, stays, `/rooms/${ended}/members`, { intent: "leave" });
      await form(stack, gone, "/account", {
        intent: "delete-account",
        password: PASSWORD,
      });
      await eventually(
        async () =>
          (await traces(data, planted)).length === 0 ? true : undefined,
        async () =>
          [
            ...await traces(data, planted),
            ...stack.output.filter((line) => !line.includes('"info"')),
          ].join("\n"),
      );
      const templates = await traces(`${data}/blobs`, ["JFIF"]);
      assertEquals(templates, [], "pictures are sealed");

      for (const name of ["web", "realtime"] as const) {
        await stack.stop(name);
        await stack.restart(name);
      }
      assertEquals(await traces(data, planted), []);
      assert((await traces(data, ["this stays"])).length > 0);
    } finally {
      await stack.close();
    }
  },
});
