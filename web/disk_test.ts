import { assertEquals, assertMatch } from "@std/assert";
import { isDiskFull, tryWriting } from "./disk.ts";
import { AppError, toAppError } from "./errors.ts";
import { dependencies } from "./http/pages/dependencies.ts";
import { testApp } from "./http/testing/app.ts";

/** What Deno's KV, and its files, say when the disk is full. */
const FULL = [
  new TypeError("database or disk is full"),
  Object.assign(new Error("No space left on device (os error 28)"), {
    code: "ENOSPC",
  }),
  new AppError({
    ...{ code: "mail-failed", status: 503, message: "No." },
    cause: Object.assign(new Error("write"), { code: "EDQUOT" }),
  }),
];

Deno.test("a full disk is told as what it is, however deep it showed", () => {
  for (const error of FULL) {
    assertEquals(toAppError(error).code, "disk-full");
    assertMatch(toAppError(error).message, /^The server’s disk is full/);
  }
  assertEquals(isDiskFull(new Error("a disk")), false);
  assertEquals(toAppError(new Error("a disk")).code, "internal");
});

Deno.test("whoever meets a full disk reads so, beside a form and as a page", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const { kv } = app.services;
  const failing = () => Promise.reject(FULL[0]);
  app.services.kv = new Proxy(kv, {
    get(target, name) {
      if (name === "set") return failing;
      if (name === "atomic") {
        return () =>
          new Proxy(target.atomic(), {
            get: (operation, part, self) => {
              if (part === "commit") return failing;
              const method = Reflect.get(operation, part);
              return (...args: unknown[]) => {
                method.apply(operation, args);
                return self;
              };
            },
          });
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const password = "correct horse battery";
  const answer = await app.send("/login", { email: account.email, password });
  const html = await answer.text();
  assertEquals(answer.status, 503);
  assertMatch(html, /The server’s disk is full/);
  app.services.kv = kv;
});

Deno.test("a store that can be read and not written is not ready", async () => {
  await using app = await testApp();
  const { services } = app;
  const folder = await Deno.makeTempDir();
  await tryWriting(folder);
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  const at = (kvPath: string) =>
    dependencies({ ...services, config: { ...services.config, kvPath } });
  // Nothing can be written below a file, not by root either.
  await Deno.writeTextFile(`${folder}/file`, "");
  const { kv } = await at(`${folder}/file/kv.sqlite3`);
  assertEquals(kv.state === "ready", false);
  await Deno.remove(folder, { recursive: true });
});
