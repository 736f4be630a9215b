/** The real app on stores in memory, for tests of pages. */
import { Builder } from "fresh/dev";
import { register } from "../../accounts/register.ts";
import { sessionCookie } from "../../accounts/cookies.ts";
import { createSession } from "../../accounts/sessions.ts";
import type { Account } from "../../accounts/types.ts";
import { type Config, readConfig } from "../../config.ts";
import { AppError } from "../../errors.ts";
import { namedJpeg, nameIn, yawIn } from "../../faces/test-jpegs.ts";
import { folderFiles } from "../../files/folder-store.ts";
import { outboxIn } from "../../mail/outbox.ts";
import { createApp } from "../../main.ts";
import { notedKv } from "../../made-from.ts";
import type { Blobs, FaceEngine, Services } from "../../services.ts";
import { membersOnly } from "../../rooms/members-only.ts";
import { namedRealtime } from "../../rooms/named-realtime.ts";
import type { Outside } from "../../previews/outside.ts";
import { type MemoryPush, memoryPush } from "./push.ts";
import { createSigner } from "../../tokens/signer.ts";
import { type MemoryRealtime, memoryRealtime } from "./realtime.ts";

/** A picture the engine below accepts: it says whose face it shows, and the head's yaw. */
export const pictureOf = (name: string, yaw = 0): Uint8Array<ArrayBuffer> =>
  namedJpeg(`face of ${name}`, yaw);

/**
 * Two pictures match when they are the same, and not clearly when the live one's name has a
 * question mark; one without a face is refused.
 */
const faces: FaceEngine = {
  name: "local",
  enrol([selfie]) {
    if (!selfie || !nameIn(selfie).startsWith("face of ")) throw faceless();
    return Promise.resolve({ template: selfie, best: 0 });
  },
  verify({ template }, live) {
    if (!nameIn(live).startsWith("face of ")) throw faceless();
    return Promise.resolve({
      match: nameIn(template) === nameIn(live).replace("?", ""),
      unclear: nameIn(live).endsWith("?"),
      yaw: yawIn(live),
      face: { template: live, selfie: () => Promise.resolve(live) },
    });
  },
  close: () => Promise.resolve(),
};

const faceless = () => {
  const message = "No face was found. Look straight at the camera.";
  return new AppError({
    code: "face-none",
    status: 422,
    message,
    fields: { selfie: message },
  });
};

function memoryBlobs(): Blobs {
  const kept = new Map<string, { bytes: Uint8Array; type: string }>();
  return {
    put: (key, bytes, type) => {
      kept.set(key, { bytes, type });
      return Promise.resolve();
    },
    get: (key) => Promise.resolve(kept.get(key) ?? null),
    delete: (key) => {
      kept.delete(key);
      return Promise.resolve();
    },
  };
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface TestApp extends AsyncDisposable {
  services: Services;
  realtime: MemoryRealtime;
  push: MemoryPush;
  /** Every e-mail "sent". */
  mails: Mail[];
  /** What was written about requests. */
  lines: Record<string, unknown>[];
  origin: string;
  /**
   * Asks the app, from this machine or the address `from`; redirects are not followed. Changes
   * are asked for by a page of ours, unless headers say otherwise or `unsaid`.
   */
  ask(
    path: string,
    init?: RequestInit & { cookie?: string; from?: string; unsaid?: boolean },
  ): Promise<Response>;
  /** Sends a form, urlencoded or with files. */
  send(
    path: string,
    form: Record<string, string> | FormData,
    cookie?: string,
  ): Promise<Response>;
  /** A registered person, with the Cookie header of a session. */
  person(name: string): Promise<{ account: Account; cookie: string }>;
}

/** A page without the numbers of its forms and scripts, which are others each time. */
export const withoutNumbers = (html: string): string =>
  html.replace(/name="once" value="[^"]*"/g, 'name="once"')
    .replace(/nonce="[^"]*"/g, "");

const PASSWORD = "correct horse battery";
const infoOf = (hostname: string): Deno.ServeHandlerInfo => ({
  remoteAddr: { transport: "tcp", hostname, port: 40_000 },
  completed: Promise.resolve(),
});

/** A network in which nothing is reached. */
const nowhere: Outside = {
  addressesOf: () => Promise.resolve([]),
  isOpen: () => false,
};

let snapshot: ReturnType<Builder["build"]> | undefined;

/**
 * The whole product on stores in memory; built once for all tests of a file.
 *
 * @param instead gives what is to take the place of some of its services.
 */
export async function testApp(
  env: Record<string, string> = {},
  outside: Outside = nowhere,
  instead: (s: Services) => Partial<Services> = () => ({}),
): Promise<TestApp> {
  const dataDir = await Deno.makeTempDir();
  const config: Config = readConfig({ DATA_DIR: dataDir, ...env });
  const kv = notedKv(await Deno.openKv(":memory:"));
  const mails: Mail[] = [];
  const realtime = memoryRealtime();
  const push = memoryPush();
  const services: Services = {
    config,
    kv,
    faces,
    blobs: memoryBlobs(),
    files: folderFiles(`${dataDir}/files`),
    outside,
    mailer: { send: (mail) => Promise.resolve(void mails.push(mail)) },
    outbox: outboxIn(`${dataDir}/outbox`, null),
    push,
    signer: await createSigner(kv, { issuer: config.appUrl }),
    realtime: namedRealtime(membersOnly(realtime, { kv }), { kv }),
  };
  Object.assign(services, instead(services));
  const root = new URL("../../", import.meta.url).pathname;
  snapshot ??= new Builder({ root }).build({ snapshot: "memory" });
  const lines: Record<string, unknown>[] = [];
  const app = createApp(
    () => Promise.resolve(services),
    (_level, _event, fields = {}) => void lines.push(fields),
  );
  (await snapshot)(app);
  const handler = app.handler();

  const ask: TestApp["ask"] = (
    path,
    { cookie, from = "127.0.0.1", ...init } = {},
  ) => {
    const headers = new Headers(init.headers);
    if (cookie) headers.set("cookie", cookie);
    // As a browser sends a form, unless a test says otherwise.
    const isChange = !["GET", "HEAD", undefined].includes(init.method);
    const isTold = headers.has("origin") || headers.has("sec-fetch-site");
    if (isChange && !isTold && !init.unsaid) {
      headers.set("sec-fetch-site", "same-origin");
    }
    const url = new URL(path, config.appUrl);
    return handler(new Request(url, { ...init, headers }), infoOf(from));
  };

  let people = 0;
  return {
    services,
    realtime,
    push,
    mails,
    lines,
    origin: config.appUrl,
    ask,
    send(path, form, cookie) {
      const body = form instanceof FormData ? form : new URLSearchParams(form);
      return ask(path, { method: "POST", body, cookie });
    },
    async person(name) {
      const account = await register(services, {
        name,
        email: `person-${++people}@example.com`,
        password: PASSWORD,
        consent: true,
        selfies: [pictureOf(name)],
      });
      const { token, expiresAt } = await createSession(services, account.id);
      const cookie = sessionCookie(config, token, expiresAt).split(";")[0];
      return { account, cookie };
    },
    async [Symbol.asyncDispose]() {
      kv.close();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
