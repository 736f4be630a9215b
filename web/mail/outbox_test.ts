import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { MailError } from "./mail-error.ts";
import { listOutbox, outboxMailer, readOutbox } from "./outbox.ts";

const mail = {
  to: "ada@example.com",
  subject: "A first mail",
  text: "Hello Ada, “quoted” ä €\n\nhttp://localhost:8000/invitations/abc\n",
  html: "<p>Hello <b>Ada</b></p>",
};

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
    await outboxMailer(dir, "ChatSphere <chat@example.com>").send(mail);
    const [entry] = await listOutbox(dir);
    const read = await readOutbox(dir, entry.id);
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
    const mailer = outboxMailer(dir);
    for (const subject of ["one", "two", "three"]) {
      await mailer.send({ ...mail, subject });
    }
    const subjects = (await listOutbox(dir)).map(({ subject }) => subject);
    assertEquals(subjects, ["three", "two", "one"]);
  }));

Deno.test("only the owner may read the outbox, and no half-written file stays", () =>
  withFolder(async (dir) => {
    await outboxMailer(dir).send(mail);
    const files = await Array.fromAsync(Deno.readDir(dir));
    assertEquals(files.length, 1);
    const { mode } = await Deno.stat(join(dir, files[0].name));
    assertEquals((mode ?? 0) & 0o777, 0o600);
    assertEquals(((await Deno.stat(dir)).mode ?? 0) & 0o777, 0o700);
  }));

Deno.test("an outbox nobody wrote to is empty", () =>
  withFolder(async (dir) => assertEquals(await listOutbox(dir), [])));

Deno.test("only the outbox's own files can be read through it", () =>
  withFolder(async (dir) => {
    await outboxMailer(dir).send(mail);
    await Deno.writeTextFile(join(dir, "notes.eml"), "Subject: no\r\n\r\n");
    await Deno.writeTextFile(join(dir, "..", "secret.eml"), "Subject: no\r\n");
    assertEquals(await readOutbox(dir, "../secret"), null);
    assertEquals(await readOutbox(dir, "notes"), null);
    assertEquals(
      await readOutbox(dir, "000000000000000-000000-00000000"),
      null,
    );
    assertEquals((await listOutbox(dir)).length, 1);
  }));

Deno.test("an outbox that cannot be written to says the mail failed", () =>
  withFolder(async (dir) => {
    await Deno.writeTextFile(dir, "a file where the folder should be");
    const error = await assertRejects(
      () => outboxMailer(dir).send(mail),
      MailError,
    );
    assertEquals([error.code, error.status], ["mail-failed", 503]);
    assertEquals(error.reach, "down");
  }));
