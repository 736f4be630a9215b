/** What another site's page can make the browser of somebody who is signed in do. */
import { type Attack, held, succeeded, succeededIf } from "../attack.ts";
import { judged, send, type Try } from "../http.ts";
import {
  asOwner,
  fromAnywhere,
  through,
  withoutHeaders,
} from "../weaknesses.ts";
import { Wire } from "../wire.ts";

/** What browsers say of where a request comes from (Fetch Metadata; RFC 6454 §7). */
const PLACES: Record<string, Record<string, string>> = {
  "another site": {
    origin: "https://evil.example",
    "sec-fetch-site": "cross-site",
  },
  "another site, an old browser": { origin: "https://evil.example" },
  "another port of this host": {
    origin: "http://localhost:1",
    "sec-fetch-site": "same-site",
  },
  "a sandboxed frame": { origin: "null", "sec-fetch-site": "cross-site" },
  "a sandboxed frame, an old browser": { origin: "null" },
  "nowhere it would say": {},
  "a page it names in its Referer": { referer: "https://evil.example/" },
  "a name that begins like ours": { origin: "http://localhost.evil.example" },
};

const CHANGES: Record<string, Try> = {
  "a message": {
    ...{ service: "web", method: "POST", path: "/rooms/{room}" },
    form: { content: "Not mine", clientId: "cross-1" },
  },
  "a new room": {
    ...{ service: "web", method: "POST", path: "/rooms" },
    form: { name: "Not mine" },
  },
  "signing out": { service: "web", method: "POST", path: "/logout", form: {} },
  "an invitation": {
    ...{ service: "web", method: "POST", path: "/rooms/{room}/members" },
    form: { intent: "invite", email: "friend@attacks.test" },
  },
  "a token by the API": {
    ...{ service: "web", method: "POST", path: "/api/token" },
    json: { audience: "realtime" },
  },
};

/** What says nothing may be a program's, when it is no form: another site cannot send that. */
const isProgram = (place: string, { json }: Try) =>
  json !== undefined && !("origin" in PLACES[place]);

const forms = Object.entries(PLACES).flatMap(([place, headers]) =>
  Object.entries(CHANGES).filter(([, it]) => !isProgram(place, it)).map((
    [what, attempt],
  ): Attack => ({
    name: `from ${place}: ${what}`,
    async run(world) {
      // A signed-out session would be refused for that; the outsider's is good.
      const whose = what === "signing out" ? world.outsider : world.owner;
      const all = { ...headers, cookie: whose.cookie };
      const answer = await send(world, attempt, all, true);
      await answer.body?.cancel();
      return answer.status === 403
        ? held()
        : succeeded(`answered ${answer.status}`);
    },
    undone: what === "signing out"
      // Signed out, the outsider would be of no use to other attacks.
      ? through(() => ({ request: () => new Response(null, { status: 303 }) }))
      : fromAnywhere,
  }))
);

const asText: Attack = {
  name: "from another site: JSON sent as a form's text/plain",
  async run(world) {
    const answer = await fetch(`${world.web}/api/token`, {
      method: "POST",
      headers: { "content-type": "text/plain", cookie: world.owner.cookie },
      body: '{"audience":"realtime"}',
    });
    return await judged(answer);
  },
  undone: through(() => ({
    request(_, request) {
      request.headers.set("content-type", "application/json");
      return request;
    },
  })),
};

const sockets = (["realtime", "transcriber"] as const).map((
  service,
): Attack => ({
  name: `from another site: a socket to ${service}`,
  async run(world) {
    const path = service === "transcriber" ? "/transcribe/live" : "/";
    const origin = "https://evil.example";
    // A token of one's own, which a page may name as a subprotocol.
    const token = await world.token(world.outsider, service);
    const authorization = `Bearer ${token}`;
    await using wire = new Wire(world[service] + path, {
      ...{ origin, authorization },
    });
    return succeededIf(await wire.opened, "the socket opened");
  },
  undone: fromAnywhere,
}));

