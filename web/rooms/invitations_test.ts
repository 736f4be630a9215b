import { assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { acceptInvitation } from "./accept.ts";
import { OPEN_PER_ROOM, PER_ACCOUNT_AN_HOUR } from "./invitation-caps.ts";
import { VALID_MS } from "./invitation-store.ts";
import {
  findInvitation,
  listInvitations,
  rejectInvitation,
  revokeInvitation,
} from "./invitations.ts";
import { invite } from "./invite.ts";
import { leaveAllRooms } from "./members.ts";
import { createRoom, listRooms } from "./rooms.ts";
import { keys, type StoredInvitation } from "./store.ts";
import { onStage, type Stage, unknownCode } from "./testing.ts";
import { waitingInvitations } from "./waiting.ts";

const codeOf = async (attempt: () => Promise<unknown>): Promise<string> =>
  (await assertRejects(attempt, AppError)).code;

/** Ada's room, and Bob, who is not in it. */
async function adasRoom({ s, person }: Stage) {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  return { ada, bob, room: await createRoom(s, ada, "Tea") };
}

/** Changes what is stored of an invitation, as time would. */
async function age({ s }: Stage, id: string, byMs: number) {
  const { key, value } = await s.kv.get<StoredInvitation>(keys.invitation(id));
  if (value === null) throw new Error("There is no such invitation");
  const [createdAt, expiresAt] = [value.createdAt, value.expiresAt]
    .map((at) => at - byMs);
  await s.kv.set(key, { ...value, createdAt, expiresAt });
}

Deno.test(
  "an invitation is an e-mail with a link, and says who, where and until when",
  onStage(async (stage) => {
    const { ada, room } = await adasRoom(stage);
    const code = await stage.codeFor(ada, room.id, " Bob@Example.com ");
    assertEquals(stage.mails[0].to, "bob@example.com");
    const found = await findInvitation(stage.s, code);
    const [listed] = await listInvitations(stage.s, ada.id, room.id);
    assertEquals(listed, { ...found, delivery: "sent" });
    assertEquals(found?.roomName, "Tea");
    assertEquals(found?.invitedBy, "Ada");
    assertEquals(found?.status, "pending");
    assertEquals(Number(found?.expiresAt) - Number(found?.createdAt), VALID_MS);
  }),
);

Deno.test(
  "once sent, the code is in the e-mail and with whoever invites, and kept nowhere",
  onStage(async (stage) => {
    const { ada, room } = await adasRoom(stage);
    const shown = await invite(stage.s, ada, room.id, "bob@example.com");
    const code = stage.mails[0].text.match(/invitations\/(\S+)/)?.[1] ?? "";
    assertEquals(code.length >= 27, true, "160 bits are 27 characters");
    const stored = await Array.fromAsync(stage.s.kv.list({ prefix: [] }));
    const listed = await listInvitations(stage.s, ada.id, room.id);
    const seen = JSON.stringify(
      [stored, listed],
      (_, value) => typeof value === "bigint" ? String(value) : value,
    );
    assertEquals(seen.includes(code), false);
    assertEquals(shown.link, `http://localhost:8000/invitations/${code}`);
  }),
);

Deno.test(
  "only members invite, and only real addresses of people who are not in",
  onStage(async (stage) => {
    const { ada, bob, room } = await adasRoom(stage);
    await stage.bring(ada, room.id, bob);
    const eve = await stage.person("Eve");
    const tryTo = async (who: typeof ada, email: string) => {
      const { code, fields } = await assertRejects(
        () => invite(stage.s, who, room.id, email),
        AppError,
      );
      return [code, fields ? Object.keys(fields) : []];
    };
    assertEquals(await tryTo(eve, "x@example.com"), ["not-found", []]);
    assertEquals(await tryTo(ada, "BOB@example.com"), [
      "already-member",
      ["email"],
    ]);
    for (const email of ["", "bob", "a@b.com, c@d.com", "a@b.com\r\nBcc: x"]) {
      assertEquals(await tryTo(bob, email), ["invalid", ["email"]]);
    }
    assertEquals(stage.mails.length, 1);
  }),
);

Deno.test(
  "a second invitation of an address replaces the first",
  onStage(async (stage) => {
    const { ada, bob, room } = await adasRoom(stage);
    const first = await stage.codeFor(ada, room.id, bob.email);
    const [{ id }] = await listInvitations(stage.s, ada.id, room.id);
    await age(stage, id, 60_000);
    const second = await stage.codeFor(ada, room.id, bob.email);
    assertEquals((await listInvitations(stage.s, ada.id, room.id)).length, 1);
    const { s } = stage;
    assertEquals(
      await codeOf(() => acceptInvitation(s, bob, first)),
      "invitation-revoked",
    );
    assertEquals((await acceptInvitation(s, bob, second)).id, room.id);
  }),
);

Deno.test(
  "the same invitation asked for several times at once is one, and one e-mail",
  onStage(async (stage) => {
    const { ada, bob, room } = await adasRoom(stage);
    const made = await Promise.all(
      [1, 2, 3, 4].map(() => invite(stage.s, ada, room.id, bob.email)),
    );
    assertEquals(new Set(made.map(({ id }) => id)).size, 1);
    const open = await listInvitations(stage.s, ada.id, room.id);
    assertEquals(open.map(({ id }) => id), [made[0].id]);
    assertEquals(stage.mails.length, 1);
  }),
);

Deno.test(
  "two people inviting an address at once leave one open invitation",
  onStage(async (stage) => {
    const { ada, bob, room } = await adasRoom(stage);
    await stage.bring(ada, room.id, bob);
    const sent = stage.mails.length;
    await Promise.all(
      [ada, bob].map((who) => invite(stage.s, who, room.id, "c@example.com")),
    );
    const open = await listInvitations(stage.s, ada.id, room.id);
    assertEquals(open.length, 1);
    const states = await Promise.all(
      stage.mails.slice(sent).map(async ({ text }) => {
        const code = text.match(/invitations\/(\S+)/)?.[1] ?? "";
        return (await findInvitation(stage.s, code))?.status;
      }),
    );
    assertEquals(states.filter((status) => status === "pending").length, 1);
  }),
);

Deno.test(
  "declining ends an invitation, without an account and more than once",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, bob, room } = await adasRoom(stage);
    const code = await stage.codeFor(ada, room.id, bob.email);
    await rejectInvitation(s, null, code);
    await rejectInvitation(s, null, code);
    assertEquals((await findInvitation(s, code))?.status, "rejected");
    assertEquals(await listInvitations(s, ada.id, room.id), []);
    assertEquals(
      await codeOf(() => acceptInvitation(s, bob, code)),
      "invitation-rejected",
    );
  }),
);

