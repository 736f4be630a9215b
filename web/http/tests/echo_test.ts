import { assert, assertEquals } from "@std/assert";
import { testApp } from "../testing/app.ts";

/** Every page with a form and a text field that it shows again. */
const FIELDS: [path: string, form: Record<string, string>, field: string][] = [
  ["/login", { password: "x" }, "email"],
  ["/login/forgot", {}, "email"],
  ["/register", { password: "x" }, "name"],
  ["/register", { password: "x" }, "email"],
  ["/rooms", {}, "name"],
  ["/rooms/:id", { clientId: "c" }, "content"],
  ["/rooms/:id", { content: "" }, "clientId"],
  ["/rooms/:id/members", { intent: "rename" }, "name"],
  ["/rooms/:id/members", { intent: "invite" }, "email"],
  ["/account", { intent: "rename" }, "name"],
];

/** What is shown: the island of a room has its text a second time, however Fresh writes that down. */
const shownIn = (html: string) =>
  html.replace(/<script[^>]*>[^]*?<\/script>/g, "");

const countOf = (html: string, mark: string) => html.split(mark).length - 1;

Deno.test("no form sends back more of a field than the field holds", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const made = await app.send("/rooms", { name: "Engines" }, cookie);
  const id = made.headers.get("location")!.split("/").at(-1)!;
  const isForStrangers = (path: string) =>
    path.startsWith("/login") || path === "/register";
  for (const [path, form, field] of FIELDS) {
    const send = async (length: number, multipart = false) => {
      const fields = { ...form, [field]: "<".repeat(length) };
      const body = new FormData();
      Object.entries(fields).forEach(([name, value]) => body.set(name, value));
      const answer = await app.send(
        path.replace(":id", id),
        multipart ? body : fields,
        isForStrangers(path) ? undefined : cookie,
      );
      return { status: answer.status, html: await answer.text() };
    };
    // A message that is too long is a person's work, and comes back whole.
    const most = field === "content" ? 5_000 : 254;
    const some = shownIn((await send(5_000)).html);
    const shown = countOf(some, "&lt;") + countOf(some, "<<<");
    assert(shown <= most, `${path} ${field}: ${shown} of 5,000 came back`);
    for (const multipart of [false, true]) {
      const { status, html } = await send(17_000, multipart);
      assertEquals(status, 413, `${path} ${field}`);
      assertEquals(countOf(html, "&lt;"), 0, `${path} ${field}`);
      assertEquals(countOf(html, "<<<"), 0, `${path} ${field}`);
    }
    assertEquals((await send(1_000_000)).status, 413);
  }
});

Deno.test("a text that is too long leaves the other fields as they were typed", async () => {
  await using app = await testApp();
  const form = new FormData();
  form.set("name", "x".repeat(20_000));
  form.set("email", "ada@example.com");
  const answer = await app.send("/register", form);
  const html = await answer.text();
  assertEquals(answer.status, 413);
  assert(html.includes('value="ada@example.com"'));
});

Deno.test("a message of four thousand of the largest characters is no too long form", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const made = await app.send("/rooms", { name: "Engines" }, cookie);
  const path = made.headers.get("location")!;
  const content = "語".repeat(4_000);
  assertEquals((await app.send(path, { content }, cookie)).status, 303);
});

Deno.test("an address that says where to go next is not written into pages without end", async () => {
  await using app = await testApp();
  const answer = await app.ask(`/login?next=/${"x".repeat(30_000)}`);
  assertEquals(countOf(await answer.text(), "xxxx"), 0);
});
