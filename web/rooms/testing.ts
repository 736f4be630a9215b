import { memoryFiles } from "../files/testing.ts";
import type {
  MemberList,
  MembersUpdate,
} from "../../realtime/protocol-http.ts";
import { type AccountRecord, keys } from "../accounts/store.ts";
import { relist } from "../accounts/listing.ts";
import { randomToken } from "../accounts/secrets.ts";
import type { Account } from "../accounts/types.ts";
import type { Mail } from "../mail/mailer.ts";
import type { Services } from "../services.ts";
import { acceptInvitation } from "./accept.ts";
import { invite } from "./invite.ts";

type HandedOver = [roomId: string, list: MemberList];

/** The services rooms need, in memory, with what was sent and handed over. */
export interface Stage {
  s: Pick<Services, "config" | "kv" | "mailer" | "realtime">;
  mails: Mail[];
  /** What realtime was told of who is in rooms. */
  handedOver: HandedOver[];
  /** What of it was told as a change alone. */
  updates: MembersUpdate[];
  /** What realtime was told of rooms that are called otherwise. */
  renamed: [roomId: string, name: string][];
  /** The rooms realtime was told to delete. */
  ended: string[];
  /** What the mailer and realtime fail with, while set. */
  broken: { mailer?: Error; realtime?: Error };
  /** A new account. */
  person(name: string): Promise<Account>;
  /** Invites the person's address, and gives the code from the e-mail. */
  codeFor(inviter: Account, roomId: string, email: string): Promise<string>;
  /** Invites the person and accepts for them. */
  bring(inviter: Account, roomId: string, guest: Account): Promise<void>;
}

/** A list as realtime has it after a change; undefined where that does not follow on from it. */
export function updated(
  list: MemberList | undefined,
  { version, after, changed, loud }: MembersUpdate,
): MemberList | undefined {
  if (list && list.version >= version) return list;
  if (!list || !after.includes(list.version)) return undefined;
  const roles = Object.entries({ ...list.members, ...changed })
    .flatMap(([id, role]) => role ? [[id, role]] : []);
  return {
    version,
    members: Object.fromEntries(roles),
    ...(loud ? { loud } : {}),
  };
}

async function makeAccount(kv: Deno.Kv, name: string): Promise<Account> {
  const id = crypto.randomUUID();
  const email = `${name.toLowerCase().replaceAll(" ", ".")}@example.com`;
  const account = { id, name, email, createdAt: Date.now(), hasFace: false };
  const record: AccountRecord = {
    ...account,
    emailKey: email,
    passwordHash: "",
    generation: 0,
    consent: { at: account.createdAt, textVersion: "1" },
  };
  const listed = kv.atomic().set(keys.account(id), record);
  relist(listed, null, record);
  await listed.commit();
  await kv.set(keys.accountByEmail(email), id);
  return account;
}

/** The code in the newest e-mail's link. */
function codeOf(mails: Mail[]): string {
  const code = mails.at(-1)?.text.match(/\/invitations\/(\S+)/)?.[1];
  if (code === undefined) throw new Error("The e-mail has no link");
  return code;
}

/** Runs a test on services of its own. */
export function onStage(test: (stage: Stage) => Promise<void>) {
  return async () => {
    using kv = await Deno.openKv(":memory:");
    const mails: Mail[] = [];
    const handedOver: HandedOver[] = [];
    const updates: MembersUpdate[] = [];
    const ended: string[] = [];
    const renamed: Stage["renamed"] = [];
    const broken: Stage["broken"] = {};
    const unused = () => Promise.reject(new Error("Not used by rooms"));
    const s = {
      kv,
      config: {
        appUrl: "http://localhost:8000",
        peopleDirectory: "everyone",
        openRooms: "everyone",
      } as Services["config"],
      mailer: {
        send(mail: Mail) {
          if (broken.mailer) return Promise.reject(broken.mailer);
          mails.push(mail);
          return Promise.resolve();
        },
      },
      realtime: {
        history: unused,
        search: unused,
        find: unused,
        amend: unused,
        post: unused,
        summaries: unused,
        activity: unused,
        stillSo: unused,
        markRead: unused,
        stream: unused,
        sessionsEnded: unused,
        rename: unused,
        transcript: unused,
        clips: () => Promise.resolve({ clips: [], files: [] }),
        written: () => Promise.resolve({ messages: [], reactions: [] }),
        withdraw: () => Promise.resolve({}),
        leftovers: () => Promise.resolve([]),
        leftoversTaken: () => Promise.resolve(),
        showPreview: () => Promise.resolve(),
        alerts: () => Promise.resolve([]),
        alertsTaken: () => Promise.resolve(),
        alertPage: () =>
          Promise.resolve({ epoch: "", offset: 0, more: false, messages: [] }),
        positions: unused,
        readFor: unused,
        namesChanged: () => Promise.resolve(),
        roomRenamed: (roomId: string, name: string) =>
          Promise.resolve(void renamed.push([roomId, name])),
        endRoom(roomId: string) {
          if (broken.realtime) return Promise.reject(broken.realtime);
          ended.push(roomId);
          return Promise.resolve();
        },
        handOver(roomId: string, list: MemberList) {
          if (broken.realtime) return Promise.reject(broken.realtime);
          handedOver.push([roomId, list]);
          return Promise.resolve();
        },
        updateMembers(roomId: string, update: MembersUpdate) {
          if (broken.realtime) return Promise.reject(broken.realtime);
          const lists = handedOver.filter(([id]) => id === roomId)
            .map(([, list]) => list)
            .sort((a, b) => a.version - b.version);
          const list = updated(lists.at(-1), update);
          if (list && list !== lists.at(-1)) {
            updates.push(update);
            handedOver.push([roomId, list]);
          }
          return Promise.resolve(list !== undefined);
        },
      },
    };
    const codeFor: Stage["codeFor"] = async (inviter, roomId, email) => {
      await invite(s, inviter, roomId, email);
      return codeOf(mails);
    };
    await test({
      s,
      mails,
      handedOver,
      updates,
      ended,
      renamed,
      broken,
      person: (name) => makeAccount(kv, name),
      codeFor,
      async bring(inviter, roomId, guest) {
        const code = await codeFor(inviter, roomId, guest.email);
        await acceptInvitation(s, guest, code);
      },
    });
  };
}

/** A code that nobody was given. */
export const unknownCode = randomToken;

/** The same services with what it takes to have the others delete something. */
export const elsewhere = <S extends object>(
  s: S,
  transcriberUrl = "http://127.0.0.1:9",
) => ({
  files: memoryFiles(),
  ...s,
  config: { transcriberUrl },
  signer: {
    serviceToken: () => Promise.resolve("service"),
  } as Partial<Services["signer"]> as Services["signer"],
});

/** A transcriber that is told what to delete, and answers so. */
export function eraser(
  answer: (path: string, body: Record<string, unknown>) => Response,
): { url: string; shutdown(): Promise<void> } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) =>
      answer(new URL(request.url).pathname, await request.json()),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    shutdown: () => server.shutdown(),
  };
}
