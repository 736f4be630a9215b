/** Tokens nobody should believe, at each of the three doors that take one. */
import { exportJWK, generateKeyPair, type JWTPayload } from "jose";
import { type Attack, held, type Outcome, succeeded } from "../attack.ts";
import { judged, send } from "../http.ts";
import { byHand, claimsFor, signedBy } from "../signing.ts";
import { believing, sayingYes } from "../weaknesses.ts";
import { answerTo, isRefusal, Wire } from "../wire.ts";
import type { World } from "../world.ts";

type Forge = (world: World, claims: JWTPayload) => Promise<string>;

async function hmac(key: string, text: string): Promise<Uint8Array> {
  const utf8 = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle
    .importKey("raw", utf8.encode(key), algorithm, false, ["sign"]);
  const text8 = utf8.encode(text);
  return new Uint8Array(await crypto.subtle.sign("HMAC", secret, text8));
}

/** A key of the attacker's, as a private JWK. */
async function ownKey() {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  return await exportJWK(privateKey);
}

const past = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

/** How it is forged → the token. */
const FORGERIES: Record<string, Forge> = {
  "no signature, alg none": (_, claims) => byHand({ alg: "none" }, claims),
  "no signature, alg NoNe": (_, claims) => byHand({ alg: "NoNe" }, claims),
  "no signature at all": (world, claims) =>
    byHand({ alg: "EdDSA", kid: world.kid }, claims),
  "HMAC with the public key": (world, claims) =>
    byHand(
      { alg: "HS256", kid: world.kid },
      claims,
      (text) => hmac(world.publicKey.x ?? "", text),
    ),
  "HMAC with the published JWK": (world, claims) =>
    byHand(
      { alg: "HS256", kid: world.kid },
      claims,
      (text) => hmac(JSON.stringify(world.publicKey), text),
    ),
  "another key under our key's name": async (world, claims) =>
    await signedBy(await ownKey(), world.kid, claims),
  "another key that comes with the token": async (_, claims) => {
    const key = await ownKey();
    const { kty, crv, x } = key;
    return await signedBy(key, "mine", claims, { jwk: { kty, crv, x } });
  },
  "another key at an address in the token": async (world, claims) =>
    await signedBy(await ownKey(), "mine", claims, {
      jku: `${world.appUrl}/static/keys.json`,
    }),
  ...Object.fromEntries(
    ["../../../../dev/null", "__proto__", "constructor", "' OR 1=1 --", ""].map(
      (kid): [string, Forge] => [
        `another key called ${JSON.stringify(kid)}`,
        async (_, claims) => await signedBy(await ownKey(), kid, claims),
      ],
    ),
  ),
  "claims changed under a good signature": async (world, claims) => {
    const [header, , signature] = (await world.sign(
      claimsFor(world, { sub: "x", name: "X", rooms: {} }),
    )).split(".");
    const [, payload] = (await byHand({ alg: "EdDSA" }, claims)).split(".");
    return `${header}.${payload}.${signature}`;
  },
  "expired": (world, claims) => world.sign({ ...claims, exp: past(60) }),
  "without an end": (world, { exp: _exp, ...claims }) => world.sign(claims),
  "for nobody": (world, { aud: _aud, ...claims }) => world.sign(claims),
  "for the other service": (world, claims) =>
    world.sign({
      ...claims,
      aud: claims.aud === "realtime" ? "transcriber" : "realtime",
    }),
  "of another issuer": (world, claims) =>
    world.sign({ ...claims, iss: "http://evil.example" }),
  "not yet good": (world, claims) => world.sign({ ...claims, nbf: past(-600) }),
};

const personal = ({ owner, roomId, appUrl }: World, aud: string) =>
  claimsFor({ appUrl }, {
    aud,
    sub: owner.id,
    name: owner.name,
    rooms: { [roomId]: "admin" },
  });

async function atRealtime(world: World, forge: Forge): Promise<Outcome> {
  const token = await forge(world, personal(world, "realtime"));
  const headers = { authorization: `Bearer ${token}` };
  const path = "/rooms/{room}/messages";
  return await judged(
    await send(world, { service: "realtime", method: "GET", path }, headers),
  );
}

async function atSocket(world: World, forge: Forge): Promise<Outcome> {
  const token = await forge(world, personal(world, "realtime"));
  await using wire = new Wire(world.realtime);
  await wire.opened;
  const answer = await answerTo(wire, { event: "identify", token });
  return isRefusal(answer) ? held() : succeeded("identified");
}

async function atTranscriber(world: World, forge: Forge): Promise<Outcome> {
  const token = await forge(world, personal(world, "transcriber"));
  const headers = { authorization: `Bearer ${token}` };
  const path = "/clips/{clip}";
  return await judged(
    await send(world, { service: "transcriber", method: "GET", path }, headers),
  );
}

const DOORS = {
  "realtime": atRealtime,
  "a socket": atSocket,
  "the transcriber": atTranscriber,
};

/** Who says to be the service and a person at once, or gives a role there is not. */
const CLAIMS: Record<string, (world: World) => JWTPayload> = {
  "says to be web and a person": ({ owner }) => ({
    scope: "service",
    sub: owner.id,
    name: "X",
    rooms: {},
  }),
  "gives itself a role there is not": ({ owner, roomId }) => ({
    sub: owner.id,
    name: "X",
    rooms: { [roomId]: "root" },
  }),
};

export const tokens: Attack[] = [
  ...Object.entries(DOORS).flatMap(([door, run]) =>
    Object.entries(FORGERIES).map(([how, forge]): Attack => ({
      name: `a token at ${door}: ${how}`,
      run: (world) => run(world, forge),
      undone: believing,
    }))
  ),
  ...Object.entries(CLAIMS).map(([how, claims]): Attack => ({
    name: `a token that ${how}`,
    async run(world) {
      const token = await world.sign(claimsFor(world, claims(world)));
      const headers = { authorization: `Bearer ${token}` };
      const path = "/rooms/{room}/members";
      const json = { version: 1e15, members: { x: "admin" } };
      return await judged(
        await send(
          world,
          { service: "realtime", method: "PUT", path, json },
          headers,
        ),
      );
    },
    undone: sayingYes,
  })),
];
