import { assert, assertEquals, assertRejects } from "@std/assert";
import { argon2id } from "hash-wasm";
import { AppError } from "../errors.ts";
import { checkPassword } from "./check-password.ts";
import { isOutdated } from "./password-hash.ts";
import { type AccountRecord, type AttemptsRecord, keys } from "./store.ts";
import { codeOf, everythingIn, IP, onStage, PASSWORD } from "./testing.ts";

const email = "ann@example.com";
const right = { email, password: PASSWORD, ip: IP };
const wrong = { ...right, password: "not the password" };

Deno.test(
  "the right password gives the account, however the e-mail is written",
  onStage(async ({ s, person }) => {
    const account = await person("Ann");
    assertEquals(await checkPassword(s, right), account);
    const shouted = { ...right, email: " ANN@EXAMPLE.COM" };
    assertEquals(await checkPassword(s, shouted), account);
  }),
);

Deno.test(
  "an account at a machine's number, as versions before took, signs in",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const emailKey = "ann@192.168.1.5";
    const { key, value } = await s.kv.get<AccountRecord>(keys.account(id));
    await s.kv.atomic().set(keys.accountByEmail(emailKey), id)
      .set(key, { ...value!, email: emailKey, emailKey }).commit();
    const typed = { ...right, email: "Ann@192.168.1.5" };
    assertEquals((await checkPassword(s, typed)).id, id);
  }),
);

Deno.test(
  "a password may be typed in another Unicode form",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const { changePassword } = await import("./profile.ts");
    const change = { accountId: id, password: PASSWORD, ip: IP };
    await changePassword(s, {
      ...change,
      newPassword: "Zo\u00eb likes bicycles",
    });
    const typed = { ...right, password: "Zoe\u0308 likes bicycles" };
    assertEquals((await checkPassword(s, typed)).id, id);
  }),
);

Deno.test(
  "a wrong password and an unknown e-mail get the same answer",
  onStage(async ({ s, person }) => {
    await person("Ann");
    const answers: unknown[] = [];
    for (
      const attempt of [
        wrong,
        { ...right, email: "nobody@example.com" },
        { ...right, email: "no e-mail at all" },
        { ...right, password: "" },
        { ...right, password: "x".repeat(100_000) },
      ]
    ) {
      const call = checkPassword(s, attempt);
      const { code, status, message, fields } = await assertRejects(
        () => call,
        AppError,
      );
      answers.push({ code, status, message, fields });
    }
    assertEquals(new Set(answers.map((each) => JSON.stringify(each))).size, 1);
    assertEquals((answers[0] as AppError).status, 401);
  }),
);

Deno.test(
  "the tenth wrong password is the last for a while, also for the right one",
  onStage(async ({ s, person }) => {
    await person("Ann");
    // Side by side, so that no attempt can slip through while another is judged.
    const codes = await Promise.all(
      Array.from({ length: 12 }, () => codeOf(checkPassword(s, wrong))),
    );
    const refused = codes.filter((code) => code === "wrong-credentials");
    assertEquals(refused.length, 10);
    const call = checkPassword(s, right);
    const error = await assertRejects(() => call, AppError);
    assertEquals([error.code, error.status], ["too-many-attempts", 429]);
    assert(error.retryAfter && error.retryAfter > 0 && error.retryAfter <= 900);
  }),
);

Deno.test(
  "someone guessing elsewhere does not lock the person out",
  onStage(async ({ s, person }) => {
    await person("Ann");
    const guess = { ...wrong, ip: "198.51.100.1" };
    for (let i = 0; i < 11; i++) await codeOf(checkPassword(s, guess));
    assertEquals(await codeOf(checkPassword(s, guess)), "too-many-attempts");
    assertEquals(await codeOf(checkPassword(s, right)), "none");
  }),
);

Deno.test(
  "the wait ends with its window",
  onStage(async ({ s, person }) => {
    await person("Ann");
    for (let i = 0; i < 10; i++) await codeOf(checkPassword(s, wrong));
    assertEquals(await codeOf(checkPassword(s, right)), "too-many-attempts");
    for await (
      const entry of s.kv.list<AttemptsRecord>({ prefix: ["attempts"] })
    ) {
      await s.kv.set(entry.key, { ...entry.value, resetAt: Date.now() - 1 });
    }
    assertEquals(await codeOf(checkPassword(s, right)), "none");
  }),
);

Deno.test(
  "signing in rightly never uses attempts up",
  onStage(async ({ s, person }) => {
    await person("Ann");
    for (let i = 0; i < 12; i++) await checkPassword(s, right);
    const stored = await everythingIn(s.kv);
    assert(!/"attempts".*"count":[1-9]/.test(stored), stored);
  }),
);

Deno.test(
  "attempts are not stored under a readable e-mail",
  onStage(async ({ s }) => {
    await codeOf(checkPassword(s, { ...wrong, email: "secret@example.com" }));
    assert(!(await everythingIn(s.kv)).includes("secret"));
  }),
);

Deno.test(
  "a hash with older parameters still works, and is renewed",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const passwordHash = await argon2id({
      password: PASSWORD,
      salt: new Uint8Array(16).fill(7),
      memorySize: 1024,
      iterations: 1,
      parallelism: 1,
      hashLength: 32,
      outputType: "encoded",
    });
    const entry = await s.kv.get<AccountRecord>(keys.account(id));
    await s.kv.set(keys.account(id), { ...entry.value, passwordHash });
    assertEquals(await codeOf(checkPassword(s, wrong)), "wrong-credentials");
    await checkPassword(s, right);
    const renewed = await s.kv.get<AccountRecord>(keys.account(id));
    assert(!isOutdated(renewed.value?.passwordHash ?? ""));
    await checkPassword(s, right);
  }),
);
