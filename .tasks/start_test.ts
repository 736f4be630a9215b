import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { holdDataFolder, whyUnusable } from "./data-folder.ts";
import { freePorts } from "./free-ports.ts";
import { join } from "./paths.ts";
import { checkPorts } from "./ports.ts";
import { addresses, root, services } from "./services.ts";

const FOLDERS = [
  "/srv/team#1",
  "/srv/team#2",
  "/srv/a?b",
  "/srv/a%20b",
  "/data/100%",
  "/data/a b",
  "/data/größe ☕",
  '/data/it\'s "quoted" & $x',
];

for (const folder of FOLDERS) {
  Deno.test(`DATA_DIR=${folder} is that folder`, () => {
    assertEquals(addresses({ DATA_DIR: folder }).DATA_DIR, folder);
    assertEquals(addresses({ DATA_DIR: `${folder}//` }).DATA_DIR, folder);
    for (const service of services({ DATA_DIR: folder })) {
      assertEquals(service.env.DATA_DIR, folder);
    }
  });
}

Deno.test("a relative DATA_DIR lies in the checkout, and ~ is a home", () => {
  assertEquals(addresses({ DATA_DIR: "data/a#b" }).DATA_DIR, `${root}data/a#b`);
  const home = { HOME: "/home/ada" };
  const at = (DATA_DIR: string) => addresses({ ...home, DATA_DIR }).DATA_DIR;
  assertEquals(at("~/chat"), "/home/ada/chat");
  assertEquals(at("~"), "/home/ada");
  assertEquals(at("~chat"), `${root}~chat`);
  assertThrows(
    () => addresses({ DATA_DIR: "file:///srv/chat" }),
    Error,
    "DATA_DIR must be the path of a folder",
  );
});

Deno.test("an empty variable counts as unset", () => {
  const names = Object.keys(addresses({}));
  const empty = Object.fromEntries(names.map((name) => [name, " "]));
  assertEquals(addresses(empty), addresses({}));
  const others = { SHERPA_MODEL_DIR: "", GOOGLE_APPLICATION_CREDENTIALS: "" };
  assertEquals(services({ ...empty, ...others }), services({}));
});

Deno.test("a comma outside of the checkout is named, and one in its own path grants nothing else", () => {
  assertThrows(
    () => services({ DATA_DIR: "/data/a,b" }),
    Error,
    "There is a comma in /data/a,b, and Deno can be given no right to such a path.",
  );
  const granted = services({}).flatMap(({ args }) => args)
    .filter((arg) => /^--allow-(read|write)=/.test(arg));
  assertEquals(granted.length, 4);
  // Nothing has the checkout's own path in it, whatever that is.
  assertEquals(granted.filter((arg) => arg.includes(root.slice(0, -1))), []);
});

/** What a start says that cannot succeed, and how it ends. */
async function refusal(env: Record<string, string>) {
  const [PORT, WS_PORT, TRANSCRIBER_PORT] = freePorts(3).map(String);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", ".tasks/start.ts"],
    cwd: root,
    env: { PORT, WS_PORT, TRANSCRIBER_PORT, ...env },
  }).output();
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stdout)], [1, ""]);
  const said = decoder.decode(stderr).trim();
  assertEquals(said.split("\n").length, 1, said);
  return said;
}

Deno.test("a start that cannot succeed says why in a sentence, at once", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "file");
  await Deno.writeTextFile(file, "");
  assertEquals(
    await refusal({ DATA_DIR: file }),
    `DATA_DIR (${file}) is a file. Set DATA_DIR to a folder.`,
  );
  assertMatch(
    await refusal({ DATA_DIR: join(folder, "a,b") }),
    /^There is a comma in /,
  );
  assertEquals(
    await refusal({ DATA_DIR: join(file, "below") }),
    `DATA_DIR (${file}/below) lies below a file. Set DATA_DIR to a folder.`,
  );
  assertMatch(
    await refusal({ DATA_DIR: "/proc/chat" }),
    /^DATA_DIR \(\/proc\/chat\) cannot be written by this user\. /,
  );
  const taken = Deno.listen({ port: 0 });
  assertMatch(
    await refusal({ DATA_DIR: folder, PORT: `${taken.addr.port}` }),
    /^Port \d+ is taken by another program\. .*set PORT to another port\.$/,
  );
  taken.close();
  assertMatch(
    await refusal({ DATA_DIR: folder, WS_PORT: "eighty" }),
    /^WS_PORT must be a port number/,
  );
  assertMatch(
    await refusal({ DATA_DIR: folder, WS_HOST: "192.0.2.1" }),
    /^192\.0\.2\.1 is not an address of this machine\. Set WS_HOST/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a second start over one DATA_DIR is refused by name, and a later one is not", async () => {
  const folder = await Deno.makeTempDir();
  const letGo = await holdDataFolder(folder);
  assertEquals(
    await refusal({ DATA_DIR: folder }),
    `DATA_DIR (${folder}) is in use by another ChatSphere. Stop that one, or set DATA_DIR to another folder.`,
  );
  letGo();
  (await holdDataFolder(folder))();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a port without the right to it, and a full disk, are told as what they are", () => {
  assertThrows(
    () =>
      checkPorts({ PORT: "80" }, () => {
        throw new Deno.errors.PermissionDenied("EACCES");
      }),
    Error,
    "Port 80 needs rights this user does not have. Set PORT to a port from 1024 on",
  );
  const full = Object.assign(new Error("x"), { code: "ENOSPC" });
  assertMatch(whyUnusable("/srv", full), /^The disk of DATA_DIR .* is full\./);
});
