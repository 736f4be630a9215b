import { assertEquals, assertRejects } from "@std/assert";
import { renameAccount } from "../accounts/profile.ts";
import { AppError } from "../errors.ts";
import { deliverDue } from "../mail/deliver.ts";
import { MailError } from "../mail/mail-error.ts";
import { laterInTheQueue } from "../mail/testing.ts";
import { acceptInvitation } from "./accept.ts";
import { createRoomWith } from "./create-with.ts";
import { VALID_MS } from "./invitation-store.ts";
import {
  findInvitation,
  listInvitations,
  rejectInvitation,
  revokeInvitation,
} from "./invitations.ts";
import { invite } from "./invite.ts";
import { leaveRoom } from "./members.ts";
import { resendInvitation } from "./resend.ts";
import { createRoom } from "./rooms.ts";
import { changeRoom } from "./settings.ts";
import { onStage, type Stage } from "./testing.ts";

const down = () => MailError.failed("down", new Error("no route"));
const refused = () => MailError.refused(new Error("550 no such mailbox"));
const codeIn = (text: string) => text.match(/invitations\/(\S+)/)?.[1] ?? "";

/** Ada's room, and Bob, who is not in it, invited while `broken` stops the e-mail. */
async function invitedWhile(stage: Stage, broken: Error) {
  const { s, person } = stage;
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const room = await createRoom(s, ada, "Tea");
  stage.broken.mailer = broken;
  const invitation = await invite(s, ada, room.id, bob.email);
  stage.broken.mailer = undefined;
  const listed = () => listInvitations(s, ada.id, room.id);
  const deliveries = async () => (await listed()).map((one) => one.delivery);
  /** The queue is gone through, with every wait over. */
  const later = async () => {
    await laterInTheQueue(s.kv);
    await deliverDue(s);
  };
  return { ada, bob, room, invitation, listed, deliveries, later };
}

Deno.test(
  "an invitation outlives a mail server that is down, and is sent once",
  onStage(async (stage) => {
    const { s, mails } = stage;
    const { bob, room, invitation, deliveries, later } = await invitedWhile(
      stage,
      down(),
    );
    assertEquals(invitation.delivery, "waiting");
    assertEquals(await deliveries(), ["waiting"]);
    await later();
    await later();
    assertEquals(await deliveries(), ["sent"]);
    assertEquals(mails.map(({ to }) => to), [bob.email]);
    const joined = await acceptInvitation(s, bob, codeIn(mails[0].text));
    assertEquals(joined.id, room.id);
  }),
);

Deno.test(
  "an address the mail server refuses is not tried again, and is said to be refused",
  onStage(async (stage) => {
    const { deliveries, invitation, later } = await invitedWhile(
      stage,
      refused(),
    );
    assertEquals(invitation.delivery, "refused");
    await later();
    assertEquals(await deliveries(), ["refused"]);
    assertEquals(stage.mails, []);
  }),
);

Deno.test(
  "sending a waiting invitation again tries the same one at once",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, room, invitation, listed, later } = await invitedWhile(
      stage,
      down(),
    );
    const { id } = invitation;
    assertEquals(await resendInvitation(s, ada, room.id, id), {
      delivery: "sent",
    });
    assertEquals((await listed()).map((one) => one.id), [id]);
    await later();
    assertEquals(stage.mails.length, 1);
  }),
);

Deno.test(
  "sending a refused invitation again makes a new one, from whoever asks for it",
  onStage(async (stage) => {
    const { s, mails } = stage;
    const { ada, bob, room, invitation, listed } = await invitedWhile(
      stage,
      refused(),
    );
    const cleo = await stage.person("Cleo");
    await stage.bring(ada, room.id, cleo);
    const { delivery } = await resendInvitation(
      s,
      cleo,
      room.id,
      invitation.id,
    );
    assertEquals(delivery, "sent");
    const open = await listed();
    assertEquals(open.map((one) => [one.email, one.invitedBy]), [
      [bob.email, "Cleo"],
    ]);
    assertEquals(open[0].id === invitation.id, false);
    await acceptInvitation(s, bob, codeIn(mails[1].text));
  }),
);

Deno.test(
  "only open invitations of one's own rooms are sent again",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, bob, room, invitation } = await invitedWhile(stage, down());
    const other = await createRoom(s, ada, "Other");
    const tryTo = async (who: typeof ada, roomId: string, id: string) =>
      (await assertRejects(
        () => resendInvitation(s, who, roomId, id),
        AppError,
      )).code;
    assertEquals(await tryTo(bob, room.id, invitation.id), "not-found");
    assertEquals(await tryTo(ada, other.id, invitation.id), "not-found");
    await revokeInvitation(s, ada, room.id, invitation.id);
    assertEquals(
      await tryTo(ada, room.id, invitation.id),
      "invitation-revoked",
    );
    assertEquals(stage.mails, []);
  }),
);

