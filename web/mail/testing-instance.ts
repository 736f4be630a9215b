/**
 * One instance of web, as far as mail goes, for instances_test.ts: goes through the queue until
 * nothing waits in it.
 *
 * Arguments: the KV file, the SMTP server's address.
 */
import { openKvFile } from "../kv.ts";
import { listenForSignals } from "../shutdown.ts";
import { deliverDue } from "./deliver.ts";
import { keys } from "./queue-store.ts";
import { smtpMailer } from "./smtp.ts";

listenForSignals();
const [path, url] = Deno.args;
const kv = await openKvFile(path);
const mailer = smtpMailer(url, "ChatSphere <chat@example.com>");
const prefix = keys.allWaiting();
const hasMail = async () =>
  (await Array.fromAsync(kv.list({ prefix }, { limit: 1 }))).length > 0;
while (await hasMail()) {
  try {
    await deliverDue({ kv, mailer });
  } catch (error) {
    // A KV file is locked while another process writes to it; KV servers are not.
    if (!String(error).includes("database is locked")) throw error;
  }
  await new Promise((done) => setTimeout(done, 20));
}
kv.close();
Deno.exit(0);
