import { assert, assertEquals } from "@std/assert";
import { MailError } from "../../mail/mail-error.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { testApp } from "../testing/app.ts";

const TO = "bob@example.com";

/** Ada's members page, with e-mail failing with `error` while it is set. */
async function onMembersPage() {
  const app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(app.services, account, "Tea");
  const path = `/rooms/${room.id}/members`;
  const mail: { error?: MailError } = {};
  const { mailer } = app.services;
  app.services.mailer = {
    send: (each) => mail.error ? Promise.reject(mail.error) : mailer.send(each),
  };
  /** Sends a form of the page; what the page it leads to says. */
  const send = async (form: Record<string, string>) => {
    const answer = await app.send(path, form, cookie);
    assertEquals(answer.status, 303);
    const next = answer.headers.get("location") ?? "";
    return await (await app.ask(next, { cookie })).text();
  };
  const invitationOn = (page: string) =>
    page.match(/name="invitation" value="([^"]+)"/)?.[1] ?? "";
  return { app, mail, send, invitationOn };
}

Deno.test("an invitation that got away has nothing more to say", async () => {
  const { app, send } = await onMembersPage();
  await using _app = app;
  const page = await send({ intent: "invite", email: TO });
  assert(page.includes("Invitation created."));
  assert(!page.includes("Send again"));
});

Deno.test("an invitation that waits says so, and can be sent again", async () => {
  const { app, mail, send, invitationOn } = await onMembersPage();
  await using _app = app;
  mail.error = MailError.failed("down", new Error("no route"));
  const page = await send({ intent: "invite", email: TO });
  assert(page.includes("The mail server did not accept the e-mail just now."));
  assert(page.includes("Not delivered yet."));
  assert(page.includes("Send again"));
  mail.error = undefined;
  const invitation = invitationOn(page);
  const next = await send({ intent: "resend", invitation });
  assert(next.includes("Invitation created."));
  assert(!next.includes("Not delivered yet."));
  assertEquals(app.mails.map(({ to }) => to), [TO]);
});

Deno.test("a refused address is said to be refused, as an alert", async () => {
  const { app, mail, send, invitationOn } = await onMembersPage();
  await using _app = app;
  mail.error = MailError.refused(new Error("550 5.1.1 unknown"));
  const page = await send({ intent: "invite", email: TO });
  assert(page.includes('role="alert"'));
  assert(page.includes("Their mail server refused the e-mail."));
  assert(page.includes("Could not be delivered"));
  // The code alone may be part of an id.
  assert(!page.includes("550 5.1.1"));
  mail.error = undefined;
  const next = await send({ intent: "resend", invitation: invitationOn(page) });
  assert(next.includes("Invitation created."));
  assertEquals(app.mails.length, 1);
});

Deno.test("sending again what is over is refused in words", async () => {
  const { app, send } = await onMembersPage();
  await using _app = app;
  const page = await send({ intent: "invite", email: TO });
  const invitation = page.match(/name="invitation" value="([^"]+)"/)?.[1] ?? "";
  await send({ intent: "revoke", invitation });
  const { account, cookie } = await app.person("Eve");
  const room = await createRoom(app.services, account, "Other");
  const answer = await app.send(
    `/rooms/${room.id}/members`,
    { intent: "resend", invitation },
    cookie,
  );
  assertEquals(answer.status, 404);
  assert((await answer.text()).includes("There is no such invitation."));
});
