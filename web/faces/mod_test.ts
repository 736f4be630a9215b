import { assertEquals } from "@std/assert";
import "./mod.ts";

/** TensorFlow leaves its engine on the global object as soon as it is loaded. */
const tensorFlowIsLoaded = () => "_tfengine" in globalThis;

Deno.test("TensorFlow is not loaded before a worker needs it", async () => {
  assertEquals(tensorFlowIsLoaded(), false);
  await import("./models.ts");
  assertEquals(tensorFlowIsLoaded(), true);
});
