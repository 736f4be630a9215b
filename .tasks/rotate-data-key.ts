/**
 * `deno task rotate-data-key`: makes a new key for what is personal in KV and the outbox, and seals
 * everything with it. With `--forget-old`, once web was started again, the keys before it are forgotten. Reads the
 * same variables as web, and may run beside it.
 */
import { openKvFile } from "../web/kv.ts";
import { outboxDir } from "../web/mail/outbox.ts";
import { OutboxFiles } from "../web/mail/outbox-files.ts";
import {
  addKey,
  dataKeyFile,
  forgetOldKeys,
  keysOfFile,
} from "../web/sealing/key-file.ts";
import { reseal } from "../web/sealing/reseal.ts";
import { fail, webConfig } from "./web-config.ts";

const known = webConfig();
if (known.dataKeys !== undefined) {
  fail(
    "DATA_KEY is set. Put a new key and a comma before it, and start web: it seals everything with the new one. Then take the old one away.",
  );
}
const { kvPath } = known;
if (kvPath === undefined || /^https?:/.test(kvPath)) {
  fail("KV is not a file here. Set DATA_KEY to seal what is in it.");
}
const file = dataKeyFile(kvPath);
const isLast = Deno.args.includes("--forget-old");
if (!isLast) addKey(file);
const kv = await openKvFile(kvPath);
const keys = keysOfFile(file);
const count = await reseal(kv, keys, known) +
  await new OutboxFiles(outboxDir(known), keys).seal();
kv.close();
if (isLast) {
  const forgotten = forgetOldKeys(file);
  console.log(`Old keys forgotten: ${forgotten}.`);
} else {
  console.log(`Sealed with a new key: ${count}.`);
  console.log(
    "Start web again, then run this task with --forget-old to forget the old key.",
  );
}
Deno.exit(0);
