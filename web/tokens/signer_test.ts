import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from "jose";
import {
  KEY_LIFE_MS,
  keyInUse,
  PUBLISHED_AFTER_MS,
  PUBLISHED_FIRST_MS,
  readKeys,
  rotateKeys,
  rotateWhenDue,
  type SigningKey,
} from "./keys.ts";
import { randomId } from "../rooms/store.ts";
import { createSigner, type Signer } from "./signer.ts";

const issuer = "https://chat.example";
const ann = { id: "a1", name: "Ann" };

const withKv = (test: (kv: Deno.Kv) => Promise<void>) => async () => {
  using kv = await Deno.openKv(":memory:");
  await test(kv);
};

const verify = async (signer: Signer, token: string, audience = "realtime") =>
  await jwtVerify(token, createLocalJWKSet(await signer.jwks()), {
    issuer,
    audience,
    algorithms: ["EdDSA"],
  });

/** Makes all stored keys older. */
async function age(kv: Deno.Kv, ms: number) {
  const list = await readKeys(kv);
  const older = list.map((key) => ({ ...key, createdAt: key.createdAt - ms }));
  await kv.set(["signing_keys"], older);
}

Deno.test(
  "a person's token says who they are, for five minutes",
  withKv(async (kv) => {
    const signer = await createSigner(kv, { issuer });
    const before = Date.now();
    const { token, expiresAt } = await signer.personToken("realtime", ann);
    const { payload, protectedHeader } = await verify(signer, token);
    assertEquals(payload.sub, "a1");
    assertEquals(payload.name, "Ann");
    assertEquals([payload.scope, payload.sid], [undefined, undefined]);
    const { iat = 0, exp = 0 } = payload;
    assertEquals(exp - Math.floor(iat), 300);
    // To the millisecond: realtime compares it with the moment of a sign-out.
    const ms = Math.round(iat * 1000);
    assert(before <= ms && ms <= Date.now());
    assertEquals(expiresAt, (payload.exp ?? 0) * 1000);
    assert(payload.jti);
    const [published] = (await signer.jwks()).keys;
    assertEquals(protectedHeader.kid, await calculateJwkThumbprint(published));
    await assertRejects(() => verify(signer, token, "transcriber"));
  }),
);

Deno.test(
  "a person's token names the session it was made for",
  withKv(async (kv) => {
    const signer = await createSigner(kv, { issuer });
    const inSession = { ...ann, sid: "s1" };
    const { token } = await signer.personToken("realtime", inSession);
    assertEquals((await verify(signer, token)).payload.sid, "s1");
  }),
);

Deno.test(
  "a token is short, and its person is told by whoever signed it",
  withKv(async (kv) => {
    const signer = await createSigner(kv, { issuer });
    const person = { id: randomId(), name: "Ann Example", sid: randomId() };
    const { token } = await signer.personToken("realtime", person);
    assert(token.length < 500);
    assertEquals(await signer.personOf("realtime", token), person.id);
    const { token: other } = await signer.personToken("transcriber", person);
    const service = await signer.serviceToken("realtime");
    const changed = token.replace(/.$/, (last) => last === "A" ? "Q" : "A");
    for (const no of [other, service, changed, "", "a.b.c"]) {
      assertEquals(await signer.personOf("realtime", no), null);
    }
  }),
);

Deno.test(
  "the service's token is nobody's",
  withKv(async (kv) => {
    const signer = await createSigner(kv, { issuer });
    const token = await signer.serviceToken("transcriber");
    const { payload } = await verify(signer, token, "transcriber");
    assertEquals(payload.scope, "service");
    assertEquals(payload.sub, undefined);
    assert(token !== await signer.serviceToken("transcriber"));
  }),
);

Deno.test(
  "only public halves are published",
  withKv(async (kv) => {
    const signer = await createSigner(kv, { issuer });
    for (const key of (await signer.jwks()).keys) {
      assertEquals(Object.keys(key).sort(), [
        "alg",
        "crv",
        "kid",
        "kty",
        "use",
        "x",
      ]);
    }
  }),
);

Deno.test(
  "instances that start together agree on one key",
  withKv(async (kv) => {
    const signers = await Promise.all(
      [1, 2, 3].map(() => createSigner(kv, { issuer })),
    );
    const token = await signers[0].serviceToken("realtime");
    for (const signer of signers) {
      assertEquals((await signer.jwks()).keys.length, 1);
      await verify(signer, token);
    }
  }),
);

Deno.test(
  "a given key is used, and none is made",
  withKv(async (kv) => {
    const pair = await generateKeyPair("EdDSA", {
      crv: "Ed25519",
      extractable: true,
    });
    const signingKey = await exportJWK(pair.privateKey);
    const signer = await createSigner(kv, { issuer, signingKey });
    const token = await signer.serviceToken("realtime");
    await jwtVerify(token, pair.publicKey, { issuer });
    assertEquals((await kv.get(["signing_keys"])).value, null);
  }),
);

Deno.test(
  "a new key is published before it signs, and the old one after",
  withKv(async (kv) => {
    const before = await createSigner(kv, { issuer });
    const [{ kid: oldKid }] = await readKeys(kv);
    const oldToken = await before.serviceToken("realtime");
    await age(kv, PUBLISHED_FIRST_MS);
    await rotateKeys(kv);
    const [{ kid: newKid }] = await readKeys(kv);

    const during = await createSigner(kv, { issuer });
    await verify(during, oldToken);
    const duringToken = await during.serviceToken("realtime");
    const { protectedHeader } = await verify(during, duringToken);
    assertEquals(protectedHeader.kid, oldKid);

    await age(kv, PUBLISHED_FIRST_MS);
    const after = await createSigner(kv, { issuer });
    await verify(after, oldToken);
    const afterToken = await after.serviceToken("realtime");
    const header = (await verify(after, afterToken)).protectedHeader;
    assertEquals(header.kid, newKid);
  }),
);

Deno.test(
  "a key is withdrawn a day after the next one was made",
  withKv(async (kv) => {
    await rotateKeys(kv);
    const [, { kid: first }] = await readKeys(kv);
    await rotateKeys(kv);
    assertEquals((await readKeys(kv)).length, 3);
    await age(kv, PUBLISHED_AFTER_MS);
    await rotateKeys(kv);
    const kids = (await readKeys(kv)).map(({ kid }) => kid);
    assertEquals([kids.length, kids.includes(first)], [2, false]);
  }),
);

Deno.test("the oldest key signs while none has been published long enough", () => {
  const key = (kid: string, age: number): SigningKey => ({
    kid,
    jwk: {},
    createdAt: Date.now() - age,
  });
  assertEquals(keyInUse([key("b", 0), key("a", 1_000)]).kid, "a");
  const old = PUBLISHED_FIRST_MS + 1_000;
  assertEquals(keyInUse([key("c", 0), key("b", old), key("a", old)]).kid, "b");
});

Deno.test(
  "a key is rotated once it is a month old, and not before",
  withKv(async (kv) => {
    const [first] = await readKeys(kv);
    await age(kv, KEY_LIFE_MS - 60_000);
    assertEquals(await rotateWhenDue(kv), false);
    await age(kv, 60_000);
    assertEquals(await rotateWhenDue(kv), true);
    assertEquals(await rotateWhenDue(kv), false);
    const list = await readKeys(kv);
    assertEquals([list.length, list[1].kid], [2, first.kid]);
  }),
);
