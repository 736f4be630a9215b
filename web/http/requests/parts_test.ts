import { assertEquals } from "@std/assert";
import { boundBody } from "../../access/row.ts";
import { codeOf } from "../../accounts/testing.ts";
import { readForm, textOf } from "./forms.ts";

const TYPE = "multipart/form-data; boundary=b";
const SPACES = " ".repeat(100);

const part = (headers: string, text = "x") =>
  `--b\r\n${headers}\r\n\r\n${text}\r\n`;
const named = (name: string) =>
  `Content-Disposition: form-data; name="${name}"`;

const read = (body: string, type = TYPE) => {
  const req = new Request("http://localhost/", {
    ...{ method: "POST", body },
    headers: { "content-type": type },
  });
  boundBody(req, "photos");
  return readForm(req);
};

Deno.test("a form whose parts have the headers browsers write is read, whatever is in the texts", async () => {
  const file = `${named("f")}; filename="${
    "a photo ".repeat(20)
  }.jpg"\r\nContent-Type: image/jpeg`;
  const body = part(named("a"), `${SPACES}\r\n\r\n${SPACES}`) + part(file) +
    "--b--\r\n";
  const form = await read(body);
  assertEquals(textOf(form, "a"), `${SPACES}\r\n\r\n${SPACES}`);
  assertEquals(form.get("f") instanceof File, true);
});

Deno.test("a form with many spaces in a part's headers is refused before it is parsed", async () => {
  const headers = [
    `${named("a")}${SPACES}y`,
    named(`a${SPACES}b`),
    `${named("f")}; filename="f"\r\nContent-Type: x${SPACES}y`,
    `X-Y: x\t${SPACES}y\r\n${named("a")}`,
    // Longer than any, with few spaces in a row.
    named("a ".repeat(3_000)),
  ];
  for (const header of headers) {
    for (const before of ["", part(named("first"))]) {
      const call = read(`${before}${part(header)}--b--\r\n`);
      assertEquals(await codeOf(call), "bad-form");
    }
  }
  // What was cut off is looked at, too.
  assertEquals(await codeOf(read(`--b\r\n${named("a")}${SPACES}`)), "bad-form");
});

Deno.test("a form whose type is not as a browser writes it is refused", async () => {
  const body = `${part(named("a"))}--b--\r\n`;
  const types = [
    `${TYPE}; x=${SPACES}${SPACES}y`,
    `multipart/form-data; boundary=${"b".repeat(300)}`,
    // What is between its parts would be looked for in vain.
    "multipart/form-data; xboundary=a; boundary=b",
    "multipart/form-data; boundary=a; boundary=b",
    'multipart/form-data; boundary="a;"b',
    `application/x-www-form-urlencoded;${SPACES}${SPACES}x`,
  ];
  for (const type of types) {
    assertEquals(await codeOf(read(body, type)), "unsupported-type", type);
  }
  const quoted = await read(body, 'multipart/form-data; boundary="b"');
  assertEquals(textOf(quoted, "a"), "x");
});
