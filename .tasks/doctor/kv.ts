import { openKvFile } from "../../web/kv.ts";
import { dirname, join } from "../paths.ts";
import { addresses } from "../services.ts";
import {
  type Env,
  type Finding,
  note,
  ok,
  reasonOf,
  text,
  within,
  wrong,
} from "./finding.ts";

const TIMEOUT = 8_000;

/** Opens the KV web would use, writes one key and deletes it. */
export async function checkKv(env: Env): Promise<Finding[]> {
  const path = text(env, "DENO_KV_PATH");
  if (path && /^https?:/.test(path)) return await checkServer(env, path);
  if (!path && text(env, "DENO_DEPLOYMENT_ID")) {
    return [note("KV", "Deno Deploy's own; /readyz says whether it answers.")];
  }
  return await checkFile(
    path ?? join(addresses(env).DATA_DIR, "web/kv.sqlite3"),
  );
}

async function checkFile(path: string): Promise<Finding[]> {
  const isNew = await Deno.stat(path).then(() => false, () => true);
  // Where there is no store yet, we leave none behind.
  const file = isNew
    ? join(dirname(path), `doctor-${crypto.randomUUID()}`)
    : path;
  try {
    if (isNew) {
      await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    }
    await writeOnce(file);
    return [ok("KV", `The file ${path} opens and can be written.`)];
  } catch (error) {
    return [wrong(
      "KV",
      `KV: the file ${path} cannot be opened and written (${
        reasonOf(error)
      }). Check the folder and who owns it.`,
    )];
  } finally {
    if (isNew) await removeDatabase(file);
  }
}

async function writeOnce(path: string) {
  // Web may be writing to the same file.
  const kv = await within(TIMEOUT, openKvFile(path));
  try {
    const key = ["doctor", crypto.randomUUID()];
    await within(TIMEOUT, kv.set(key, 1, { expireIn: 60_000 }));
    const { value } = await within(TIMEOUT, kv.get(key));
    await within(TIMEOUT, kv.delete(key));
    if (value !== 1) throw new Error("what was written was not read again");
  } finally {
    kv.close();
  }
}

async function removeDatabase(file: string) {
  for (const end of ["", "-shm", "-wal"]) {
    await Deno.remove(file + end).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound) && !isNotDirectory(error)) {
        throw error;
      }
    });
  }
}

const isNotDirectory = (error: unknown) =>
  error instanceof Error && /not a directory/i.test(error.message);

/** Deno itself tries a server for ever; its first question says what is wrong. */
async function checkServer(env: Env, url: string): Promise<Finding[]> {
  const token = text(env, "DENO_KV_ACCESS_TOKEN");
  if (!token) return []; // told with the variables
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      // https://github.com/denoland/denokv/blob/main/proto/kv-connect.md
      body: JSON.stringify({ supportedVersions: [2, 3] }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const known = await answer.json().catch(() => null);
    if (answer.status === 401 || answer.status === 403) {
      return [wrong(
        "DENO_KV_ACCESS_TOKEN",
        "DENO_KV_ACCESS_TOKEN: the KV server refuses it. Copy the token again, or make a new one.",
      )];
    }
    if (!answer.ok || typeof known?.databaseId !== "string") {
      return [wrong(
        "DENO_KV_PATH",
        `DENO_KV_PATH: what answers there is no KV server (HTTP ${answer.status}). It must be the server's connect address.`,
      )];
    }
  } catch (error) {
    return [wrong(
      "DENO_KV_PATH",
      `DENO_KV_PATH: the KV server cannot be reached (${reasonOf(error)}).`,
    )];
  }
  return await checkServerWrites(url, token);
}

async function checkServerWrites(url: string, token: string) {
  // Deno reads the token from the process's own environment.
  Deno.env.set("DENO_KV_ACCESS_TOKEN", token);
  try {
    await writeOnce(url);
    return [ok("KV", "The server opens and can be written.")];
  } catch (error) {
    return [wrong(
      "DENO_KV_PATH",
      `DENO_KV_PATH: the KV server does not let this be written (${
        reasonOf(error)
      }).`,
    )];
  }
}