Deno.test(
  "codes nobody was given open nothing",
  onStage(async ({ s, person }) => {
    const ada = await person("Ada");
    for (const code of [unknownCode(), "", "../x", "é".repeat(3_000)]) {
      assertEquals(await findInvitation(s, code), null);
      assertEquals(
        await codeOf(() => acceptInvitation(s, ada, code)),
        "not-found",
      );
      assertEquals(
        await codeOf(() => rejectInvitation(s, ada, code)),
        "not-found",
      );
    }
  }),
);

Deno.test(
  "after 7 days an invitation is over, though its link still says so",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, bob, room } = await adasRoom(stage);
    const code = await stage.codeFor(ada, room.id, bob.email);
    const [{ id }] = await listInvitations(s, ada.id, room.id);
    await age(stage, id, VALID_MS);
    assertEquals((await findInvitation(s, code))?.status, "expired");
    assertEquals(await listInvitations(s, ada.id, room.id), []);
    for (
      const attempt of [
        () => acceptInvitation(s, bob, code),
        () => rejectInvitation(s, bob, code),
      ]
    ) assertEquals(await codeOf(attempt), "invitation-expired");
    assertEquals(await listRooms(s, bob.id), []);
    await stage.bring(ada, room.id, bob);
  }),
);

Deno.test(
  "an invitation is taken back by an admin or its sender, of this room alone",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, bob, room } = await adasRoom(stage);
    await stage.bring(ada, room.id, bob);
    const eve = await stage.person("Eve");
    const evesRoom = await createRoom(s, eve, "Other");
    const mine = await invite(s, ada, room.id, "one@example.com");
    const bobs = await invite(s, bob, room.id, "two@example.com");
    const more = await invite(s, bob, room.id, "three@example.com");
    const revoke = (who: typeof ada, roomId: string, id: string) =>
      revokeInvitation(s, who, roomId, id);
    assertEquals(
      await codeOf(() => revoke(bob, room.id, mine.id)),
      "not-admin",
    );
    assertEquals(
      await codeOf(() => revoke(eve, room.id, mine.id)),
      "not-found",
    );
    assertEquals(
      await codeOf(() => revoke(eve, evesRoom.id, mine.id)),
      "not-found",
    );
    await revoke(bob, room.id, bobs.id);
    await revoke(ada, room.id, more.id);
    await revoke(ada, room.id, mine.id);
    assertEquals(await listInvitations(s, ada.id, room.id), []);
  }),
);

