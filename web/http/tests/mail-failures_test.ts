/** What people read when a real mail server does not take an e-mail, for each of its answers. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { SMTPServerOptions } from "smtp-server";
import { answer, smtpServer } from "../../mail/smtp-testing.ts";
import { smtpMailer } from "../../mail/smtp.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { testApp } from "../testing/app.ts";

const WAITS = [
  "The mail server did not accept the e-mail just now. We will keep trying for a day.",
  "Not delivered yet. We will keep trying.",
];
const REFUSED = [
  "Their mail server refused the e-mail. Check that the address is right.",
  "Could not be delivered: their mail server refused it.",
];
const TRY_AGAIN =
  "The e-mail could not be sent. Please try again in a few minutes.";
const CHECK_ADDRESS =
  "The mail server refused the e-mail for this address. Check that the address is right and its mailbox works.";

type Options = SMTPServerOptions | "nobody listens";

/** How the server behaves → who invites reads; who waits for a code reads. */
const FAILURES: [string, Options, invites: string[], signsIn: string][] = [
  ["no server", "nobody listens", WAITS, TRY_AGAIN],
  [
    "a login that is refused",
    {
      authOptional: false,
      onAuth: (_auth, _session, done) => done(answer(535, "5.7.8 SERVER SAYS")),
    },
    WAITS,
    TRY_AGAIN,
  ],
  [
    "a server that is too busy",
    { onConnect: (_session, done) => done(answer(421, "4.7.0 SERVER SAYS")) },
    WAITS,
    TRY_AGAIN,
  ],
  [
    "a server that does not send for us",
    {
      onMailFrom: (_from, _session, done) =>
        done(answer(550, "5.7.1 SERVER SAYS")),
    },
    WAITS,
    TRY_AGAIN,
  ],
  [
    "a server that greylists",
    {
      onRcptTo: (_to, _session, done) => done(answer(451, "4.7.1 SERVER SAYS")),
    },
    WAITS,
    TRY_AGAIN,
  ],
  [
    "a mailbox that is full",
    {
      onRcptTo: (_to, _session, done) => done(answer(452, "4.2.2 SERVER SAYS")),
    },
    WAITS,
    TRY_AGAIN,
  ],
  [
    "a mailbox that is not there",
    {
      onRcptTo: (_to, _session, done) => done(answer(550, "5.1.1 SERVER SAYS")),
    },
    REFUSED,
    CHECK_ADDRESS,
  ],
  [
    "a server that takes it for spam",
    {
      onData(stream, _session, done) {
        stream.on("end", () => done(answer(554, "5.7.1 SERVER SAYS")));
        stream.resume();
      },
    },
    REFUSED,
    CHECK_ADDRESS,
  ],
];

async function serverFor(options: Options) {
  const isGone = options === "nobody listens";
  const server = await smtpServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    ...(isGone ? {} : options),
  });
  if (isGone) await server[Symbol.asyncDispose]();
  const account = isGone ? "" : "ada:pw@";
  return {
    url: `smtp://${account}127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      if (!isGone) await server[Symbol.asyncDispose]();
    },
  };
}

for (const [what, options, invites, signsIn] of FAILURES) {
  Deno.test(`${what}: who invites and who waits for a code are told, and get it later`, async () => {
    await using app = await testApp();
    const works = app.services.mailer;
    await using server = await serverFor(
      options === "nobody listens" || options.onAuth ? options : {
        onAuth: (_auth, _session, done) => done(null, { user: "ada" }),
        ...options,
      },
    );
    app.services.mailer = smtpMailer(server.url, "chat@example.com");

    const { account, cookie } = await app.person("Ada");
    const room = await createRoom(app.services, account, "Tea");
    const members = `/rooms/${room.id}/members`;
    const form = { intent: "invite", email: "bob@example.com" };
    const invited = await app.send(members, form, cookie);
    const next = invited.headers.get("location") ?? "";
    const page = await (await app.ask(next, { cookie })).text();
    for (const sentence of invites) assertStringIncludes(page, sentence);

    const { email } = account;
    const password = "correct horse battery";
    const login = await app.send("/login", { email, password });
    const half = login.headers.getSetCookie()[0].split(";")[0];
    const refused = await app.send("/login/code", { intent: "send" }, half);
    const told = await refused.text();
    assertStringIncludes(told, signsIn);
    assert(![page, told].some((html) => html.includes("SERVER SAYS")));

    app.services.mailer = works;
    const invitation = /name="invitation" value="([^"]+)"/.exec(page)![1];
    await app.send(members, { intent: "resend", invitation }, cookie);
    await app.send("/login/code", { intent: "again" }, half);
    assertEquals(app.mails.map(({ to }) => to), ["bob@example.com", email]);
  });
}