const tokenless: Attack = {
  name: "without a token: a socket to the transcriber",
  async run(world) {
    // Its frames of up to 64 MB each would be read.
    await using wire = new Wire(`${world.transcriber}/transcribe/live`);
    return succeededIf(await wire.opened, "the socket opened");
  },
  undone: asOwner,
};

const readers = (["web", "realtime", "transcriber"] as const).map((
  service,
): Attack => ({
  name: `from another site: reading an answer of ${service}`,
  async run(world) {
    const answer = await fetch(`${world[service]}/healthz`, {
      headers: { origin: "https://evil.example" },
    });
    await answer.body?.cancel();
    const allowed = answer.headers.get("access-control-allow-origin");
    return succeededIf(
      allowed === "*" || allowed === "https://evil.example",
      `allowed for ${allowed}`,
    );
  },
  undone: through(() => ({
    response(answer) {
      answer.headers.set("access-control-allow-origin", "*");
      return answer;
    },
  })),
}));

const framed = ["/login", "/rooms/{room}", "/account", "/rooms/{room}/members"]
  .map((path): Attack => ({
    name: `from another site: ${path} in a frame`,
    async run(world) {
      const attempt: Try = { service: "web", method: "GET", path };
      const { cookie } = world.owner;
      const answer = await send(world, attempt, { cookie });
      await answer.body?.cancel();
      const policy = answer.headers.get("content-security-policy") ?? "";
      return succeededIf(
        !/frame-ancestors 'none'/.test(policy),
        "another page may frame it",
      );
    },
    undone: withoutHeaders,
  }));

/** Where `next` must not lead. */
const ELSEWHERE = [
  "//evil.example",
  "https://evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
];

const redirects = ELSEWHERE.map((next): Attack => ({
  name: `a link that leads elsewhere after signing in: ${JSON.stringify(next)}`,
  async run(world) {
    const answer = await fetch(
      `${world.web}/login?next=${encodeURIComponent(next)}`,
      { headers: { cookie: world.owner.cookie }, redirect: "manual" },
    );
    await answer.body?.cancel();
    const location = answer.headers.get("location") ?? "";
    const to = new URL(location, world.web);
    return succeededIf(to.origin !== new URL(world.web).origin, location);
  },
  undone: through(() => ({
    request: (_, request) => {
      const next = new URL(request.url).searchParams.get("next") ?? "";
      const clean = next.replace(/[\t\n]/g, "");
      return new Response(null, { status: 303, headers: { location: clean } });
    },
  })),
}));

const cookies: Attack = {
  name: "a script or another site: reads or sends the session's cookie",
  async run(world) {
    const answer = await fetch(`${world.web}/logout`, {
      method: "POST",
      headers: { origin: world.appUrl },
      redirect: "manual",
    });
    await answer.body?.cancel();
    const [line = ""] = answer.headers.getSetCookie();
    return succeededIf(
      !/HttpOnly/i.test(line) || !/SameSite=(Lax|Strict)/i.test(line),
      line,
    );
  },
  undone: withoutHeaders,
};

const sniffed: Attack = {
  name: "a page taken for another type, or told what brought somebody there",
  async run(world) {
    const answer = await fetch(`${world.web}/login`);
    await answer.body?.cancel();
    const { headers } = answer;
    return succeededIf(
      headers.get("x-content-type-options") !== "nosniff" ||
        headers.get("referrer-policy") === null,
      "a header is missing",
    );
  },
  undone: withoutHeaders,
};

const inline: Attack = {
  name: "a script written into a page runs without the page's nonce",
  async run(world) {
    const answer = await fetch(`${world.web}/rooms/${world.roomId}`, {
      headers: { cookie: world.owner.cookie },
    });
    await answer.body?.cancel();
    const policy = answer.headers.get("content-security-policy") ?? "";
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? "";
    const base = /base-uri|default-src/.test(policy);
    const open = scripts === "" || !base ||
      (scripts.includes("'unsafe-inline'") && !scripts.includes("'nonce-"));
    return succeededIf(open, policy);
  },
  undone: withoutHeaders,
};

export const crossSite: Attack[] = [
  ...forms,
  asText,
  ...sockets,
  tokenless,
  ...readers,
  ...framed,
  ...redirects,
  cookies,
  sniffed,
  inline,
];
