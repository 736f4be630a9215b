import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AppError } from "../errors.ts";
import { smtpMailer } from "./smtp.ts";

const mail = {
  to: "ada@example.com",
  subject: "Hello",
  text: "Words",
  html: "<p>Words</p>",
};

/** Just enough of an SMTP server (RFC 5321) to take one e-mail; what it was told. */
async function takeOneMail(listener: Deno.TcpListener): Promise<string[]> {
  const connection = await listener.accept();
  const encoder = new TextEncoder();
  const say = (line: string) => connection.write(encoder.encode(`${line}\r\n`));
  const lines: string[] = [];
  await say("220 test");
  let inData = false;
  let rest = "";
  for await (
    const chunk of connection.readable.pipeThrough(new TextDecoderStream())
  ) {
    const complete = (rest + chunk).split("\r\n");
    rest = complete.pop() ?? "";
    for (const line of complete) {
      lines.push(line);
      if (inData && line !== ".") continue;
      inData = line === "DATA";
      if (line === "QUIT") return lines;
      await say(inData ? "354 go on" : "250 ok");
      if (line === ".") {
        connection.close();
        return lines;
      }
    }
  }
  return lines;
}

Deno.test("an e-mail is handed to the SMTP server for its one recipient", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const told = takeOneMail(listener);
  const { port } = listener.addr;
  const mailer = smtpMailer(
    `smtp://127.0.0.1:${port}?ignoreTLS=true`,
    "ChatSphere <chat@example.com>",
  );
  await mailer.send(mail);
  const lines = await told;
  assertEquals(
    lines.filter((line) => /^(MAIL|RCPT)/.test(line)),
    ["MAIL FROM:<chat@example.com>", "RCPT TO:<ada@example.com>"],
  );
  assertStringIncludes(lines.join("\n"), "Subject: Hello");
});

Deno.test("a server that cannot be reached is one clear error", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const mailer = smtpMailer(`smtp://127.0.0.1:${port}`, "chat@example.com");
  const error = await assertRejects(() => mailer.send(mail), AppError);
  assertEquals([error.code, error.status], ["mail-failed", 503]);
});
