import { assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../../errors.ts";
import { internet } from "../../previews/outside.ts";
import { publicEndpoint } from "./endpoint.ts";

Deno.test("only https at public addresses is posted to", async () => {
  const names: Record<string, string[]> = {
    "push.test": ["1.1.1.1"],
    "inside.test": ["10.0.0.1"],
    "both.test": ["1.1.1.1", "127.0.0.1"],
    "platform.test": ["168.63.129.16"],
    "empty.test": [],
  };
  const check = publicEndpoint({
    ...internet,
    addressesOf: (host) =>
      names[host]
        ? Promise.resolve(names[host])
        : Promise.reject(new Error("no such name")),
  });
  await check("https://push.test/abc");
  await check("https://1.1.1.1/abc");
  await check("https://[2606:4700::1111]/abc");
  for (
    const endpoint of [
      ...[
        "http://push.test/",
        "https://push.test:8443/",
        "https://u@push.test/",
      ],
      ...["https://inside.test/", "https://both.test/", "https://none.test/"],
      ...["https://platform.test/", "https://empty.test/"],
      ...[
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://0x7f.1/",
        "nonsense",
      ],
      ...["https://2130706433/", "https://localhost/", "file:///etc/passwd"],
      `https://push.test/${"x".repeat(1_000)}`,
    ]
  ) {
    const error = await assertRejects(() => check(endpoint), AppError);
    assertEquals([endpoint, error.code], [endpoint, "push-endpoint"]);
  }
});
