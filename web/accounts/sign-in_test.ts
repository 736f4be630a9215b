import { assert, assertEquals } from "@std/assert";
import { startEmailCode } from "./email-code.ts";
import {
  createPendingLogin,
  endPendingLogin,
  findPendingLogin,
} from "./pending-logins.ts";
import { sha256 } from "./secrets.ts";
import { endAllSessions, findSession } from "./sessions.ts";
import { signInWithCode, signInWithFace, startSignIn } from "./sign-in.ts";
import { keys } from "./store.ts";
import {
  codeOf,
  EMPTY_SELFIE,
  everythingIn,
  expire,
  fieldsOf,
  IP,
  onStage,
  PASSWORD,
  selfieOf,
  type Stage,
} from "./testing.ts";

const pendingFor = async ({ s, person }: Stage, name: string) => {
  const account = await person(name);
  const { token } = await createPendingLogin(s, account.id);
  const tryFace = (whom: string, ip = IP) =>
    signInWithFace(s, token, selfieOf(whom), ip);
  return { account, token, tryFace };
};

const mailedCode = ({ mails }: Stage): string =>
  mails.at(-1)?.text.match(/\d{3} \d{3}/)?.[0] ?? "";

Deno.test(
  "the right face makes a session, and the pending login is used up",
  onStage(async (stage) => {
    const { account, token, tryFace } = await pendingFor(stage, "Ann");
    const session = await tryFace("Ann");
    const found = await findSession(stage.s, session.token);
    assertEquals(found?.account, account);
    assertEquals(await findPendingLogin(stage.s, token), null);
    assertEquals(await codeOf(tryFace("Ann")), "login-expired");
  }),
);

Deno.test(
  "of several right faces at once with one pending login one signs in",
  onStage(async (stage) => {
    const { tryFace } = await pendingFor(stage, "Ann");
    const codes = await Promise.all(
      Array.from({ length: 4 }, () => codeOf(tryFace("Ann"))),
    );
    assertEquals(codes.filter((code) => code === "none").length, 1);
    const refused = ["login-expired", "face-busy"];
    assertEquals(codes.filter((code) => refused.includes(code)).length, 3);
  }),
);

Deno.test(
  "a face and a code at once with one pending login sign in once",
  onStage(async (stage) => {
    const { account, token, tryFace } = await pendingFor(stage, "Ann");
    await startEmailCode(stage.s, account.id);
    const codes = await Promise.all([
      codeOf(tryFace("Ann")),
      codeOf(signInWithCode(stage.s, token, mailedCode(stage))),
    ]);
    assertEquals(codes.sort(), ["login-expired", "none"]);
  }),
);

Deno.test(
  "a pending login is no session, and its token is not stored",
  onStage(async (stage) => {
    const { account, token } = await pendingFor(stage, "Ann");
    assertEquals(await findSession(stage.s, token), null);
    const found = await findPendingLogin(stage.s, token);
    assertEquals(found?.accountId, account.id);
    assert(!(await everythingIn(stage.s.kv)).includes(token));
  }),
);

Deno.test(
  "another face is refused and makes no session; after five the login is over",
  onStage(async (stage) => {
    const { token, tryFace } = await pendingFor(stage, "Ann");
    for (let i = 0; i < 4; i++) {
      assertEquals(await codeOf(tryFace("Eve")), "face-mismatch");
    }
    assertEquals(await codeOf(tryFace("Eve")), "login-expired");
    assertEquals(await codeOf(tryFace("Ann")), "login-expired");
    assertEquals(await findPendingLogin(stage.s, token), null);
    assert(!(await everythingIn(stage.s.kv)).includes('"sessions"'));
  }),
);

Deno.test(
  "of faces tried side by side on one account one is looked at, at most five are judged",
  onStage(async (stage) => {
    const { tryFace } = await pendingFor(stage, "Ann");
    const { verify } = stage.s.faces;
    let [running, most] = [0, 0];
    stage.s.faces = {
      ...stage.s.faces,
      async verify(...photos) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve));
        running--;
        return await verify(...photos);
      },
    };
    const codes = await Promise.all(
      Array.from({ length: 8 }, () => codeOf(tryFace("Eve"))),
    );
    assertEquals(most, 1);
    const judged = codes.filter((code) => code === "face-mismatch");
    assert(judged.length >= 1 && judged.length <= 5, codes.join());
  }),
);

