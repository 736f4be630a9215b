/** Several processes on one queue and one SMTP server, one of them killed. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { keys, queueMail, type WaitingMail } from "./queue-store.ts";
import { smtpServer, type Taken } from "./smtp-testing.ts";
import { laterInTheQueue } from "./testing.ts";

const script = fileURLToPath(new URL("testing-instance.ts", import.meta.url));

async function onFile(
  test: (kv: Deno.Kv, path: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "kv.sqlite3");
  try {
    using kv = await Deno.openKv(path);
    await test(kv, path);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function queue(kv: Deno.Kv, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const email = `guest${n}@example.com`;
    const occasion = { kind: "password-changed", name: "G", email } as const;
    await queueMail(kv.atomic(), `m${n}`, occasion, Date.now() + 86_400_000)
      .commit();
  }
}

const startInstance = (path: string, port: number): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      script,
      path,
      `smtp://127.0.0.1:${port}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();

const idOf = ({ source }: Taken): string | undefined =>
  source.match(/^Message-ID: (.*)\r$/im)?.[1];

Deno.test("three instances on one queue send each e-mail once", () =>
  onFile(async (kv, path) => {
    await using server = await smtpServer({ hideSTARTTLS: true });
    await queue(kv, 30);
    const instances = Array.from(
      { length: 3 },
      () => startInstance(path, server.port),
    );
    const ends = await Promise.all(instances.map(({ status }) => status));
    assertEquals(ends.map(({ success }) => success), [true, true, true]);
    assertEquals(server.taken.length, 30);
    assertEquals(new Set(server.taken.map(idOf)).size, 30);
    assertEquals(new Set(server.taken.map(({ to }) => to[0])).size, 30);
  }));

Deno.test("an e-mail whose sender is killed at the server's answer is sent again, with the same Message-ID", () =>
  onFile(async (kv, path) => {
    await queue(kv, 1);
    const sender = Promise.withResolvers<Deno.ChildProcess>();
    // Taken for good, which the one who sent it never learns.
    const killSender = async (taken: Taken[]) => {
      if (taken.length > 1) return;
      const process = await sender.promise;
      process.kill("SIGKILL");
      await process.status;
    };
    await using server = await smtpServer({ hideSTARTTLS: true }, killSender);
    const first = startInstance(path, server.port);
    sender.resolve(first);
    assertEquals((await first.status).success, false);
    const { value } = await kv.get<{ tries: number }>(keys.waiting("m0"));
    assertEquals(value?.tries, 1, "it is in the queue still");
    // Two minutes pass.
    await laterInTheQueue(kv);
    const second = startInstance(path, server.port);
    assert((await second.status).success);
    const ids = server.taken.map(idOf);
    assertEquals(ids.length, 2);
    assertEquals(ids[1], ids[0]);
    assertEquals((await kv.get(keys.waiting("m0"))).value, null);
  }));

Deno.test("an instance told to end finishes the e-mails it has begun and leaves the rest", () =>
  onFile(async (kv, path) => {
    await queue(kv, 12);
    const sender = Promise.withResolvers<Deno.ChildProcess>();
    let isTold = false;
    const endSender = async () => {
      if (isTold) return;
      isTold = true;
      (await sender.promise).kill("SIGTERM");
      // Long enough for the signal to arrive before the answer.
      await new Promise((done) => setTimeout(done, 200));
    };
    await using server = await smtpServer({ hideSTARTTLS: true }, endSender);
    const first = startInstance(path, server.port);
    sender.resolve(first);
    assertEquals((await first.status).code, 0);
    const left = await Array.fromAsync(
      kv.list<WaitingMail>({ prefix: keys.allWaiting() }),
    );
    assertEquals(left.length, 12 - server.taken.length);
    assert(left.length > 0);
    assert(left.every(({ value }) => value.tries === 0));
    const second = startInstance(path, server.port);
    assert((await second.status).success);
    assertEquals(server.taken.length, 12);
    assertEquals(new Set(server.taken.map(idOf)).size, 12);
  }));
