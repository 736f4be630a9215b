import { assert, assertEquals, assertRejects } from "@std/assert";
import type { SMTPServerOptions } from "smtp-server";
import { MailError } from "./mail-error.ts";
import { smtpMailer } from "./smtp.ts";
import {
  answer,
  rawServer,
  smtpServer,
  speakSmtp,
  type TestServer,
} from "./smtp-testing.ts";

const FROM = "ChatSphere <chat@example.com>";
const mail = {
  to: "ada@example.com",
  subject: "Hello",
  text: "Words",
  html: "<p>Words</p>",
};
const TRUSTING = "tls.rejectUnauthorized=false";

/** Signs in ada with "secret" and nobody else. */
const withPasswords: SMTPServerOptions = {
  authOptional: false,
  onAuth: ({ username, password }, _session, done) =>
    username === "ada" && password === "s/cret?"
      ? done(null, { user: username })
      : done(answer(535, "5.7.8 Authentication credentials invalid")),
};
const PASSWORD = encodeURIComponent("s/cret?");

async function failing(url: string): Promise<MailError> {
  return await assertRejects(() => smtpMailer(url, FROM).send(mail), MailError);
}

const told = (error: MailError) => [error.code, error.status, error.reach];
const DOWN = ["mail-failed", 503, "down"];
const DELAYED = ["mail-failed", 503, "delayed"];
const REFUSED = ["mail-refused", 422, "refused"];

const at = ({ port }: { port: number }, account = "", query = "") =>
  `smtp://${account}127.0.0.1:${port}${query && `?${query}`}`;

Deno.test("the envelope has the sender and the one recipient", async () => {
  await using server = await smtpServer({ hideSTARTTLS: true });
  await smtpMailer(at(server), FROM).send(mail);
  const [{ from, to, client }] = server.taken;
  assertEquals([from, to], ["chat@example.com", [mail.to]]);
  assertEquals(client, "example.com");
});

Deno.test("each e-mail has a connection of its own, closed with it", async () => {
  let opened = 0;
  let closed = 0;
  const bothClosed = Promise.withResolvers<void>();
  await using server = await smtpServer({
    hideSTARTTLS: true,
    onConnect: (_session, done) => (opened++, done()),
    onClose: () => ++closed === 2 && bothClosed.resolve(),
  });
  const mailer = smtpMailer(at(server), FROM);
  await mailer.send(mail);
  await mailer.send(mail);
  await bothClosed.promise;
  assertEquals(opened, 2);
});

Deno.test("STARTTLS is used where it is offered", async () => {
  await using server = await smtpServer();
  await smtpMailer(at(server, "", TRUSTING), FROM).send(mail);
  assertEquals(server.taken.map(({ secure }) => secure), [true]);
});

Deno.test("smtps is encrypted from the start", async () => {
  await using server = await smtpServer({ secure: true });
  const url = at(server, "", TRUSTING).replace("smtp:", "smtps:");
  await smtpMailer(url, FROM).send(mail);
  assertEquals(server.taken.map(({ secure }) => secure), [true]);
});

Deno.test("a certificate nobody vouches for gets no e-mail", async () => {
  await using server = await smtpServer();
  assertEquals(told(await failing(at(server))), DOWN);
  assertEquals(server.taken, []);
});

Deno.test("where TLS is required, a server without it gets nothing", async () => {
  await using server = await smtpServer({ hideSTARTTLS: true });
  const error = await failing(at(server, "", "requireTLS=true"));
  assertEquals(told(error), DOWN);
  assertEquals(server.taken, []);
});

Deno.test("a password is not told to a server elsewhere without TLS", async () => {
  const heard: string[] = [];
  await using server = rawServer(async (connection, say) => {
    await say("220 test");
    const words = connection.readable.pipeThrough(new TextDecoderStream());
    for await (const chunk of words) {
      heard.push(chunk);
      await say("250 AUTH PLAIN LOGIN");
    }
  });
  // This machine again, by an address that does not look like it.
  const url = `smtp://ada:${PASSWORD}@[::ffff:127.0.0.1]:${server.port}`;
  assertEquals(told(await failing(url)), DOWN);
  assertEquals(/AUTH (PLAIN|LOGIN)/.test(heard.join("")), false);
  assert(heard.join("").includes("EHLO"));
});

Deno.test("the account signs in, over TLS and without it on this machine", async () => {
  for (const hideSTARTTLS of [false, true]) {
    await using server = await smtpServer({
      ...withPasswords,
      hideSTARTTLS,
      allowInsecureAuth: true,
    });
    const url = at(server, `ada:${PASSWORD}@`, TRUSTING);
    await smtpMailer(url, FROM).send(mail);
    const [{ user, secure }] = server.taken;
    assertEquals([user, secure], ["ada", !hideSTARTTLS]);
  }
});

