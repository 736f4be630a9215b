/** Whether realtime and the transcriber accept requests from the pages of APP_URL. */
import { addresses } from "../services.ts";
import {
  type Circumstances,
  type Env,
  type Finding,
  ok,
  text,
  wrong,
} from "./finding.ts";
import { reach } from "./reach.ts";

const httpOf = (address: string) =>
  address.replace(/^ws/, "http").replace(/\/+$/, "");

/** Whether realtime is there, and lets pages of APP_URL open a socket where it has its own address. */
export async function checkRealtime(
  env: Env,
  about: Circumstances,
): Promise<Finding[]> {
  const { APP_URL, REALTIME_INTERNAL_URL } = addresses(env);
  const publicUrl = text(env, "WS_URL");
  const name = publicUrl ? "WS_URL" : "REALTIME_INTERNAL_URL";
  const url = httpOf(publicUrl ?? REALTIME_INTERNAL_URL);
  if (!URL.canParse(url) || !URL.canParse(APP_URL)) return [];
  const found: Finding[] = [];
  const health = await reach(name, `${url}/readyz`, about, found);
  if (health === undefined) return found;
  if (!health.response.ok) {
    found.push(wrong(
      name,
      `${name}: realtime answers, but is not ready (HTTP ${health.response.status}). Its log says why.`,
    ));
  }
  if (!publicUrl) {
    return found.length ? found : [ok(name, "Realtime is ready for web.")];
  }
  const upgrade = await upgradeStatus(url, new URL(APP_URL).origin);
  if (upgrade === 403) {
    found.push(wrong(
      "APP_URL",
      `APP_URL: realtime refuses pages of ${
        new URL(APP_URL).origin
      }, so its own APP_URL is another. Give all three services the same APP_URL.`,
    ));
  } else if (upgrade !== 101) {
    found.push(wrong(
      "WS_URL",
      `WS_URL: no WebSocket opens there (HTTP ${upgrade}). A proxy in between must pass on Upgrade and Connection.`,
    ));
  }
  return found.length ? found : [ok("WS_URL", "Realtime takes our pages.")];
}

/** The status of a WebSocket handshake (RFC 6455 §4.1) with this Origin. */
async function upgradeStatus(url: string, origin: string): Promise<number> {
  const { hostname, port, protocol, pathname, host } = new URL(url);
  const address = {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (protocol === "https:" ? 443 : 80),
  };
  using connection = protocol === "https:"
    ? await Deno.connectTls({ ...address, alpnProtocols: ["http/1.1"] })
    : await Deno.connect(address);
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(
    new Uint8Array(16),
  )));
  const head = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    `Origin: ${origin}`,
  ];
  await connection.write(
    new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`),
  );
  const bytes = new Uint8Array(256);
  const length = await connection.read(bytes) ?? 0;
  const line = new TextDecoder().decode(bytes.subarray(0, length));
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0);
}

/** Whether the transcriber lets pages of APP_URL read its answers. */
export async function checkTranscriber(
  env: Env,
  about: Circumstances,
): Promise<Finding[]> {
  const { APP_URL, TRANSCRIBER_INTERNAL_URL } = addresses(env);
  const publicUrl = text(env, "TRANSCRIBER_URL");
  const inside = "TRANSCRIBER_INTERNAL_URL";
  if (!URL.canParse(APP_URL)) return [];
  const found: Finding[] = [];
  if (!publicUrl) {
    const url = `${httpOf(TRANSCRIBER_INTERNAL_URL)}/healthz`;
    if (!URL.canParse(url)) return [];
    if (await reach(inside, url, about, found) === undefined) return found;
    return found.length ? found : [ok(inside, "The transcriber answers web.")];
  }
  if (!URL.canParse(publicUrl)) return [];
  const origin = new URL(APP_URL).origin;
  const url = httpOf(publicUrl);
  const answer = await reach(
    "TRANSCRIBER_URL",
    `${url}/transcribe`,
    about,
    found,
    {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
      },
    },
  );
  if (answer === undefined) return found;
  const allowed = answer.response.headers.get("access-control-allow-origin");
  if (allowed !== origin) {
    found.push(wrong(
      "APP_URL",
      `APP_URL: the transcriber does not let pages of ${origin} use it, so its own APP_URL is another. Give all three services the same APP_URL.`,
    ));
  }
  return found.length
    ? found
    : [ok("TRANSCRIBER_URL", "The transcriber takes our pages.")];
}
