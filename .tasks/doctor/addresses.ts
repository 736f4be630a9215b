/** How the addresses fit together: what a browser on another machine would make of them. */
import { isLocal } from "../../web/env.ts";
import { addresses } from "../services.ts";
import { type Env, type Finding, note, ok, text, wrong } from "./finding.ts";

const PRIVATE =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[f[cd])|\.(local|internal|lan)$/;

/** Checks APP_URL against WS_URL, TRANSCRIBER_URL and the ports. */
export function checkAddresses(env: Env): Promise<Finding[]> {
  const at = addresses(env);
  const app = URL.parse(at.APP_URL);
  // Malformed ones are told by the services that read them.
  if (!app) return Promise.resolve([]);
  const found = isLocal(app)
    ? localPort(env, at.PORT, app)
    : publicAddresses(env, app);
  found.push(...ports(env, at));
  const fitting = found.length
    ? found
    : [ok("Addresses", "They fit together.")];
  return Promise.resolve([
    ...fitting,
    ...proxy(env, app),
    ...signUp(env, app),
  ]);
}

function publicAddresses(env: Env, app: URL): Finding[] {
  const found: Finding[] = [];
  if (app.protocol === "http:") {
    found.push(wrong(
      "APP_URL",
      PRIVATE.test(app.hostname)
        ? "APP_URL is http:// on another machine: browsers give no page there the camera or the microphone. Put a proxy with a certificate before web, and use https://."
        : "APP_URL is http:// on a public host: passwords and faces would travel unencrypted, and browsers refuse the camera. Use https://.",
    ));
  }
  for (
    const [name, secure] of [
      ["WS_URL", "wss:"],
      ["TRANSCRIBER_URL", "https:"],
    ] as const
  ) {
    const url = URL.parse(text(env, name) ?? "");
    if (!url) continue;
    if (isLocal(url)) {
      found.push(wrong(
        name,
        `${name} is on localhost while APP_URL is ${app.origin}: each browser would look for it on its own machine. Unset ${name}, and web passes on what is for that service.`,
      ));
    } else if (app.protocol === "https:" && url.protocol !== secure) {
      found.push(wrong(
        name,
        `${name} must start with ${secure}// because APP_URL is https: browsers refuse the mixture.`,
      ));
    }
  }
  return found;
}

function localPort(env: Env, port: string, app: URL): Finding[] {
  if (text(env, "TRUST_PROXY") === "1") return [];
  const shown = app.port || (app.protocol === "https:" ? "443" : "80");
  if (shown === port) return [];
  return [wrong(
    "APP_URL",
    `APP_URL names port ${shown} and PORT is ${port}: nobody would answer there. Make them the same.`,
  )];
}

/** Web has no certificates of its own: https means that something stands before it. */
function proxy(env: Env, app: URL): Finding[] {
  const isBehind = app.protocol === "https:" &&
    text(env, "DENO_DEPLOYMENT_ID") === undefined;
  if (!isBehind || (text(env, "TRUST_PROXY") ?? "0") !== "0") return [];
  return [note(
    "TRUST_PROXY",
    "Unset, as it should be on Deno Deploy. Behind a proxy of your own set it to 1: until then everybody's sign-in attempts are counted together, as the proxy's.",
  )];
}

/** On a public address, whoever finds the page can make an account. */
function signUp(env: Env, app: URL): Finding[] {
  const isOpen = (text(env, "SIGN_UP") ?? "open").toLowerCase() === "open";
  if (!isOpen || isLocal(app) || PRIVATE.test(app.hostname)) return [];
  const sees = (text(env, "PEOPLE_DIRECTORY") ?? "everyone").toLowerCase();
  return [
    note(
      "SIGN_UP",
      "Open to anyone who finds the address. Set it to invited, or to the domains of your team's e-mail addresses, to keep strangers out.",
    ),
    ...(sees === "everyone"
      ? [note(
        "PEOPLE_DIRECTORY",
        "Whoever signs up and confirms an address sees the names of everyone here. Set it to rooms to show people only to those they share a room with.",
      )]
      : []),
  ];
}

const PORTS = ["PORT", "WS_PORT", "TRANSCRIBER_PORT"] as const;

/** Two services on one port. Each in a container of its own may share the number. */
function ports(env: Env, at: ReturnType<typeof addresses>): Finding[] {
  const seen = new Map<string, string>();
  const found: Finding[] = [];
  for (const name of PORTS) {
    const other = seen.get(at[name]);
    if (other && text(env, name) !== undefined) {
      found.push(wrong(
        name,
        `${name} and ${other} are both ${
          at[name]
        }. Give each service its own port.`,
      ));
    }
    seen.set(at[name], name);
  }
  return found;
}
