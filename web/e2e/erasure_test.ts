import { assert, assertEquals } from "@std/assert";
import { bringIn, confirmAddress, tokenOf } from "../attacks/people.ts";
import { tone } from "../attacks/recordings.ts";
import { selfieOf } from "../faces/test-photos.ts";
import { eventually } from "./patience.ts";
import { Program } from "./program.ts";
import { type Stack, startStack } from "./stack.ts";

const PASSWORD = "difference engine 1843";

/** What is in a file, byte by byte; nothing if it has been deleted since its folder was listed. */
async function contentOf(path: string): Promise<string> {
  try {
    return new TextDecoder("latin1").decode(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The files of a folder in which one of these texts stands. */
async function traces(folder: string, texts: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await traces(path, texts));
    else {
      const content = await contentOf(path);
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

/** A recording with a text in a chunk of its own (RIFF). */
function recordingWith(text: string): Uint8Array<ArrayBuffer> {
  const note = new TextEncoder().encode(text.padEnd(64));
  const sound = tone();
  const bytes = new Uint8Array(sound.length + 8 + note.length);
  bytes.set(sound.subarray(0, 36));
  bytes.set(new TextEncoder().encode("note"), 36);
  const view = new DataView(bytes.buffer);
  view.setUint32(40, note.length, true);
  bytes.set(note, 44);
  bytes.set(sound.subarray(36), 44 + note.length);
  view.setUint32(4, bytes.length - 8, true);
  return bytes;
}

/** Keeps a recording at the transcriber, and gives its id. */
async function keepRecording(
  { url, env }: Stack,
  whose: { cookie: string },
  text: string,
): Promise<string> {
  const person = { id: "", name: "", email: "", ...whose };
  const token = await tokenOf(url, person, "transcriber");
  const transcriber = `http://localhost:${env.TRANSCRIBER_PORT}`;
  const answer = await fetch(`${transcriber}/transcribe?keep=true`, {
    method: "POST",
    headers: { "content-type": "audio/wav", authorization: `Bearer ${token}` },
    body: recordingWith(text),
  });
  const { clip, error } = await answer.json();
  const id = clip ?? error.clip;
  assert(id, `Not kept: ${error?.code}`);
  return id;
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
      const gone = new Program({ name: "Planted-Name", email });
      const stays = new Program({ name: "Ada", email: "ada@example.com" });
      await gone.register(stack.url, await selfieOf("grace"));
      await stays.register(stack.url, await selfieOf("ada"));
      const room = async (name: string) =>
        (await stays.ask(`${stack.url}/api/chat`, "POST", { name })).id;
      const [kept, ended] = [await room("Kept"), await room("Ended")];
      const world = { web: stack.url, dataDir: data };
      const personOf = ({ person, cookie }: Program) => ({
        ...{ id: "", ...person, cookie },
      });
      const [leaver, owner] = [personOf(gone), personOf(stays)];
      await confirmAddress(world, owner);
      await bringIn(world, owner, leaver, kept);
      const say = (
        roomId: string,
        clientId: string,
        content: string,
        { clip, as = stays }: { clip?: string; as?: Program } = {},
      ) => {
        const voice = clip === undefined ? undefined : { clip };
        const draft = { roomId, clientId, content, voice };
        return as.ask(`${stack.url}/api/messages`, "POST", draft);
      };
      const own = await keepRecording(stack, gone, "planted-clip-one");
      const spoken = await keepRecording(stack, stays, "planted-clip-two");
      const other = await keepRecording(stack, stays, "clip-that-stays");
      const deleted = await keepRecording(stack, stays, "planted-clip-three");
      await say(kept, "g1", "from somebody", { as: gone, clip: own });
      await say(kept, "c0", "mine", { clip: other });
      await say(ended, "c2", "spoken", { clip: spoken });
      const message = "planted-message ".repeat(50);
      await say(kept, "c1", message, { clip: deleted });
      await say(kept, "c2", "this stays");
      await say(ended, "c1", "planted-ending ".repeat(50));
      const planted = [
        ...["planted-address", "planted-message", "planted-ending"],
        ...["Planted-Name", "planted-clip-one", "planted-clip-two"],
        "planted-clip-three",
      ];
      for (const text of planted) {
        assert((await traces(data, [text])).length > 0, text);
      }

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
        id: messages.find(({ content }: { content: string }) =>
          content.includes("planted-message")
        ).id,
      });
      await listener.next("message-ack");
      await listener.close();
      // What is away now has to delete its part when it is back.
      await stack.stop("transcriber");
      await form(stack, stays, `/rooms/${ended}/members`, { intent: "leave" });
      await form(stack, gone, "/account", {
        intent: "delete-account",
        password: PASSWORD,
      });
      await eventually(
        () =>
          stack.output.some((line) => line.includes("erasure-waits"))
            ? true
            : undefined,
        () => "The transcriber was not missed",
      );
      await stack.restart("transcriber");
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

      for (const name of ["web", "realtime", "transcriber"] as const) {
        await stack.stop(name);
        await stack.restart(name);
      }
      assertEquals(await traces(data, planted), []);
      for (const text of ["this stays", "from somebody", "clip-that-stays"]) {
        assert((await traces(data, [text])).length > 0, text);
      }
      const { messages: left } = await stays.ask(
        `${stack.url}/api/messages?roomId=${kept}`,
      );
      const theirs = left.find(({ content }: { content: string }) =>
        content === "from somebody"
      );
      assertEquals(theirs.sender.name, "Deleted person");
    } finally {
      await stack.close();
    }
  },
});
