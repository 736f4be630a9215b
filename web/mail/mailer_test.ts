import { join } from "node:path";
import { mailerContract } from "./mailer-contract.ts";
import { outboxIn } from "./outbox.ts";
import { smtpMailer } from "./smtp.ts";
import { smtpServer } from "./smtp-testing.ts";

const FROM = "ChatSphere <chat@example.com>";

mailerContract("the outbox folder", async () => {
  const dir = await Deno.makeTempDir();
  return {
    mailer: outboxIn(dir, null, FROM),
    async sources() {
      const files = await Array.fromAsync(Deno.readDir(dir));
      const names = files.map(({ name }) => name).sort();
      return await Promise.all(
        names.map((name) => Deno.readTextFile(join(dir, name))),
      );
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
});

mailerContract("SMTP", async () => {
  const server = await smtpServer({ hideSTARTTLS: true });
  return {
    mailer: smtpMailer(`smtp://127.0.0.1:${server.port}`, FROM),
    sources: () => Promise.resolve(server.taken.map(({ source }) => source)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});