Deno.test(
  "an invitation of whoever deletes their account is over, and is shown to nobody, also where a crash came between",
  onStage(async (stage) => {
    const { s, person, bring, codeFor, mails } = stage;
    const { ada, bob, room } = await adasRoom(stage);
    await bring(ada, room.id, bob);
    const [guest, other] = [await person("Guest"), await person("Other")];
    const code = await codeFor(bob, room.id, guest.email);
    const adas = await codeFor(ada, room.id, other.email);
    const seen = async () => [
      (await listInvitations(s, ada.id, room.id)).map(({ email }) => email),
      (await waitingInvitations(s, guest)).length,
      (await findInvitation(s, code))?.status,
    ];
    assertEquals(await seen(), [[other.email, guest.email], 1, "pending"]);
    // They are out, and what they sent was not taken back yet.
    const { key, value } = await s.kv.get(keys.member(room.id, bob.id));
    await s.kv.delete(key);
    assertEquals(await seen(), [[other.email], 0, "revoked"]);
    await s.kv.set(key, value);
    assertEquals(await seen(), [[other.email, guest.email], 1, "pending"]);

    await leaveAllRooms(s, bob);
    assertEquals(await seen(), [[other.email], 0, "revoked"]);
    const late = () => acceptInvitation(s, guest, code);
    assertEquals(await codeOf(late), "invitation-revoked");
    await acceptInvitation(s, other, adas);
    assertEquals(mails.length, 3);
  }),
);

Deno.test(
  "one person sends so many invitations an hour",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, room } = await adasRoom(stage);
    for (let n = 0; n < PER_ACCOUNT_AN_HOUR; n++) {
      await invite(s, ada, room.id, `guest${n}@example.com`);
    }
    const error = await assertRejects(
      () => invite(s, ada, room.id, "one.more@example.com"),
      AppError,
    );
    assertEquals([error.code, error.status], ["too-many-attempts", 429]);
    assertEquals(Number(error.retryAfter) > 0, true);
    assertEquals(stage.mails.length, PER_ACCOUNT_AN_HOUR);
  }),
);

Deno.test(
  "one mailbox gets so many invitations a day, by whatever name of it",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, room } = await adasRoom(stage);
    for (let n = 0; n < 10; n++) {
      await invite(s, ada, room.id, `guest+${n}@example.com`);
    }
    for (const name of ["guest+more", "guest", "Guest+MORE"]) {
      assertEquals(
        await codeOf(() => invite(s, ada, room.id, `${name}@example.com`)),
        "too-many-attempts",
      );
    }
    await invite(s, ada, room.id, "guests@example.com");
    assertEquals(stage.mails.length, 11);
  }),
);

Deno.test(
  "one room has so many open invitations, and replacing one needs no room",
  onStage(async (stage) => {
    const { s, person, bring } = stage;
    const { ada, room } = await adasRoom(stage);
    const helpers = await Promise.all(["Bob", "Cleo", "Dora"].map(person));
    for (const helper of helpers) await bring(ada, room.id, helper);
    let sent = 0;
    for (const helper of helpers) {
      for (let n = 0; n < 18 && sent < OPEN_PER_ROOM; n++) {
        await invite(s, helper, room.id, `guest${sent++}@example.com`);
      }
    }
    assertEquals(
      await codeOf(() => invite(s, ada, room.id, "one.more@example.com")),
      "too-many-invitations",
    );
    await invite(s, ada, room.id, "guest0@example.com");
  }),
);
