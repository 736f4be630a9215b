import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { aboutCertificate, certificateIn } from "./certificate.ts";
import { join } from "./paths.ts";

Deno.test("a certificate is made once, for this machine's names, and only its user may read it", async () => {
  const folder = await Deno.makeTempDir();
  const made = await certificateIn(folder);
  assertEquals(
    await certificateIn(folder),
    made,
    "the next start has the same",
  );
  for (const file of [made.certFile, made.keyFile]) {
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
  }
  const found = new X509Certificate(await Deno.readTextFile(made.certFile));
  for (const name of ["localhost", Deno.hostname()]) {
    assertEquals(found.checkHost(name), name);
  }
  assertEquals(found.checkIP("127.0.0.1"), "127.0.0.1");
  assertMatch(
    aboutCertificate(made),
    /warns once .* fingerprint [\dA-F:]{95}\.$/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a certificate that is broken is replaced", async () => {
  const folder = await Deno.makeTempDir();
  const { certFile, fingerprint } = await certificateIn(folder);
  await Deno.writeTextFile(certFile, "no certificate");
  const again = await certificateIn(folder);
  assert(again.fingerprint !== fingerprint);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a DATA_DIR that is a file is told of", async () => {
  const file = await Deno.makeTempFile();
  await assertRejects(
    () => certificateIn(join(file, "data")),
    Error,
    "DATA_DIR",
  );
  await Deno.remove(file);
});
