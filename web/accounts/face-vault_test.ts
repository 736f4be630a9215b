import { assertEquals, assertRejects } from "@std/assert";
import { newFaceKey, sealed, unsealed } from "./face-vault.ts";

const bytes = new TextEncoder().encode("a template");

Deno.test("what is sealed comes back with its key, and only as what it is", async () => {
  const key = newFaceKey();
  const box = await sealed(key, "template of a", bytes);
  assertEquals(new TextDecoder().decode(box).includes("template"), false);
  assertEquals(await unsealed(key, "template of a", box), bytes);
  const again = await sealed(key, "template of a", bytes);
  assertEquals(again.toHex() === box.toHex(), false, "no nonce comes twice");
  const changed = box.with(20, box[20] ^ 1);
  for (
    const open of [
      () => unsealed(newFaceKey(), "template of a", box),
      () => unsealed(key, "template of b", box),
      () => unsealed(key, "template of a", changed),
      () => unsealed(key, "template of a", box.slice(0, 11)),
    ]
  ) await assertRejects(open, DOMException);
});
