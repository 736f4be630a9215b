import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { MailError } from "./mail-error.ts";
import { DataKeyMissing, DataKeys, newDataKey } from "../sealing/data-keys.ts";
import { outboxIn } from "./outbox.ts";
import { OutboxFiles } from "./outbox-files.ts";

const key = newDataKey();
const keys = new DataKeys([key]);

const mail = {
  to: "ada@example.com",
  subject: "A first mail",
  text: "Hello Ada, “quoted” ä €\n\nhttp://localhost:8000/invitations/abc\n",
  html: "<p>Hello <b>Ada</b></p>",
};

/** Whether the link of the e-mail above stands in any file of a folder. */
async function isClear(dir: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(dir)) {
    const bytes = await Deno.readFile(join(dir, name));
    const text = new TextDecoder("latin1").decode(bytes);
    if (/invitations|ada@example|first mail/.test(text)) return true;
  }
  return false;
}

async function withFolder(test: (dir: string) => Promise<void>) {
  const root = await Deno.makeTempDir();
  try {
    await test(join(root, "outbox"));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("an e-mail written to the outbox is read back with all its parts", () =>
  withFolder(async (dir) => {
    const outbox = outboxIn(dir, keys, "ChatSphere <chat@example.com>");
    await outbox.send(mail);
    const [entry] = await outbox.list();
    const read = await outbox.read(entry.id);
    assertEquals(read, {
      ...entry,
      from: "chat@example.com",
      to: mail.to,
      subject: mail.subject,
      text: mail.text.trim(),
      html: read?.html ?? "",
    });
    assertStringIncludes(read?.html ?? "", mail.html);
  }));

Deno.test("the newest e-mail is listed first, also within a millisecond", () =>
  withFolder(async (dir) => {
    const mailer = outboxIn(dir, keys);
    for (const subject of ["one", "two", "three"]) {
      await mailer.send({ ...mail, subject });
    }
    const subjects = (await mailer.list()).map(({ subject }) => subject);
    assertEquals(subjects, ["three", "two", "one"]);
  }));

Deno.test("only the owner may read the outbox, and no half-written file stays", () =>
  withFolder(async (dir) => {
    await outboxIn(dir, keys).send(mail);
    const files = await Array.fromAsync(Deno.readDir(dir));
    assertEquals(files.length, 1);
    const { mode } = await Deno.stat(join(dir, files[0].name));
    assertEquals((mode ?? 0) & 0o777, 0o600);
    assertEquals(((await Deno.stat(dir)).mode ?? 0) & 0o777, 0o700);
  }));

Deno.test("an outbox nobody wrote to is empty", () =>
  withFolder(async (dir) =>
    assertEquals(await outboxIn(dir, keys).list(), [])
  ));

Deno.test("only the outbox's own files can be read through it", () =>
  withFolder(async (dir) => {
    const outbox = outboxIn(dir, keys);
    await outbox.send(mail);
    await Deno.writeTextFile(join(dir, "notes.eml"), "Subject: no\r\n\r\n");
    await Deno.writeTextFile(join(dir, "..", "secret.eml"), "Subject: no\r\n");
    assertEquals(await outbox.read("../secret"), null);
    assertEquals(await outbox.read("notes"), null);
    assertEquals(
      await outbox.read("000000000000000-000000-00000000"),
      null,
    );
    assertEquals((await outbox.list()).length, 1);
  }));

Deno.test("an outbox that cannot be written to says the mail failed", () =>
  withFolder(async (dir) => {
    await Deno.writeTextFile(dir, "a file where the folder should be");
    const error = await assertRejects(
      () => outboxIn(dir, keys).send(mail),
      MailError,
    );
    assertEquals([error.code, error.status], ["mail-failed", 503]);
    assertEquals(error.reach, "down");
  }));

Deno.test("what is in the outbox is sealed, and opens under no other id and with no other key", () =>
  withFolder(async (dir) => {
    const outbox = outboxIn(dir, keys);
    await outbox.send(mail);
    assert(!await isClear(dir));
    const [{ id }] = await outbox.list();
    const others = outboxIn(dir, new DataKeys([newDataKey()]));
    await assertRejects(() => others.read(id), DataKeyMissing);
    const [{ name }] = await Array.fromAsync(Deno.readDir(dir));
    const other = id.replace(/^./, "1");
    await Deno.rename(join(dir, name), join(dir, name.replace(id, other)));
    await assertRejects(() => outbox.read(other), Error);
  }));

Deno.test("e-mails of an earlier version, or under an earlier key, are sealed with the current one", () =>
  withFolder(async (dir) => {
    await outboxIn(dir, null).send(mail);
    assert(await isClear(dir));
    assertEquals((await outboxIn(dir, keys).list()).length, 1);
    assertEquals(await new OutboxFiles(dir, keys).seal(), 1);
    assert(!await isClear(dir));
    assertEquals(await new OutboxFiles(dir, keys).seal(), 0);

    const newer = newDataKey();
    const both = new OutboxFiles(dir, new DataKeys([newer, key]));
    assertEquals(await both.seal(), 1);
    const alone = outboxIn(dir, new DataKeys([newer]));
    const [{ id, to }] = await alone.list();
    assertEquals(to, mail.to);
    assertEquals((await alone.read(id))?.text, mail.text.trim());

    // Killed after the sealed one was written.
    const [{ name }] = await Array.fromAsync(Deno.readDir(dir));
    await Deno.writeTextFile(join(dir, `${id}.eml`), mail.text);
    assertEquals((await alone.list()).length, 1);
    assertEquals(await both.seal(), 0);
    const files = await Array.fromAsync(Deno.readDir(dir));
    assertEquals(files.map((it) => it.name), [name]);
  }));

Deno.test("an e-mail that cannot be read keeps no other from being sealed, and half a one goes", () =>
  withFolder(async (dir) => {
    await outboxIn(dir, null).send(mail);
    const [{ id }] = await outboxIn(dir, null).list();
    const broken = id.replace(/.{8}$/, "00000000");
    await Deno.mkdir(join(dir, `${broken}.eml`));
    await Deno.writeTextFile(join(dir, `${broken}.eml.partial`), mail.text);
    assertEquals(await new OutboxFiles(dir, keys).seal(), 1);
    const names = await Array.fromAsync(Deno.readDir(dir), (it) => it.name);
    const current = keys.current;
    assertEquals(
      names.sort(),
      [
        `${broken}.eml`,
        `${id}.${current}.sealed`,
      ].sort(),
    );
  }));

Deno.test("e-mails to an address that is gone are deleted, and no others", () =>
  withFolder(async (dir) => {
    const outbox = outboxIn(dir, keys);
    await outbox.send(mail);
    await outbox.send({ ...mail, to: "bob@example.com" });
    await outbox.forget?.("ADA@example.com");
    const left = (await outbox.list()).map(({ to }) => to);
    assertEquals(left, ["bob@example.com"]);
  }));
