/** The outbox of a web that runs on its own machine, as tests look into it. */
import { dataKeyFile, keysOfFile } from "../sealing/key-file.ts";
import { outboxIn } from "./outbox.ts";
import type { Outbox } from "./outbox-mail.ts";

/** @param dataDir the data folder; web has made its key there, beside its KV file. */
export const outboxOf = (dataDir: string): Outbox =>
  outboxIn(
    `${dataDir}/outbox`,
    keysOfFile(dataKeyFile(`${dataDir}/web/kv.sqlite3`)),
  );