const serverWide: Record<string, [SMTPServerOptions, account: string]> = {
  "a wrong password": [withPasswords, "ada:wrong@"],
  "no account where one is needed": [withPasswords, ""],
  "a server with too many connections": [{
    onConnect: (_session, done) => done(answer(421, "4.7.0 Try again later")),
  }, ""],
  "a server that does not send for our address": [{
    onMailFrom: (_address, _session, done) =>
      done(answer(550, "5.7.1 Sender not allowed")),
  }, ""],
};

for (const [what, [options, account]] of Object.entries(serverWide)) {
  Deno.test(`${what} is about the server, not about the e-mail`, async () => {
    await using server = await smtpServer({
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      ...options,
    });
    assertEquals(told(await failing(at(server, account))), DOWN);
    assertEquals(server.taken, []);
  });
}

async function takenOnSecondTry(server: TestServer) {
  const mailer = smtpMailer(at(server), FROM);
  const error = await assertRejects(() => mailer.send(mail), MailError);
  assertEquals(told(error), DELAYED);
  await mailer.send(mail);
  assertEquals(server.taken.length, 1);
}

Deno.test("a server that greylists wants the same again, later", async () => {
  const seen = new Set<string>();
  await using server = await smtpServer({
    hideSTARTTLS: true,
    onRcptTo({ address }, _session, done) {
      if (seen.has(address)) return done();
      seen.add(address);
      done(answer(451, "4.7.1 Greylisted, please try again in 5 minutes"));
    },
  });
  await takenOnSecondTry(server);
});

Deno.test("a full mailbox may be empty later", async () => {
  let tries = 0;
  await using server = await smtpServer({
    hideSTARTTLS: true,
    onRcptTo: (_address, _session, done) =>
      tries++ === 0 ? done(answer(452, "4.2.2 Mailbox full")) : done(),
  });
  await takenOnSecondTry(server);
});

Deno.test("a mailbox that does not exist is a refusal for good", async () => {
  await using server = await smtpServer({
    hideSTARTTLS: true,
    onRcptTo: ({ address }, _session, done) =>
      done(answer(550, `5.1.1 <${address}> unknown`)),
  });
  const error = await failing(at(server));
  assertEquals(told(error), REFUSED);
  assertEquals(error.message.includes(mail.to), false);
});

Deno.test("a message refused for what it says is a refusal for good", async () => {
  await using server = await smtpServer({
    hideSTARTTLS: true,
    onData(stream, _session, done) {
      stream.on("end", () => done(answer(554, "5.7.1 Looks like spam")));
      stream.resume();
    },
  });
  assertEquals(told(await failing(at(server))), REFUSED);
});

Deno.test("nothing listening is a server that is down", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  assertEquals(told(await failing(at({ port }))), DOWN);
});

Deno.test("a name that does not exist is a server that is down", async () => {
  assertEquals(told(await failing("smtp://nowhere.invalid:2525")), DOWN);
});

Deno.test("a connection dropped in the middle of the message is no refusal", async () => {
  await using server = rawServer((connection, say) =>
    speakSmtp(connection, say, { atData: () => connection.close() })
  );
  assertEquals(told(await failing(at(server))), DOWN);
});

Deno.test("no answer to the whole message is no refusal", async () => {
  await using server = rawServer((connection, say) =>
    speakSmtp(connection, say, { atEnd: () => connection.close() })
  );
  assertEquals(told(await failing(at(server))), DOWN);
});

const QUICK = { connect: 100, idle: 150, whole: 400 };
type Serve = Parameters<typeof rawServer>[0];
const readOn = async (connection: Deno.TcpConn) => {
  for await (const _ of connection.readable);
};

const hanging: Record<string, Serve> = {
  "says nothing": (connection) => readOn(connection),
  "stops after its greeting": async (connection, say) => {
    await say("220 test");
    await readOn(connection);
  },
  "does not answer to the message": (connection, say) =>
    speakSmtp(connection, say, {}),
};

for (const [habit, serve] of Object.entries(hanging)) {
  Deno.test(`a server that ${habit} is given up`, async () => {
    await using server = rawServer(serve);
    const mailer = smtpMailer(at(server), FROM, QUICK);
    const error = await assertRejects(() => mailer.send(mail), MailError);
    assertEquals(told(error), DOWN);
  });
}

Deno.test("a server that says a word now and then, for ever, is given up", async () => {
  await using server = rawServer(async (connection, say) => {
    await say("220 test");
    const greeting = connection.readable.getReader();
    await greeting.read();
    // Ends when the client has hung up: then nothing can be said any more.
    for (;;) {
      await say("250-still thinking");
      await new Promise((done) => setTimeout(done, 30));
    }
  });
  const timeouts = { connect: 5_000, idle: 5_000, whole: 300 };
  const mailer = smtpMailer(at(server), FROM, timeouts);
  const error = await assertRejects(() => mailer.send(mail), MailError);
  assertEquals(told(error), DOWN);
  assertEquals(error.cause instanceof Error && error.cause.name, "AbortError");
});
