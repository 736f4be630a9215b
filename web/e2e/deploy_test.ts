import PostalMime from "postal-mime";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePorts } from "../../.tasks/free-ports.ts";
import { run, whenReady } from "../../.tasks/processes.ts";
import { services } from "../../.tasks/services.ts";
import { startAws } from "../faces/standins/aws.ts";
import { seeFaces } from "../faces/standins/vision.ts";
import { selfieOf } from "../faces/test-photos.ts";
import { smtpServer } from "../mail/smtp-testing.ts";
import { eventually } from "./patience.ts";
import { Program } from "./program.ts";
import { buildOnce } from "./built.ts";

Deno.test("as on Deno Deploy, web may write no file, and keeps everything in Deploy's own KV", async () => {
  await buildOnce();
  const folder = await Deno.makeTempDir({ prefix: "chatsphere-deploy-" });
  const aws = startAws();
  await using smtp = await smtpServer({ hideSTARTTLS: true });
  // Its networks take longer to load than web waits.
  await seeFaces(await selfieOf("ada"));
  const [port] = freePorts(1);
  const dataDir = `${folder}/data`;
  const [web] = services({ PORT: `${port}`, DATA_DIR: dataDir });
  const args = web.args.filter((arg) => !arg.startsWith("--allow-write"));
  assertEquals(args.length, web.args.length - 1);
  const env = {
    ...aws.env,
    SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    DENO_DEPLOYMENT_ID: "d-1",
    // Where Deno keeps a KV without a path.
    DENO_DIR: `${folder}/deno`,
  };
  const lines: string[] = [];
  const start = async () => {
    const child = run({ ...web, args }, (line) => lines.push(line), env);
    await whenReady([child]);
    return child;
  };
  let child = await start();
  try {
    const url = `http://localhost:${port}`;
    const ada = new Program({ name: "Ada", email: "ada@acme.test" });
    await ada.register(url, await selfieOf("ada"));
    assertEquals(aws.s3.versions.length, 1);
    const { id: roomId } = await ada.ask(`${url}/api/chat`, "POST", {
      name: "Engines",
    });
    // The link came to the address the mail server was given.
    await ada.confirm(url, async () => {
      const source = smtp.taken[0]?.source;
      return source && (await PostalMime.parse(source)).text;
    });
    const email = "grace@acme.test";
    await ada.ask(`${url}/api/invitations`, "POST", { roomId, email });
    const { to } = await eventually(
      () => smtp.taken[1],
      () => `No e-mail came: ${lines.join("\n")}`,
    );
    assertEquals(to, [email]);

    await child.stop();
    child = await start();
    const { rooms } = await ada.ask(`${url}/api/chat`);
    assertEquals(rooms.map(({ id }: { id: string }) => id), [roomId]);
    const page = await fetch(`${url}/rooms`, {
      headers: { cookie: ada.cookie },
    });
    assertMatch(await page.text(), /Engines/);
    const readiness = await (await fetch(`${url}/readyz`)).json();
    assertEquals(readiness.ready, true, "though nothing else runs");
    assertEquals(readiness.dependencies.pictures.engine, "s3");

    assert(!lines.some((line) => /NotCapable|allow-write/.test(line)));
    assertEquals(
      await Deno.stat(dataDir).then(() => "made", () => "not made"),
      "not made",
    );
  } finally {
    await child.stop();
    await aws.close();
    await Deno.remove(folder, { recursive: true });
  }
});
