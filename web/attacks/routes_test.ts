/** Whether there is an address that nobody without business was tried at. */
import { assertEquals } from "@std/assert";
import { TRIED as AT_WEB } from "./kinds/access.ts";
import { TRIED as AT_SERVICES } from "./kinds/services.ts";
import { filesIn } from "./disk.ts";

const web = new URL("../", import.meta.url).pathname;

/** Pages for everybody, and what a secret in the address opens. */
const FOR_ALL = [
  ...["/", "/docs", "/offline", "/healthz", "/readyz", "/register", "/logout"],
  ...["/login", "/login/code", "/login/face", "/login/forgot"],
  ...["/login/passkey", "/login/recovery", "/register/passkey"],
  ...["/unsubscribe/*"],
  ...["/login/reset/*", "/confirm/*", "/invitations/*", "/join/*"],
  ...["/address/*", "/address/back/*"],
  ...[
    "/api/login",
    "/api/registry",
    "/api/openapi.json",
    "/outbox",
    "/outbox/*",
  ],
  ...["/.well-known/change-password", "/.well-known/jwks.json"],
  "/.well-known/passkey-endpoints",
];

/** An address with its ids left out. */
const plain = (path: string): string =>
  path.replace(/\?.*/, "").replace(/\{\w+\}|\[\w+\]|:\w+/g, "*")
    .replace(/around\/\d+/, "around/*");

Deno.test("every address of web is tried by strangers, or is for everybody", async () => {
  const tried = [...AT_WEB, ...AT_SERVICES.filter((it) => it.service === "web")]
    .map(({ path }) => plain(path));
  const untried: string[] = [];
  for await (const file of filesIn(`${web}routes`)) {
    const name = file.slice(`${web}routes`.length);
    if (/_test\.|\/_/.test(name)) continue;
    const address = name.replace(/(\/index)?\.tsx?$/, "");
    const path = plain(address || "/");
    if (![...tried, ...FOR_ALL].includes(path)) untried.push(path);
  }
  assertEquals(untried, []);
});

Deno.test("every address of realtime is tried by strangers, or tells nothing", async () => {
  const source = await Deno.readTextFile(`${web}../realtime/http/routes.ts`);
  const routes = [...source.matchAll(/\["([A-Z]+)", "(\/[^"]*)", /g)]
    .map(([, method, path]) => `${method} ${plain(path)}`);
  const tried = AT_SERVICES.filter(({ service }) => service === "realtime")
    .map(({ method, path }) => `${method} ${plain(path)}`);
  const told = [
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
    "GET /docs",
  ];
  assertEquals(routes.includes("GET /rooms/*/messages"), true);
  assertEquals(routes.filter((it) => ![...tried, ...told].includes(it)), []);
});
