import { assert, assertEquals } from "@std/assert";
import { findAccount } from "./accounts.ts";
import { checkPassword } from "./check-password.ts";
import { createPendingLogin, findPendingLogin } from "./pending-logins.ts";
import { changePassword, confirmPassword, renameAccount } from "./profile.ts";
import { createSession, findSession } from "./sessions.ts";
import { codeOf, fieldsOf, IP, onStage, PASSWORD } from "./testing.ts";

const NEW_PASSWORD = "staple the battery again";

Deno.test(
  "an account can be renamed, to a name",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    const renamed = await renameAccount(s, id, "  Ann \n Lee ");
    assertEquals(renamed.name, "Ann Lee");
    assertEquals(await findAccount(s, id), renamed);
    assertEquals(await fieldsOf(renameAccount(s, id, "")), ["name"]);
    assertEquals(await codeOf(renameAccount(s, "nobody", "Ann")), "not-found");
  }),
);

Deno.test(
  "a new password replaces the old one, ends what was open and is told by e-mail",
  onStage(async ({ s, person, mails }) => {
    const { id: accountId, email } = await person("Ann");
    const mine = await createSession(s, accountId);
    const other = await createSession(s, accountId);
    const pending = await createPendingLogin(s, accountId);
    const change = { accountId, newPassword: NEW_PASSWORD, ip: IP };
    await changePassword(s, { ...change, password: PASSWORD }, mine.token);
    const oldOne = checkPassword(s, { email, password: PASSWORD, ip: IP });
    assertEquals(await codeOf(oldOne), "wrong-credentials");
    await checkPassword(s, { email, password: NEW_PASSWORD, ip: IP });
    assert(await findSession(s, mine.token));
    assertEquals(await findSession(s, other.token), null);
    assertEquals(await findPendingLogin(s, pending.token), null);
    assertEquals(mails.map(({ to }) => to), [email]);
    assert(!mails[0].text.includes(NEW_PASSWORD));
  }),
);

Deno.test(
  "of two new passwords at once one stands, and the other is refused",
  onStage(async ({ s, person }) => {
    const { id: accountId, email } = await person("Ann");
    const both = ["one new battery for Ann", "two new batteries for her"];
    const tries = await Promise.allSettled(both.map((newPassword) => {
      const change = { accountId, password: PASSWORD, newPassword, ip: IP };
      return changePassword(s, change);
    }));
    const won = tries.findIndex(({ status }) => status === "fulfilled");
    const lost = tries.find((it) => it.status === "rejected");
    assertEquals(Object.keys(lost?.reason.fields), ["password"]);
    await checkPassword(s, { email, password: both[won], ip: IP });
  }),
);

Deno.test(
  "without the current password, or with a bad new one, nothing changes",
  onStage(async ({ s, person, mails }) => {
    const { id: accountId, email } = await person("Ann");
    const { token } = await createSession(s, accountId);
    const change = {
      accountId,
      password: PASSWORD,
      newPassword: NEW_PASSWORD,
      ip: IP,
    };
    const wrong = changePassword(s, { ...change, password: "a guess" });
    assertEquals(await fieldsOf(wrong), ["password"]);
    const weak = changePassword(s, { ...change, newPassword: "password" });
    assertEquals(await fieldsOf(weak), ["newPassword"]);
    await checkPassword(s, { email, password: PASSWORD, ip: IP });
    assert(await findSession(s, token));
    assertEquals(mails, []);
  }),
);

Deno.test(
  "a changed password is changed, whether or not the e-mail about it goes out",
  onStage(async ({ s, person, broken }) => {
    const { id: accountId, email } = await person("Ann");
    broken.mailer = new Error("no connection");
    await changePassword(s, {
      accountId,
      password: PASSWORD,
      newPassword: NEW_PASSWORD,
      ip: IP,
    });
    await checkPassword(s, { email, password: NEW_PASSWORD, ip: IP });
  }),
);

Deno.test(
  "confirming the password is counted like signing in",
  onStage(async ({ s, person }) => {
    const { id: accountId } = await person("Ann");
    await confirmPassword(s, { accountId, password: PASSWORD, ip: IP });
    const wrong = { accountId, password: "a guess", ip: IP };
    for (let i = 0; i < 10; i++) {
      assertEquals(await codeOf(confirmPassword(s, wrong)), "wrong-password");
    }
    assertEquals(await codeOf(confirmPassword(s, wrong)), "too-many-attempts");
  }),
);

Deno.test(
  "an account has at most twenty new names an hour",
  onStage(async ({ s, person }) => {
    const { id } = await person("Ann");
    for (let i = 0; i < 20; i++) await renameAccount(s, id, `Ann ${i}`);
    const more = renameAccount(s, id, "Eve");
    assertEquals(await codeOf(more), "too-many-attempts");
    assertEquals((await findAccount(s, id))?.name, "Ann 19");
  }),
);