Deno.test(
  "pictures without a face leave the login as it is, and count towards twenty in a while",
  onStage(async (stage) => {
    const { token, tryFace } = await pendingFor(stage, "Ann");
    for (let i = 0; i < 19; i++) {
      const call = signInWithFace(stage.s, token, EMPTY_SELFIE, IP);
      assertEquals(await fieldsOf(call), ["selfie"]);
    }
    assertEquals(await codeOf(tryFace("Ann")), "none");
    const again = await pendingFor(stage, "Bob");
    for (let i = 0; i < 20; i++) {
      await codeOf(signInWithFace(stage.s, again.token, EMPTY_SELFIE, IP));
    }
    assertEquals(await codeOf(again.tryFace("Bob")), "too-many-attempts");
  }),
);

Deno.test(
  "a face that matches, but not clearly, signs in with a code by e-mail only",
  onStage(async (stage) => {
    const { s } = stage;
    const { account, token, tryFace } = await pendingFor(stage, "Ann");
    for (let i = 0; i < 6; i++) {
      assertEquals(await codeOf(tryFace("Ann?")), "face-unclear");
    }
    await startEmailCode(s, account.id);
    const session = await signInWithCode(s, token, mailedCode(stage));
    assertEquals((await findSession(s, session.token))?.account, account);
  }),
);

Deno.test(
  "the faces tried on one account are limited over all its logins, for a while",
  onStage(async (stage) => {
    const { s } = stage;
    const { account } = await pendingFor(stage, "Ann");
    const codes: string[] = [];
    for (let login = 0; login < 6; login++) {
      const { token } = await createPendingLogin(s, account.id);
      for (let i = 0; i < 4; i++) {
        codes.push(await codeOf(signInWithFace(s, token, selfieOf("Eve"), IP)));
      }
    }
    assertEquals(codes.filter((code) => code === "face-mismatch").length, 20);
    assertEquals(codes.at(-1), "too-many-attempts");
  }),
);

Deno.test(
  "a login ends after five minutes, when it is given up, and with all sessions",
  onStage(async (stage) => {
    const { s } = stage;
    const late = await pendingFor(stage, "Ann");
    await expire(s.kv, keys.pendingLogin(await sha256(late.token)));
    assertEquals(await codeOf(late.tryFace("Ann")), "login-expired");

    const left = await pendingFor(stage, "Bob");
    await endPendingLogin(s, left.token);
    assertEquals(await codeOf(left.tryFace("Bob")), "login-expired");

    const changed = await pendingFor(stage, "Cat");
    await endAllSessions(s, changed.account.id);
    assertEquals(await codeOf(changed.tryFace("Cat")), "login-expired");
  }),
);

Deno.test(
  "the code by e-mail makes a session, once",
  onStage(async (stage) => {
    const { s } = stage;
    const { account, token } = await pendingFor(stage, "Ann");
    await startEmailCode(s, account.id);
    const code = mailedCode(stage);
    const session = await signInWithCode(s, token, ` ${code} `);
    assertEquals((await findSession(s, session.token))?.accountId, account.id);
    assertEquals(await codeOf(signInWithCode(s, token, code)), "login-expired");
    const again = await createPendingLogin(s, account.id);
    const reused = signInWithCode(s, again.token, code);
    assertEquals(await codeOf(reused), "code-expired");
  }),
);

Deno.test(
  "a code without the password is worth nothing",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id } = await person("Ann");
    await startEmailCode(s, id);
    const call = signInWithCode(s, "A".repeat(43), mailedCode(stage));
    assertEquals(await codeOf(call), "login-expired");
  }),
);

Deno.test(
  "a password that is changed while it is compared signs nobody in",
  onStage(async ({ s, person }) => {
    const { id, email } = await person("Ann");
    const { get } = s.kv;
    // The record has been read with the old password; now the owner changes it.
    s.kv.get = async <T>(key: Deno.KvKey) => {
      const entry = await get.call(s.kv, key) as Deno.KvEntryMaybe<T>;
      if (key[0] !== "accounts") return entry;
      s.kv.get = get;
      await endAllSessions(s, id);
      return entry;
    };
    const password = PASSWORD;
    const { token } = await startSignIn(s, { email, password, ip: IP });
    const late = signInWithFace(s, token, selfieOf("Ann"), IP);
    assertEquals(await codeOf(late), "login-expired");
  }),
);
