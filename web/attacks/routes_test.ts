/** Whether there is an address that nobody without business was tried at. */
import { assertEquals } from "@std/assert";
import { ROUTES } from "../access/table.ts";
import { TRIED as AT_WEB } from "./kinds/access.ts";
import { TRIED as AT_SERVICES } from "./kinds/services.ts";
import { filesIn } from "./disk.ts";

const web = new URL("../", import.meta.url).pathname;

/** An address with its ids left out. */
const plain = (path: string): string =>
  path.replace(/\?.*/, "").replace(/\{\w+\}|\[\w+\]|:\w+/g, "*")
    .replace(/around\/\d+/, "around/*");

/** Pages for everybody, what a secret in the address opens, and what this machine alone is shown. */
const FOR_ALL = Object.entries(ROUTES)
  .filter(([, { who }]) => who === "anyone" || who === "this machine")
  .map(([path]) => plain(path));

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
