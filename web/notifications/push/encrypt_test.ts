import { assertEquals } from "@std/assert";
import { encrypt } from "./encrypt.ts";
import { decrypt, receiver } from "./testing-service.ts";

const bytes = (text: string) =>
  Uint8Array.fromBase64(text, { alphabet: "base64url" });

/** The example of RFC 8291, §5 and Appendix A. */
const EXAMPLE = {
  text: "When I grow up, I want to be a watermelon",
  private: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  public:
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
  receiver:
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  body:
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};

Deno.test("a push is encrypted as in the example of RFC 8291", async () => {
  const point = bytes(EXAMPLE.public);
  const part = (from: number, to: number) =>
    point.slice(from, to).toBase64({
      ...{ alphabet: "base64url", omitPadding: true },
    });
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const jwk = { kty: "EC", crv: "P-256", x: part(1, 33), y: part(33, 65) };
  const pair = {
    publicKey: await crypto.subtle.importKey("jwk", jwk, curve, true, []),
    privateKey: await crypto.subtle.importKey(
      "jwk",
      { ...jwk, d: EXAMPLE.private },
      curve,
      true,
      ["deriveBits"],
    ),
  };
  const body = await encrypt(
    EXAMPLE.text,
    { p256dh: bytes(EXAMPLE.receiver), auth: bytes(EXAMPLE.auth) },
    { pair, salt: bytes(EXAMPLE.salt) },
  );
  assertEquals(body, bytes(EXAMPLE.body));
});

Deno.test("whoever has the subscription's keys reads it, and each one differs", async () => {
  const device = await receiver();
  const keys = { p256dh: bytes(device.p256dh), auth: bytes(device.auth) };
  const text = "ü".repeat(1_000);
  const [one, two] = [await encrypt(text, keys), await encrypt(text, keys)];
  assertEquals(await decrypt(one, device), text);
  assertEquals(await decrypt(two, device), text);
  assertEquals(one.toBase64() === two.toBase64(), false);
});
