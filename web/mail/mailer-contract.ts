/** What every Mailer promises, run against each of them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import PostalMime from "postal-mime";
import type { Mailer } from "../services.ts";
import { invitationMail } from "./invitation-mail.ts";
import { MailError } from "./mail-error.ts";

/** A mailer and the messages it has let go of, whole, in order. */
export interface Bench extends AsyncDisposable {
  mailer: Mailer;
  sources(): Promise<string[]>;
}

const mail = {
  to: "ada@example.com",
  subject: "A first mail",
  text: "Hello Ada, “quoted” ä €\n\nhttp://localhost:8000/invitations/abc\n",
  html: "<p>Hello <b>Ada</b></p>",
};

const notOneAddress = [
  "ada@example.com, eve@example.com",
  "ada@example.com\r\nBcc: eve@example.com",
  "ada@example.com>\r\nRCPT TO:<eve@example.com",
  "Ada <ada@example.com>",
  "team: ada@example.com;",
  "ada",
  "",
];

/** The headers of a message, unfolded: names in lower case. */
function headersOf(source: string): [string, string][] {
  const head = source.slice(0, source.indexOf("\r\n\r\n"));
  return head.replace(/\r\n[ \t]+/g, " ").split("\r\n").map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
}

const header = (source: string, name: string): string[] =>
  headersOf(source).filter(([each]) => each === name).map(([, text]) => text);

/** Runs the contract on the mailers `open` gives. */
export function mailerContract(name: string, open: () => Promise<Bench>): void {
  const test = (promise: string, body: (bench: Bench) => Promise<void>) =>
    Deno.test(`${name}: ${promise}`, async () => {
      await using bench = await open();
      await body(bench);
    });

  test("an e-mail comes out with all its parts", async (bench) => {
    await bench.mailer.send(mail);
    const [source] = await bench.sources();
    const parsed = await PostalMime.parse(source);
    assertEquals(parsed.subject, mail.subject);
    assertEquals(parsed.to?.map(({ address }) => address), [mail.to]);
    assertEquals(parsed.text?.trim(), mail.text.trim());
    assertEquals(parsed.html?.trim(), mail.html);
    assertEquals(header(source, "auto-submitted"), ["auto-generated"]);
    assert(header(source, "content-type")[0].startsWith("multipart/alternat"));
  });

  test("names and subjects of every script arrive as they were", async (bench) => {
    const subject = "Иван invites you to “喫茶店 ☕” – Grüße, שלום 👩🏽‍💻";
    const text = `${subject}\n`.repeat(30);
    await bench.mailer.send({ ...mail, subject, text, html: `<p>${subject}` });
    const [source] = await bench.sources();
    assert(!/\P{ASCII}/u.test(source), "servers without 8BITMIME exist");
    const parsed = await PostalMime.parse(source);
    assertEquals(parsed.subject, subject);
    assertEquals(parsed.text?.trim(), text.trim());
    assert(parsed.html?.includes(subject));
  });

  test("no line is longer than RFC 5322 allows", async (bench) => {
    const long = "no-spaces-anywhere".repeat(400);
    await bench.mailer.send({
      ...mail,
      subject: long.slice(0, 3_000),
      text: `${long}\n${"word ".repeat(2_000)}\n`,
      html: `<p>${long}</p>`,
    });
    const [source] = await bench.sources();
    const longest = Math.max(...source.split("\r\n").map((l) => l.length));
    assert(longest <= 998, `${longest} characters`);
    const parsed = await PostalMime.parse(source);
    assert(parsed.text?.includes(long));
    assert(parsed.html?.includes(long));
  });

  test("a single dot on a line ends no message", async (bench) => {
    const text = "before\n.\n..\nQUIT\nafter\n";
    await bench.mailer.send({ ...mail, text });
    const parsed = await PostalMime.parse((await bench.sources())[0]);
    assertEquals(parsed.text?.trim(), text.trim());
  });

  test("line breaks in a subject make no header and no body", async (bench) => {
    for (const lineBreak of ["\r\n", "\n", "\r", "\u2028", "\0"]) {
      const subject =
        `Hello${lineBreak}Bcc: eve@example.com${lineBreak}${lineBreak}body`;
      await bench.mailer.send({ ...mail, subject });
    }
    for (const source of await bench.sources()) {
      assertEquals(header(source, "bcc"), []);
      assertEquals(header(source, "to"), [mail.to]);
      const parsed = await PostalMime.parse(source);
      assertEquals(
        parsed.subject?.replaceAll(/\s+/g, " "),
        "Hello Bcc: eve@example.com body",
      );
    }
  });

  test("names in an invitation make no header, link or markup", async (bench) => {
    await bench.mailer.send(invitationMail({
      to: mail.to,
      invitedBy: "Eve\r\nBcc: x@example.com",
      roomName: `</h1><a href="http://evil.example">http://evil.example</a>`,
      link: "http://localhost:8000/invitations/a-code",
      expiresAt: Date.UTC(2026, 10, 29, 12),
    }));
    const [source] = await bench.sources();
    assertEquals(header(source, "bcc"), []);
    const { html = "" } = await PostalMime.parse(source);
    const links = [...html.matchAll(/<a [^>]*href="([^"]*)"/g)];
    assertEquals(new Set(links.map(([, href]) => href)).size, 1);
    assert(!html.slice(html.indexOf("<body")).includes("evil.example"));
  });

  test("the same id is the same Message-ID; without one, it is new", async (bench) => {
    const id = crypto.randomUUID();
    for (const each of [{ ...mail, id }, { ...mail, id }, mail, mail]) {
      await bench.mailer.send(each);
    }
    const ids = (await bench.sources())
      .map((source) => header(source, "message-id")[0]);
    assert(ids[0].startsWith(`<${id}@`));
    assertEquals(ids[1], ids[0]);
    assertEquals(new Set(ids).size, 3);
  });

  test("e-mails sent side by side all arrive", async (bench) => {
    const subjects = Array.from({ length: 8 }, (_, n) => `Mail ${n}`);
    await Promise.all(
      subjects.map((subject) => bench.mailer.send({ ...mail, subject })),
    );
    const arrived = (await bench.sources())
      .map((source) => header(source, "subject")[0]);
    assertEquals(arrived.sort(), subjects);
  });

  for (const to of notOneAddress) {
    test(`nothing is sent to ${JSON.stringify(to)}`, async (bench) => {
      const error = await assertRejects(
        () => bench.mailer.send({ ...mail, to }),
        MailError,
      );
      assertEquals([error.code, error.status], ["invalid-address", 422]);
      assertEquals(error.reach, "refused");
      assertEquals(await bench.sources(), []);
    });
  }
}
