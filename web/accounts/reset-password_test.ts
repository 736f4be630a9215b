import { assert, assertEquals, assertMatch } from "@std/assert";
import { readConfig } from "../config.ts";
import { checkPassword } from "./check-password.ts";
import { deleteAccount } from "./delete-account.ts";
import { allowCode, isFaceFirst } from "./face-first.ts";
import { deleteFace } from "./faces.ts";
import { startEmailCode } from "./email-code.ts";
import { createPendingLogin, findPendingLogin } from "./pending-logins.ts";
import { changePassword } from "./profile.ts";
import { findReset, resetPassword } from "./reset-password.ts";
import { requestReset } from "./reset-requests.ts";
import { sha256 } from "./secrets.ts";
import { createSession, findSession } from "./sessions.ts";
import { signInWithCode, signInWithFace } from "./sign-in.ts";
import { keys, readRecord, type Store } from "./store.ts";
import {
  codeOf,
  everythingIn,
  expire,
  fieldsOf,
  IP,
  onStage,
  PASSWORD,
  selfieOf,
  type Stage,
} from "./testing.ts";

const config = readConfig({ APP_URL: "https://chat.example.com" });
/** Whether a code by e-mail has to wait. */
const isWaiting = async (s: Store, id: string): Promise<boolean> =>
  isFaceFirst((await readRecord(s.kv, id))!);
const NEW = "nine lives of a cat";

const ask = async ({ s }: Stage, email: string, ip = IP) => {
  const { sent } = await requestReset({ ...s, config }, { email, ip });
  await sent;
};

const linkOf = (text: string): string =>
  text.match(/https:\/\/chat\.example\.com\/login\/reset\/(\S+)/)?.[1] ?? "";

/** The code in the link that Ann, who has an account, is sent. */
async function codeFor(stage: Stage, email: string): Promise<string> {
  await ask(stage, email);
  return linkOf(stage.mails.at(-1)!.text);
}

const reset = ({ s }: Stage, code: string, password = NEW) =>
  resetPassword(s, { code, password, ip: IP });

const signInCode = ({ mails }: Stage): string =>
  mails.at(-1)!.text.match(/\d{3} \d{3}/)?.[0] ?? "";

Deno.test(
  "a link by e-mail sets a new password, once, and the person is told",
  onStage(async (stage) => {
    const { s, mails, person } = stage;
    const { id, email } = await person("Ann");
    const code = await codeFor(stage, "  ANN@example.com ");
    assertEquals(mails.at(-1)!.to, email);
    assertEquals(await findReset(s, code), { email });
    assertEquals(await findReset(s, code), { email }, "looking uses it up");
    await reset(stage, code);
    assertMatch(mails.at(-1)!.subject, /password was changed/);
    const ip = IP;
    const account = await checkPassword(s, { email, password: NEW, ip });
    assertEquals(account.id, id);
    const old = checkPassword(s, { email, password: PASSWORD, ip });
    assertEquals(await codeOf(old), "wrong-credentials");
    assertEquals(await codeOf(findReset(s, code)), "reset-over");
    assertEquals(await codeOf(reset(stage, code, "another")), "reset-over");
  }),
);

Deno.test(
  "only a hash of the code is stored, and not while the e-mail waits either",
  onStage(async (stage) => {
    const { s, person, broken } = stage;
    const { email } = await person("Ann");
    const code = await codeFor(stage, email);
    assertEquals(code.length, 43);
    const stored = await everythingIn(s.kv);
    assert(!stored.includes(code));
    assert(stored.includes(await sha256(code)));
    await reset(stage, code);
    broken.mailer = new Error("no mail server");
    await ask(stage, email);
    const kept = await everythingIn(s.kv);
    assert(!kept.includes("password_resets"), "a link nobody was sent works");
    assert(!kept.includes("/login/reset/"));
  }),
);

Deno.test(
  "a reset ends sessions, pending logins, other links and the code by e-mail",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id, email } = await person("Ann");
    const session = await createSession(s, id);
    const pending = await createPendingLogin(s, id);
    await startEmailCode(s, id);
    const first = await codeFor(stage, email);
    const second = await codeFor(stage, email);
    assertEquals(await findReset(s, first), { email });
    await reset(stage, second);
    assertEquals(await findSession(s, session.token), null);
    assertEquals(await findPendingLogin(s, pending.token), null);
    assertEquals(await codeOf(reset(stage, first)), "reset-over");
    assertEquals((await s.kv.get(keys.emailCode(id))).value, null);
  }),
);

Deno.test(
  "of many new passwords with one link at once, one is set",
  onStage(async (stage) => {
    const { s, mails, person } = stage;
    const { email } = await person("Ann");
    const code = await codeFor(stage, email);
    const passwords = ["one", "two", "three"].map((n) => `${n} lives of a cat`);
    const codes = await Promise.all(
      passwords.map((password) => codeOf(reset(stage, code, password))),
    );
    const won = passwords.filter((_, index) => codes[index] === "none");
    assertEquals(won.length, 1);
    assertEquals(codes.filter((code) => code === "reset-over").length, 2);
    const ip = IP;
    await checkPassword(s, { email, password: won[0], ip });
    const told = mails.filter(({ subject }) => subject.includes("was changed"));
    assertEquals(told.length, 1);
  }),
);

