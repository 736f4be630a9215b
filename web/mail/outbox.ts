import { join } from "node:path";
import type { Mailer } from "../services.ts";
import { MailError } from "./mail-error.ts";
import { DEFAULT_FROM, type Mail, toMessage } from "./mailer.ts";

/** What the list of the outbox shows. */
export interface OutboxEntry {
  id: string;
  from: string;
  to: string;
  subject: string;
  /** Milliseconds since the Unix epoch. */
  sentAt: number;
}

export interface OutboxMail extends OutboxEntry {
  text: string;
  html: string;
}

const ID = /^\d{15}-\d{6}-[0-9a-f]{8}$/;
const LISTED = 50;

let written = 0;

/** Names sort in the order of sending, also within a millisecond. */
function nextId(): string {
  const time = String(Date.now()).padStart(15, "0");
  const count = String(written++ % 1_000_000).padStart(6, "0");
  return `${time}-${count}-${crypto.randomUUID().slice(0, 8)}`;
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Deno.errors.NotFound;

/** The whole message, as it would travel (RFC 5322). */
async function toBytes(mail: Mail, from: string): Promise<Uint8Array> {
  // When first used: see smtp.ts.
  const { createTransport } = await import("nodemailer");
  const { message } = await createTransport({
    streamTransport: true,
    buffer: true,
    newline: "windows",
  }).sendMail(toMessage(mail, from));
  if (message instanceof Uint8Array) return message;
  throw new TypeError("nodemailer gave a stream, not the message");
}

/**
 * Writes each e-mail to `dir` as an `.eml` file instead of sending it. A file appears whole or
 * not at all, and only its owner may read it: it holds links that let people in.
 *
 * `send` throws MailError: `mail-failed` (503) when the folder cannot be written to,
 * `invalid-address` (422).
 */
export function outboxMailer(dir: string, from: string = DEFAULT_FROM): Mailer {
  return {
    async send(mail) {
      const path = join(dir, `${nextId()}.eml`);
      const partial = `${path}.partial`;
      try {
        const bytes = await toBytes(mail, from);
        await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
        await Deno.writeFile(partial, bytes, { mode: 0o600 });
        await Deno.rename(partial, path);
      } catch (error) {
        if (error instanceof MailError) throw error;
        throw MailError.failed("down", error);
      }
    },
    async forget(address) {
      for (const id of await idsIn(dir)) {
        const mail = await readOutbox(dir, id);
        const isTheirs = mail?.to.toLowerCase() === address.toLowerCase();
        if (isTheirs) await removeFile(join(dir, `${id}.eml`));
      }
    },
  };
}

async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** The e-mails of a folder, in no order. */
async function idsIn(dir: string): Promise<string[]> {
  const ids: string[] = [];
  try {
    for await (const file of Deno.readDir(dir)) {
      const id = file.name.replace(/\.eml$/, "");
      if (id !== file.name && ID.test(id)) ids.push(id);
    }
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  return ids;
}

/** One e-mail of the outbox in `dir`, or null when there is none with this id. */
export async function readOutbox(
  dir: string,
  id: string,
): Promise<OutboxMail | null> {
  if (!ID.test(id)) return null;
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(join(dir, `${id}.eml`));
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
  const { default: PostalMime } = await import("postal-mime");
  const mail = await PostalMime.parse(bytes);
  return {
    id,
    from: mail.from?.address ?? "",
    to: mail.to?.map((to) => to.address).join(", ") ?? "",
    subject: mail.subject ?? "",
    sentAt: Number(id.slice(0, 15)),
    text: mail.text?.trim() ?? "",
    html: mail.html ?? "",
  };
}

/** The newest 50 e-mails of the outbox in `dir`, newest first. */
export async function listOutbox(dir: string): Promise<OutboxEntry[]> {
  const newest = (await idsIn(dir)).sort().reverse().slice(0, LISTED);
  const mails = await Promise.all(newest.map((id) => readOutbox(dir, id)));
  return mails.filter((mail) => mail !== null)
    .map(({ text: _text, html: _html, ...entry }) => entry);
}
