import { FaceError } from "../faces/face-error.ts";
import { namedJpeg, nameIn, yawIn } from "../faces/test-jpegs.ts";
import type { Blobs, FaceEngine, Services } from "../services.ts";
import type { LivenessSetting } from "./liveness.ts";
import { register } from "./register.ts";
import { readFace } from "./stored-face.ts";
import type { Account } from "./types.ts";

type Mail = Parameters<Services["mailer"]["send"]>[0];

export const IP = "203.0.113.7";
export const PASSWORD = "correct horse battery";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A selfie as the engine below sees it: the name of whoever is on it, and the head's yaw. */
export const selfieOf = (whom: string, yaw = 0): Uint8Array<ArrayBuffer> =>
  namedJpeg(whom, yaw);

/** No face is on this one. */
export const EMPTY_SELFIE = selfieOf("");

/**
 * Recognises people by the name in the picture, with a question mark not clearly; the real engine
 * takes a second to start.
 */
const namesEngine: FaceEngine = {
  name: "local",
  enrol(selfies) {
    if (selfies.some((selfie) => nameIn(selfie) === "")) {
      return Promise.reject(new FaceError("face-none"));
    }
    return Promise.resolve({ template: selfies[0], best: selfies.length - 1 });
  },
  verify({ template }, live) {
    if (nameIn(live) === "") return Promise.reject(new FaceError("face-none"));
    return Promise.resolve({
      match: nameIn(template) === nameIn(live).replace("?", ""),
      unclear: nameIn(live).endsWith("?"),
      yaw: yawIn(live),
      face: { template: live, selfie: () => Promise.resolve(live) },
    });
  },
  close: () => Promise.resolve(),
};

/** The services accounts need, in memory, with what was stored and sent. */
export interface Stage {
  s: Pick<Services, "kv" | "faces" | "blobs" | "mailer"> & LivenessSetting;
  pictures: Map<string, Uint8Array>;
  mails: Mail[];
  /** What the mailer and the blob store fail with, while set. */
  broken: { mailer?: Error; put?: Error; delete?: Error };
  /** Registers somebody whose e-mail and face are made from the name. */
  person(name: string): Promise<Account>;
}

/** What a registration of somebody called `name` brings. */
export const registrationOf = (name: string) => ({
  name,
  email: `${name.toLowerCase()}@example.com`,
  password: PASSWORD,
  consent: true,
  selfies: [selfieOf(name)],
});

/** Runs a test on services of its own. */
export function onStage(test: (stage: Stage) => Promise<void>) {
  return async () => {
    using kv = await Deno.openKv(":memory:");
    const pictures: Stage["pictures"] = new Map();
    const mails: Mail[] = [];
    const broken: Stage["broken"] = {};
    const blobs: Blobs = {
      async put(key, bytes) {
        if (broken.put) throw broken.put;
        // Not at once: whoever else registers gets in between.
        await Promise.resolve();
        pictures.set(key, bytes);
      },
      get(key) {
        const bytes = pictures.get(key);
        return Promise.resolve(bytes ? { bytes, type: "image/jpeg" } : null);
      },
      delete(key) {
        if (broken.delete) return Promise.reject(broken.delete);
        pictures.delete(key);
        return Promise.resolve();
      },
    };
    const mailer: Services["mailer"] = {
      send(mail) {
        if (broken.mailer) return Promise.reject(broken.mailer);
        mails.push(mail);
        return Promise.resolve();
      },
    };
    const config: LivenessSetting["config"] = { faceLiveness: "off" };
    const s = { config, kv, faces: namesEngine, blobs, mailer };
    const person = (name: string) => register(s, registrationOf(name));
    await test({ s, pictures, mails, broken, person });
  };
}

/** The AppError code a call fails with, or "none". */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "none";
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
}

/** The form fields a call complains about. */
export async function fieldsOf(call: Promise<unknown>): Promise<string[]> {
  try {
    await call;
    return [];
  } catch (error) {
    if (error instanceof Error && "fields" in error) {
      return Object.keys(error.fields ?? {}).sort();
    }
    throw error;
  }
}

/** The pictures that are kept, as whoever has the keys of their faces sees them. */
export async function picturesOf(
  { s, pictures }: Stage,
): Promise<Uint8Array[]> {
  const ids = new Set([...pictures.keys()].map((key) => key.split("/")[1]));
  const faces = await Promise.all([...ids].map((id) => readFace(s, id)));
  const kept = await Promise.all(faces.map((face) => face?.selfie()));
  return kept.filter((bytes) => bytes != null);
}

/** Everything in KV, as text with the bytes of templates readable. */
export async function everythingIn(kv: Deno.Kv): Promise<string> {
  const lines: string[] = [];
  for await (const { key, value } of kv.list({ prefix: [] })) {
    lines.push(
      JSON.stringify(
        [key, value],
        (_, part) => part instanceof Uint8Array ? textOf(part) : part,
      ),
    );
  }
  return lines.join("\n");
}

/** Puts the end of a stored record in the past. */
export async function expire(kv: Deno.Kv, key: Deno.KvKey): Promise<void> {
  const { value } = await kv.get<{ expiresAt: number }>(key);
  await kv.set(key, { ...value, expiresAt: Date.now() - 1 });
}