Deno.test(
  "two links used at once set one password",
  onStage(async (stage) => {
    const { email } = await stage.person("Ann");
    const links = [await codeFor(stage, email), await codeFor(stage, email)];
    const codes = await Promise.all(
      links.map((code) => codeOf(reset(stage, code))),
    );
    assertEquals(codes.sort(), ["none", "reset-over"]);
  }),
);

Deno.test(
  "a link ends after 30 minutes, with a changed password, and with the account",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id, email } = await person("Ann");
    const late = await codeFor(stage, email);
    const key = keys.reset(await sha256(late));
    await expire(s.kv, key);
    assertEquals(await codeOf(reset(stage, late)), "reset-over");

    const old = await codeFor(stage, email);
    const change = { accountId: id, password: PASSWORD, newPassword: NEW };
    await changePassword(s, { ...change, ip: IP });
    assertEquals(await codeOf(reset(stage, old)), "reset-over");

    const last = await codeFor(stage, email);
    // Ann is in no room, so none is asked about.
    const realtime = {} as Parameters<typeof deleteAccount>[0]["realtime"];
    await deleteAccount({ ...s, realtime }, id);
    assertEquals(await codeOf(reset(stage, last)), "reset-over");
  }),
);

Deno.test(
  "a code that is none is like one that ended",
  onStage(async (stage) => {
    for (
      const code of ["", "x", "a".repeat(43), "../accounts", "é".repeat(43)]
    ) {
      assertEquals(await codeOf(findReset(stage.s, code)), "reset-over");
      assertEquals(await codeOf(reset(stage, code)), "reset-over");
    }
  }),
);

Deno.test(
  "the rules for a new password are those of registration, and the link survives a refusal",
  onStage(async (stage) => {
    const { email } = await stage.person("Ann");
    const code = await codeFor(stage, email);
    for (
      const password of ["", "short", "password1", "Ann ann!", "12345678"]
    ) {
      assertEquals(await fieldsOf(reset(stage, code, password)), ["password"]);
    }
    await reset(stage, code);
  }),
);

Deno.test(
  "after a reset only the face signs in, until it has once",
  onStage(async (stage) => {
    const { s, mails, person } = stage;
    const { id, email } = await person("Ann");
    await reset(stage, await codeFor(stage, email));
    const sent = mails.length;
    assertEquals(await codeOf(startEmailCode(s, id)), "face-first");
    assertEquals(mails.length, sent);
    const { token } = await createPendingLogin(s, id);
    assertEquals(
      await codeOf(signInWithCode(s, token, "123456")),
      "face-first",
    );

    const face = (whom: string) => signInWithFace(s, token, selfieOf(whom), IP);
    assertEquals(await codeOf(face("Eve")), "face-mismatch");
    assertEquals(await isWaiting(s, id), true);
    const session = await face("Ann");
    assert(await findSession(s, session.token));
    assertEquals(await isWaiting(s, id), false);

    const next = await createPendingLogin(s, id);
    await startEmailCode(s, id);
    assert(await signInWithCode(s, next.token, signInCode(stage)));
  }),
);

Deno.test(
  "a code that was sent before the reset signs nobody in after it",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id, email } = await person("Ann");
    await startEmailCode(s, id);
    const code = signInCode(stage);
    await reset(stage, await codeFor(stage, email));
    const { token } = await createPendingLogin(s, id);
    assertEquals(await codeOf(signInWithCode(s, token, code)), "face-first");
  }),
);

Deno.test(
  "a face shown for the old password does not count for the new one",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id, email } = await person("Ann");
    const { token } = await createPendingLogin(s, id);
    const { verify } = s.faces;
    const code = await codeFor(stage, email);
    // The reset happens while the picture is looked at.
    s.faces.verify = async (enrolled, live) => {
      await reset(stage, code);
      return await verify(enrolled, live);
    };
    const session = await signInWithFace(s, token, selfieOf("Ann"), IP);
    assertEquals(await findSession(s, session.token), null);
    assertEquals(await isWaiting(s, id), true);
  }),
);

Deno.test(
  "an account without a face goes on with a code by e-mail",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id, email } = await person("Ann");
    await deleteFace(s, id);
    await reset(stage, await codeFor(stage, email));
    const { token } = await createPendingLogin(s, id);
    await startEmailCode(s, id);
    assert(await signInWithCode(s, token, signInCode(stage)));
  }),
);

Deno.test(
  "an operator lets the code work again for one person",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { id, email } = await person("Ann");
    assertEquals(await allowCode(s, email), false);
    assertEquals(await allowCode(s, "nobody@example.com"), false);
    await reset(stage, await codeFor(stage, email));
    assertEquals(await allowCode(s, email.toUpperCase()), true);
    await startEmailCode(s, id);
  }),
);

Deno.test(
  "who guessed until they had to wait can sign in with the new password",
  onStage(async (stage) => {
    const { s, person } = stage;
    const { email } = await person("Ann");
    const guess = { email, password: "a guess at it", ip: IP };
    for (let n = 0; n < 10; n++) await codeOf(checkPassword(s, guess));
    assertEquals(await codeOf(checkPassword(s, guess)), "too-many-attempts");
    await reset(stage, await codeFor(stage, email));
    await checkPassword(s, { email, password: NEW, ip: IP });
  }),
);
