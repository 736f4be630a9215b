/** Notifications that would have web ask where their reader cannot (issue 17, 7). */
import { type Attack, succeededIf } from "../attack.ts";
import { sendJson } from "../people.ts";
import { answering } from "../weaknesses.ts";

/** Where a browser's push service never is. */
const INSIDE = [
  "https://127.0.0.1/x",
  "https://localhost/x",
  "https://[::1]/x",
  "https://[::ffff:127.0.0.1]/x",
  "https://2130706433/x",
  "https://169.254.169.254/latest/meta-data/",
  "https://10.0.0.1/x",
  "https://192.168.1.1/x",
  "http://push.example/x",
  "https://user:pass@localhost/x",
  "file:///etc/passwd",
];

/** The keys of a subscription as a browser makes them. */
async function subscriptionKeys() {
  const { publicKey } = await crypto.subtle.generateKey(
    { name: "ECDH", namedCurve: "P-256" },
    true,
    ["deriveBits"],
  );
  const point = await crypto.subtle.exportKey("raw", publicKey);
  const written = (bytes: Uint8Array) =>
    bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  return {
    p256dh: written(new Uint8Array(point)),
    auth: written(crypto.getRandomValues(new Uint8Array(16))),
  };
}

export const push: Attack[] = INSIDE.map((endpoint): Attack => ({
  name: `a device whose push service is ${endpoint}`,
  async run({ web, outsider }) {
    const body = { endpoint, ...await subscriptionKeys() };
    const url = `${web}/account/notifications/device`;
    const answer = await sendJson(url, body, outsider.cookie);
    const said = await answer.text();
    // Refused for where it leads, and not for something else.
    return succeededIf(
      answer.status !== 422 || !said.includes("push service cannot"),
      `answered ${answer.status} ${said.slice(0, 80)}`,
    );
  },
  undone: answering(() => new Response(null, { status: 204 })),
}));
