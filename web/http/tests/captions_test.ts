import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Message } from "../../../realtime/protocol.ts";
import { onFiles } from "../testing/files.ts";

Deno.test(
  "a form takes the caption of a file away, and no message that is its text alone",
  onFiles(async ({ app, ada, room, added, post }) => {
    const file = await added("0123456789", "notes.txt");
    const said = async (clientId: string, files?: string[]) => {
      const answer = await post(files ?? [], {
        clientId,
        files,
        content: "Read this",
      });
      const message = await answer.json() as Message;
      return `/rooms/${room}/messages/${message.id}`;
    };
    const [captioned, plain] = [
      await said("c1", [file.id]),
      await said("c2"),
    ];
    const box = async (path: string) => {
      const page = await (await app.ask(path, { cookie: ada.cookie })).text();
      return /value="edit"[^]*?(<textarea[^>]*>)([^<]*)/.exec(page)!;
    };
    assert(!(await box(captioned))[1].includes("required"));
    assert((await box(plain))[1].includes("required"));
    const edit = (path: string) =>
      app.send(path, { intent: "edit", content: " \u2800 " }, ada.cookie);
    const done = await edit(captioned);
    assertEquals([done.status, done.headers.get("location")], [
      303,
      `${captioned}?done=edit`,
    ]);
    assertEquals((await box(captioned))[2].trim(), "");
    const page = await app.ask(captioned, { cookie: ada.cookie });
    assertMatch(await page.text(), /notes\.txt/);
    const refused = await edit(plain);
    assertEquals(refused.status, 422);
    assertMatch(await refused.text(), /Write something first/);
    assertMatch((await box(plain))[2], /Read this/);
  }),
);
