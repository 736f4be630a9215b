/** The e-mails of the world that is attacked, as whoever has its data folder may look at them. */
import { eventually } from "../e2e/patience.ts";
import { outboxOf } from "../mail/testing-outbox.ts";
import { OutboxFiles } from "../mail/outbox-files.ts";
import { dataKeyFile, keysOfFile } from "../sealing/key-file.ts";
import { outboxDir } from "../mail/outbox.ts";

/** The message with this id as it would travel, opened. */
export async function sourceOf(dataDir: string, id: string): Promise<string> {
  const keys = keysOfFile(dataKeyFile(`${dataDir}/web/kv.sqlite3`));
  const files = new OutboxFiles(outboxDir({ dataDir }), keys);
  const name = (await files.names()).get(id) ?? "";
  return new TextDecoder().decode(await files.read(id, name) ?? undefined);
}

/** What stands in for an e-mail that web had written unguarded: nothing sealed, nothing looked at. */
export async function writtenUnguarded(
  dataDir: string,
  to: string,
  more: { headers?: string; text?: string } = {},
): Promise<void> {
  const { headers = "Subject: x", text = "x" } = more;
  const files = new OutboxFiles(outboxDir({ dataDir }), null);
  const time = String(Date.now()).padStart(15, "0");
  const source = `From: a@b.test\r\nTo: ${to}\r\n${headers}\r\n\r\n${text}\r\n`;
  await files.write(
    `${time}-000000-${crypto.randomUUID().slice(0, 8)}`,
    new TextEncoder().encode(source),
  );
}

/** The newest message to an address as a mail program would show it. */
export async function htmlOf(dataDir: string, to: string): Promise<string> {
  const outbox = outboxOf(dataDir);
  const found = await eventually(
    async () => (await outbox.list()).find((entry) => entry.to.includes(to)),
    () => `no e-mail came to ${to}`,
  );
  return (await outbox.read(found.id))?.html ?? "";
}
