/**
 * Ways to take a defence out without touching the product: a proxy of this test stands before the
 * services and undoes what they rely on. Production code knows nothing of it.
 */
import { between, type Change } from "./proxy.ts";
import { claimsFor, claimsOf } from "./signing.ts";
import type { Weakened, World } from "./world.ts";

export type Weakness = (world: World) => Weakened;

/** What a proxy changes makes a weakness. */
export const through =
  (change: (world: World) => Change): Weakness => (world) =>
    between(world, change(world));

/** Every service is reached at another address of this machine, too. */
export const listeningWidely: Weakness = (world) =>
  between(world, {}, "127.0.0.2");

/** Nobody is asked who they are: everyone is taken for the owner, and web where only web may. */
export const asOwner: Weakness = through((world) => ({
  async request(service, request, path) {
    if (service === "web") {
      request.headers.set("cookie", world.owner.cookie);
      if (path.startsWith("/api/internal/")) {
        // What realtime asks, it asks with a person's token.
        const token = await world.token(world.owner);
        request.headers.set("authorization", `Bearer ${token}`);
      }
    } else {
      const token = await tokenFor(world, service, path, request.method);
      request.headers.set("authorization", `Bearer ${token}`);
    }
    return request;
  },
  async fromClient(service, frame) {
    const token = await world.token(world.owner, service);
    return frame.event === "identify" || frame.token !== undefined
      ? { ...frame, token }
      : frame;
  },
  async opening() {
    return { event: "identify", token: await world.token(world.owner) };
  },
}));

function tokenFor(
  world: World,
  audience: "realtime" | "transcriber",
  path: string,
  method: string,
): Promise<string> {
  const isService = audience === "realtime" &&
    (path === "/sessions" || path.startsWith("/leftovers") ||
      path.startsWith("/alerts") ||
      /^\/rooms\/[^/]+\/(clips|written|alerts)$/.test(path) ||
      (method === "PUT" && path.endsWith("/members")) ||
      (method === "DELETE" && path.startsWith("/rooms/")));
  return isService
    ? world.sign(claimsFor(world, { aud: audience, scope: "service" }))
    : world.token(world.owner, audience);
}

/** Everything asked for is answered as done, without being done: nothing is broken by it. */
export const sayingYes: Weakness = answering(() =>
  Response.json({ ok: true, id: "x", text: "", words: [] })
);

/** Every request is answered so; every frame as if it had been done. */
export function answering(
  answer: (request: Request, world: World) => Response | Promise<Response>,
): Weakness {
  return through((world) => ({
    request: (_, request) => answer(request, world),
    answered: (frame) => doneOf(frame, world),
  }));
}

function doneOf(
  frame: Record<string, unknown>,
  { roomId }: World,
): Record<string, unknown> {
  if (frame.event === "identify") {
    return { event: "identified", userId: "x", expiresAt: 0 };
  }
  if (frame.event === "join-room") return { event: "room-joined", roomId };
  return { event: "message-ack", roomId, id: "x", offset: 1, clientId: "x" };
}

/** Tokens are believed as they are: who signed them, for whom and until when is not looked at. */
export const believing: Weakness = through((world) => {
  const believed = async (token: string, aud: string) => {
    const claims = claimsOf(token);
    if (claims === null) return token;
    const { exp: _exp, iss: _iss, aud: _aud, iat: _iat, nbf: _nbf, ...rest } =
      claims;
    return await world.sign(claimsFor(world, { ...rest, aud }));
  };
  return {
    async request(service, request) {
      const given = request.headers.get("authorization")?.split(" ")[1];
      if (given && service !== "web") {
        const token = await believed(given, service);
        request.headers.set("authorization", `Bearer ${token}`);
      }
      return request;
    },
    fromClient: async (service, frame) =>
      typeof frame.token === "string"
        ? { ...frame, token: await believed(frame.token, service) }
        : frame,
  };
});

/** Where a request comes from is not looked at. */
export const fromAnywhere: Weakness = through(({ appUrl }) => ({
  request(_, request) {
    request.headers.delete("sec-fetch-site");
    request.headers.set("origin", appUrl);
    return request;
  },
}));

/** Pages come without their content security policy and other headers that browsers obey. */
export const withoutHeaders: Weakness = through(() => ({
  response(answer) {
    for (const name of [...answer.headers.keys()]) {
      if (name !== "content-type") answer.headers.delete(name);
    }
    return answer;
  },
}));

/** What an answer says is changed so. */
export const saying = (change: (text: string) => string): Weakness =>
  through(() => ({ text: change }));

/** Text reaches pages as somebody typed it. */
export const unescaped: Weakness = saying((text) =>
  text.replaceAll("\\u003C", "<").replaceAll("\\u003c", "<")
    .replaceAll("\\x3C", "<").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
);
