import type { Account } from "../accounts/types.ts";
import { type TestApp, testApp } from "../http/testing/app.ts";
import { acceptInvitation } from "../rooms/accept.ts";
import { invite } from "../rooms/invite.ts";
import { createRoom } from "../rooms/rooms.ts";
import { addDevice } from "./devices.ts";
import { notifyPeople } from "./work.ts";

/** Ada, Bob and Cy in a room, and a clock that can be put forward. */
export interface Away extends AsyncDisposable {
  app: TestApp;
  ada: Account;
  bob: Account;
  cy: Account;
  cookieOf(who: Account): string;
  roomId: string;
  /** Ada says something; gives the message. */
  say(content: string): Promise<{ id: string; offset: number }>;
  device(who: Account, name: string, endpoint?: string): Promise<void>;
  /** Puts the clock forward: milliseconds. */
  later(ms: number): void;
  /** Does what a process of web does when it is called. */
  work(s?: TestApp["services"]): Promise<number | null>;
  /** What devices were shown: `device message`. */
  shown(): string[];
}

export async function away(): Promise<Away> {
  const app = await testApp();
  const [a, b, c] = [
    await app.person("Ada"),
    await app.person("Bob"),
    await app.person("Cy"),
  ];
  const { services: s } = app;
  const room = await createRoom(s, a.account, "Tea");
  for (const { account } of [b, c]) {
    await invite(s, a.account, room.id, account.email);
    const code = app.mails.at(-1)!.text.match(/\/invitations\/(\S+)/)![1];
    await acceptInvitation(s, account, code);
    const { kv } = s;
    const entry = await kv.get<Account>(["accounts", account.id]);
    await kv.set(entry.key, { ...entry.value, unconfirmedUntil: undefined });
  }
  app.mails.length = 0;
  const realNow = Date.now;
  let ahead = 0;
  Date.now = () => realNow() + ahead;
  const cookies = new Map([a, b, c].map((it) => [it.account.id, it.cookie]));
  return {
    app,
    ada: a.account,
    bob: b.account,
    cy: c.account,
    cookieOf: ({ id }) => cookies.get(id)!,
    roomId: room.id,
    say: (content) =>
      s.realtime.post(a.account, room.id, {
        ...{ clientId: crypto.randomUUID(), content },
      }),
    device: (who, name, endpoint = `https://push.test/${name}`) =>
      addDevice(s, who.id, {
        ...{ endpoint, name, p256dh: "B".padEnd(87, "A") },
        auth: "A".repeat(22),
        token: cookies.get(who.id)!.split("=")[1],
      }),
    later: (ms) => void (ahead += ms),
    work: (services = s) => notifyPeople(services),
    shown: () =>
      app.push.taken.map(({ endpoint, text }) => {
        const { kind, body, tag } = JSON.parse(text);
        const what = kind === "message" ? body : kind;
        return `${endpoint.split("/").at(-1)} ${what || tag}`;
      }).sort(),
    async [Symbol.asyncDispose]() {
      Date.now = realNow;
      await app[Symbol.asyncDispose]();
    },
  };
}
