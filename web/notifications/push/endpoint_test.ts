import { assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../../errors.ts";
import { isPublic, publicEndpoint } from "./endpoint.ts";

const PUBLIC = ["1.1.1.1", "172.15.0.1", "192.169.0.1", "2606:4700::1111"];
const PRIVATE = [
  ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254"],
  ...["172.16.0.1", "172.31.255.255", "192.168.1.1", "198.18.0.1", "224.0.0.1"],
  ...["255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "fe80::1", "fc00::1"],
  ...["2001:db8::1", "2001::1", "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1"],
];

Deno.test("addresses of the internet are told from all others", () => {
  assertEquals(PUBLIC.filter((ip) => !isPublic(ip)), []);
  assertEquals(PRIVATE.filter(isPublic), []);
});

Deno.test("only https at public addresses is posted to", async () => {
  const names: Record<string, string[]> = {
    "push.test": ["1.1.1.1"],
    "inside.test": ["10.0.0.1"],
    "both.test": ["1.1.1.1", "127.0.0.1"],
  };
  const check = publicEndpoint((host, kind) =>
    kind === "A" && names[host]
      ? Promise.resolve(names[host])
      : Promise.reject(new Error("no such name"))
  );
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
