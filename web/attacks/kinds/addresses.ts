/** Web's one address as a way to the other services, and as what links in e-mails begin with. */
import {
  type Attack,
  type Outcome,
  succeeded,
  succeededIf,
} from "../attack.ts";
import { outboxOf } from "../../mail/testing-outbox.ts";
import { writtenUnguarded } from "../mails.ts";
import { open, opening } from "../raw.ts";
import { fromAnywhere, sayingYes, through } from "../weaknesses.ts";
import { Wire } from "../wire.ts";

/** The first line of the answer to a request byte by byte, which no client would send so. */
async function statusOf(
  base: string,
  method: string,
  path: string,
  headers: string[],
  body = "",
): Promise<{ status: number; text: string }> {
  await using socket = await open(base);
  // The Host of the attacker's choice comes first, and ours not at all.
  const head = opening(method, path, base, [...headers, "Connection: close"]);
  const host = headers.some((line) => line.startsWith("Host:"));
  const sent = host ? head.replace(/Host: [^\r]*\r\n/, "") : head;
  await socket.write(sent + body);
  await socket.ended(5_000);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(socket.text)?.[1] ?? 0);
  return { status, text: socket.text };
}

const foreign: Attack[] = ["/realtime", "/transcriber/transcribe/live"].map((
  path,
) => ({
  name: `from another site: a socket through web at ${path}`,
  async run(world) {
    const token = await world.token(world.outsider, "transcriber");
    const headers = {
      origin: "https://evil.example",
      cookie: world.outsider.cookie,
      authorization: `Bearer ${token}`,
    };
    await using wire = new Wire(world.web + path, headers);
    return succeededIf(await wire.opened, "the socket opened");
  },
  undone: fromAnywhere,
}));

/** Ways to write an address outside of what is passed on. */
const OUTSIDE = [
  "/transcriber/metrics",
  "/transcriber/sessions",
  "/transcriber/../metrics",
  "/transcriber/clips/../metrics",
  "/transcriber/clips/%2e%2e/metrics",
  "/transcriber/clips/..%2f..%2fmetrics",
  "/transcriber//metrics",
  "/transcriber/languages/../metrics",
  "/transcriber/languages\\..\\metrics",
  "/transcriber/@127.0.0.1/metrics",
  "/transcriber/.%00./metrics",
];

const inside = /transcriber_requests_total|process_cpu_seconds/;

const outside: Attack[] = OUTSIDE.map((path) => ({
  name: `what the transcriber measures, by ${path}`,
  async run(world) {
    const { text } = await statusOf(world.web, "GET", path, []);
    return succeededIf(inside.test(text), "the measurements came");
  },
  undone: through(() => ({
    request: () => new Response("transcriber_requests_total 1"),
  })),
}));

/** Opens so many sockets to realtime, each with an address as said; how many opened. */
async function openedAs(
  realtime: string,
  said: (i: number) => string,
): Promise<Outcome> {
  const wires = Array.from(
    { length: 260 },
    (_, i) =>
      new Wire(realtime, {
        "x-forwarded-for": said(i),
        "x-web-token": "made-up",
      }),
  );
  const opened = await Promise.all(wires.map((wire) => wire.opened));
  await Promise.all(wires.map((wire) => wire[Symbol.asyncDispose]()));
  const many = opened.filter(Boolean).length;
  return succeededIf(many > 200, `${many} sockets opened`);
}

/** Whether whoever makes up an address each time gets past the count of sockets that say nothing. */
const forwarded: Attack = {
  name: "an address made up for each socket to realtime, to have more of them",
  run: ({ realtime }) =>
    openedAs(realtime, (i) => `203.0.113.${i % 250}, 198.51.100.${i % 250}`),
  undone: sayingYes,
};

/** How one address is written otherwise each time, also by proxies that mean well. */
const WRITTEN: Record<string, (i: number) => string> = {
  "with the port": (i) => `203.0.113.7:${10_000 + i}`,
  "with the port, as IPv6": (i) => `[2001:db8::7]:${10_000 + i}`,
  "in the network of one customer": (i) => `2001:db8::${i.toString(16)}`,
  "as nothing that is an address": (i) => `203.0.113.7 ${i}`,
};

const written = Object.entries(WRITTEN).map(([how, said]): Attack => ({
  name: `many sockets from one address that our proxy writes ${how}`,
  async run(world) {
    const { realtime } = await world.strict();
    return await openedAs(realtime, (i) => `10.0.0.1, ${said(i)}`);
  },
  undone: sayingYes,
}));

const OUTBOX: Record<string, string[]> = {
  "a Host that is not this machine": ["Host: chat.evil.example"],
  "a proxy, for somebody elsewhere": ["X-Forwarded-For: 203.0.113.7"],
  "a proxy of another kind": ["Forwarded: for=203.0.113.7"],
  "a proxy that names itself alone": ["Via: 1.1 proxy"],
  "a proxy that says X-Real-IP": ["X-Real-IP: 203.0.113.7"],
  "a proxy that says how it was reached": ["X-Forwarded-Proto: https"],
};

const outbox: Attack[] = Object.entries(OUTBOX).map(([what, headers]) => ({
  name: `the outbox, by ${what}`,
  async run(world) {
    const { status } = await statusOf(world.web, "GET", "/outbox", headers);
    return succeededIf(status === 200, "the e-mails were shown");
  },
  undone: through(() => ({ request: () => new Response("e-mails") })),
}));

/** Hosts somebody may write so that a link in an e-mail leads to them. */
const HOSTS = [
  "evil.example",
  "192.0.2.66:8000",
  "localhost:1",
];

const poisoned: Attack[] = HOSTS.map((host) => ({
  name: `a link to a new password that leads to ${host}`,
  async run(world) {
    const outbox = outboxOf(world.dataDir);
    const mails = async () => (await outbox.list()).map(({ id }) => id);
    const before = await mails();
    const body = new URLSearchParams({ email: world.outsider.email });
    const { status } = await statusOf(world.web, "POST", "/login/forgot", [
      `Host: ${host}`,
      "Sec-Fetch-Site: same-origin",
      "Content-Type: application/x-www-form-urlencoded",
      `Content-Length: ${`${body}`.length}`,
    ], `${body}`);
    if (status >= 400) return { held: true };
    for (let tries = 0; tries < 200; tries += 1) {
      const mail = (await mails()).find((id) => !before.includes(id));
      if (mail) {
        const text = (await outbox.read(mail))?.text ?? "";
        return succeededIf(
          text.includes(`//${host}/login/reset`),
          "the link leads there",
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return succeeded("no e-mail came, so it cannot be judged");
  },
  undone: through((world) => ({
    async request(_, request) {
      if (!request.url.endsWith("/login/forgot")) return request;
      const text = `http://${host}/login/reset/code`;
      await writtenUnguarded(world.dataDir, world.outsider.email, { text });
      return new Response(null, { status: 303, headers: { location: "/" } });
    },
  })),
}));

export const addresses: Attack[] = [
  ...foreign,
  ...outside,
  forwarded,
  ...written,
  ...outbox,
  ...poisoned,
];
