import { join } from "node:path";
import type { Config } from "../config.ts";
import type { DataKeys } from "../sealing/data-keys.ts";
import type { Mailer } from "../services.ts";
import { MailError } from "./mail-error.ts";
import { DEFAULT_FROM, type Mail, toMessage } from "./mailer.ts";
import { OutboxFiles } from "./outbox-files.ts";
import type { Outbox, OutboxMail } from "./outbox-mail.ts";

const LISTED = 50;

let written = 0;

/** Names sort in the order of sending, also within a millisecond. */
function nextId(): string {
  const time = String(Date.now()).padStart(15, "0");
  const count = String(written++ % 1_000_000).padStart(6, "0");
  return `${time}-${count}-${crypto.randomUUID().slice(0, 8)}`;
}

/** The whole message, as it would travel (RFC 5322). */
async function toBytes(
  mail: Mail,
  from: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // When first used: see smtp.ts.
  const { createTransport } = await import("nodemailer");
  const { message } = await createTransport({
    streamTransport: true,
    buffer: true,
    newline: "windows",
  }).sendMail(toMessage(mail, from));
  if (message instanceof Uint8Array) return new Uint8Array(message);
  throw new TypeError("nodemailer gave a stream, not the message");
}

async function parsed(id: string, bytes: Uint8Array): Promise<OutboxMail> {
  const { default: PostalMime } = await import("postal-mime");
  const mail = await PostalMime.parse(new Uint8Array(bytes));
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

/** Where the outbox of this machine is. */
export const outboxDir = ({ dataDir }: Pick<Config, "dataDir">): string =>
  join(dataDir, "outbox");

/**
 * The outbox in `dir`, sealed with `keys` if there are any. `send` throws MailError: `mail-failed`
 * (503) when the folder cannot be written to, `invalid-address` (422).
 */
export function outboxIn(
  dir: string,
  keys: DataKeys | null,
  from: string = DEFAULT_FROM,
): Mailer & Outbox {
  const files = new OutboxFiles(dir, keys);

  async function read(
    id: string,
    names: Map<string, string>,
  ): Promise<OutboxMail | null> {
    const name = names.get(id);
    const bytes = name === undefined ? null : await files.read(id, name);
    return bytes && await parsed(id, bytes);
  }

  return {
    async send(mail) {
      try {
        await files.write(nextId(), await toBytes(mail, from));
      } catch (error) {
        if (error instanceof MailError) throw error;
        throw MailError.failed("down", error);
      }
    },

    async forget(address) {
      const names = await files.names();
      for (const [id, name] of names) {
        const mail = await read(id, names);
        const isTheirs = mail?.to.toLowerCase() === address.toLowerCase();
        if (isTheirs) await files.remove(name);
      }
    },

    read: async (id) => await read(id, await files.names()),

    async list() {
      const names = await files.names();
      const newest = [...names.keys()].sort().reverse().slice(0, LISTED);
      const mails = await Promise.all(newest.map((id) => read(id, names)));
      return mails.filter((mail) => mail !== null)
        .map(({ text: _text, html: _html, ...entry }) => entry);
    },
  };
}