Deno.test(
  "of two who send an invitation again at once one gets a link, and it works",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, bob, room, invitation } = await invitedWhile(stage, refused());
    const tries = await Promise.allSettled(
      [1, 2].map(() => resendInvitation(s, ada, room.id, invitation.id)),
    );
    const links = tries.filter((it) => it.status === "fulfilled")
      .map(({ value }) => value.link);
    assertEquals(links.length, 1);
    const lost = tries.find((it) => it.status === "rejected");
    assertEquals(lost?.reason.code, "invitation-revoked");
    const code = links[0]!.slice(links[0]!.lastIndexOf("/") + 1);
    await acceptInvitation(s, bob, code);
  }),
);

const endings: Record<
  string,
  (
    stage: Stage,
    what: Awaited<ReturnType<typeof invitedWhile>>,
  ) => Promise<unknown>
> = {
  revoked: ({ s }, { ada, room, invitation }) =>
    revokeInvitation(s, ada, room.id, invitation.id),
  "replaced by another's": async (stage, { ada, bob, room }) => {
    const cleo = await stage.person("Cleo");
    await stage.bring(ada, room.id, cleo);
    await invite(stage.s, cleo, room.id, bob.email);
  },
  "left behind with its room": ({ s }, { ada, room }) =>
    leaveRoom(s, ada, room.id),
};

for (const [ending, end] of Object.entries(endings)) {
  Deno.test(
    `an invitation that is ${ending} before it was sent is not sent`,
    onStage(async (stage) => {
      const what = await invitedWhile(stage, down());
      await end(stage, what);
      const sent = stage.mails.length;
      await what.later();
      assertEquals(stage.mails.length, sent);
      const states = await Promise.all(
        stage.mails.map(({ text }) => findInvitation(stage.s, codeIn(text))),
      );
      assertEquals(states.some((one) => one?.status === "revoked"), false);
    }),
  );
}

Deno.test(
  "an e-mail that was taken though no answer came back may be answered before it is sent again",
  onStage(async (stage) => {
    const { s, mails } = stage;
    const { mailer } = s;
    s.mailer = {
      async send(mail) {
        await mailer.send(mail);
        throw down();
      },
    };
    const [ada, bob] = [await stage.person("Ada"), await stage.person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    await invite(s, ada, room.id, bob.email);
    await rejectInvitation(s, null, codeIn(mails[0].text));
    s.mailer = mailer;
    await laterInTheQueue(s.kv);
    await deliverDue(s);
    assertEquals(mails.length, 1);
  }),
);

Deno.test(
  "the waiting e-mail is the only place with the code, and ends with the invitation",
  onStage(async (stage) => {
    const { kv } = stage.s;
    const { later, invitation } = await invitedWhile(stage, down());
    const withLinks = async () =>
      (await Array.fromAsync(kv.list({ prefix: [] })))
        .filter(({ value }) =>
          JSON.stringify(
            value,
            (_, part) => typeof part === "bigint" ? String(part) : part,
          )
            .includes("/invitations/")
        ).map(({ key }) => key);
    assertEquals(await withLinks(), [["mails_waiting", invitation.id]]);
    stage.broken.mailer = refused();
    await later();
    assertEquals(await withLinks(), []);
    assertEquals(invitation.expiresAt - invitation.createdAt, VALID_MS);
  }),
);

Deno.test(
  "people invited with the room are all invited, now or later",
  onStage(async (stage) => {
    const { s, mails } = stage;
    const ada = await stage.person("Ada");
    const guests = Array.from({ length: 8 }, (_, n) => `g${n}@example.com`);
    let tries = 0;
    const { mailer } = s;
    s.mailer = { send: () => Promise.reject(++tries && down()) };
    const { room, uninvited } = await createRoomWith(s, ada, "Tea", guests);
    assertEquals(uninvited, []);
    assertEquals(
      tries <= 3,
      true,
      "a server that is down is not asked 8 times",
    );
    assertEquals((await listInvitations(s, ada.id, room.id)).length, 8);
    s.mailer = mailer;
    await laterInTheQueue(s.kv);
    await deliverDue(s);
    assertEquals(mails.map(({ to }) => to).sort(), guests);
  }),
);

Deno.test(
  "an invitation that waited names people and the room as they are called by then",
  onStage(async (stage) => {
    const { s, mails } = stage;
    const { ada, room, later } = await invitedWhile(stage, down());
    await renameAccount(s, ada.id, "Augusta");
    await changeRoom(s, ada, room.id, { name: "Coffee" });
    await later();
    const [{ subject, text, html }] = mails;
    for (const part of [subject, text, html]) {
      assertEquals([part.includes("Ada"), part.includes("Tea")], [
        false,
        false,
      ]);
      assertEquals(part.includes("Augusta") && part.includes("Coffee"), true);
    }
  }),
);
