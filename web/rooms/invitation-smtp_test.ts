/** Invitations through a real SMTP server. */
import { assertEquals } from "@std/assert";
import PostalMime from "postal-mime";
import type { SMTPServerOptions } from "smtp-server";
import { deliverDue } from "../mail/deliver.ts";
import { answer, smtpServer } from "../mail/smtp-testing.ts";
import { smtpMailer } from "../mail/smtp.ts";
import { laterInTheQueue } from "../mail/testing.ts";
import { acceptInvitation } from "./accept.ts";
import { listInvitations } from "./invitations.ts";
import { invite } from "./invite.ts";
import { createRoom } from "./rooms.ts";
import { onStage } from "./testing.ts";

/** How far Bob's invitation is at first, and later; he joins if he has got it. */
const invitedThrough = (
  options: SMTPServerOptions,
  [first, later]: [string, string],
  copies: number,
) =>
  onStage(async ({ s, person }) => {
    await using server = await smtpServer({ hideSTARTTLS: true, ...options });
    const [ada, bob] = [await person("Ада Лавлейс"), await person("Bob")];
    const room = await createRoom(s, ada, "Tee & Bücher");
    const url = `smtp://127.0.0.1:${server.port}`;
    s.mailer = smtpMailer(url, "ChatSphere <chat@example.com>");
    const { delivery } = await invite(s, ada, room.id, bob.email);
    assertEquals(delivery, first);
    for (let round = 0; round < 2; round++) {
      await laterInTheQueue(s.kv);
      await deliverDue(s);
    }
    const [open] = await listInvitations(s, ada.id, room.id);
    assertEquals(open.delivery, later);
    assertEquals(server.taken.length, copies);
    for (const { source, to } of server.taken) {
      assertEquals(to, [bob.email]);
      const { subject, text } = await PostalMime.parse(source);
      assertEquals(
        subject,
        "Ада Лавлейс invites you to the room “Tee & Bücher” on ChatSphere",
      );
      const code = text?.match(/\/invitations\/(\S+)/)?.[1] ?? "";
      assertEquals((await acceptInvitation(s, bob, code)).id, room.id);
    }
  });

Deno.test(
  "a server that takes it gets it once",
  invitedThrough({}, ["sent", "sent"], 1),
);

let greylisted = 0;
Deno.test(
  "a server that greylists gets it once, later",
  invitedThrough(
    {
      onRcptTo: (_address, _session, done) =>
        greylisted++ === 0 ? done(answer(450, "4.7.1 Greylisted")) : done(),
    },
    ["waiting", "sent"],
    1,
  ),
);

Deno.test(
  "a server that knows no such mailbox is not asked again",
  invitedThrough(
    {
      onRcptTo: (_address, _session, done) =>
        done(answer(550, "5.1.1 User unknown")),
    },
    ["refused", "refused"],
    0,
  ),
);

let connections = 0;
Deno.test(
  "a server that is busy at first gets it once, later",
  invitedThrough(
    {
      onConnect: (_session, done) =>
        connections++ === 0 ? done(answer(421, "4.3.2 Not now")) : done(),
    },
    ["waiting", "sent"],
    1,
  ),
);
