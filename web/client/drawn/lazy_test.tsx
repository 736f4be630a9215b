import { assertEquals, assertStringIncludes } from "@std/assert";
import { render } from "preact-render-to-string";

/** Of `Intl`, what a browser takes a tenth of a second for on a slow phone when the first is made. */
const MADE = ["DateTimeFormat", "NumberFormat", "Segmenter"] as const;

Deno.test("no table of languages is loaded before something is written with it", async () => {
  const made: string[] = [];
  for (const name of MADE) {
    const counted = new Proxy<object>(Intl[name], {
      construct(target, args, self) {
        made.push(name);
        return Reflect.construct(target as typeof Intl.Segmenter, args, self);
      },
    });
    Reflect.set(Intl, name, counted);
  }
  await import("./whole-row.tsx");
  const { Avatar } = await import("../../components/Avatar.tsx");
  assertStringIncludes(render(<Avatar id="a" name="Ada Lovelace" />), ">AL<");
  assertEquals(made, []);
  assertStringIncludes(render(<Avatar id="a" name="Éva 👩‍🔬" />), ">É👩‍🔬<");
  const { sizeText } = await import("../../../realtime/common/size-text.ts");
  assertEquals(sizeText(1_500_000), "1.5 MB");
  assertEquals(sizeText(2_000), "2 kB");
  assertEquals(made, ["Segmenter"]);
});
