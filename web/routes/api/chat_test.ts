import { assertEquals } from "@std/assert";
import { deliverDue } from "../../mail/deliver.ts";
import { laterInTheQueue } from "../../mail/testing.ts";
import { breakMail, newestCode, onStage } from "../../http/testing/api.ts";

Deno.test(
  "making a room answers 201 with its id and name",
  onStage(async ({ newcomer }) => {
    const ada = await newcomer("Ada");
    const { status, body } = await ada.send("POST", "/api/chat", {
      name: " Tea  room ",
    });
    assertEquals(status, 201);
    assertEquals(Object.keys(body), ["id", "name"]);
    assertEquals(body.name, "Tea room");
  }),
);

Deno.test(
  "a room can be made together with its invitations",
  onStage(async ({ app, newcomer }) => {
    const ada = await newcomer("Ada");
    const emails = ["bob@example.com", "BOB@example.com", "ada@example.com"];
    const made = await ada.send("POST", "/api/chat", { name: "Tea", emails });
    assertEquals(made.status, 201);
    assertEquals(app.mails.map(({ to }) => to), ["bob@example.com"]);
  }),
);

Deno.test(
  "one bad address, and no room is made",
  onStage(async ({ app, newcomer }) => {
    const ada = await newcomer("Ada");
    const send = async (emails: unknown) => {
      const { status, body } = await ada.send("POST", "/api/chat", {
        name: "Tea",
        emails,
      });
      return [status, body.error.code, Object.keys(body.error.fields)];
    };
    const refused = [422, "invalid", ["emails"]];
    assertEquals(await send(["bob@example.com", "cleo"]), refused);
    assertEquals(await send("bob@example.com"), refused);
    const many = Array.from({ length: 21 }, (_, n) => `g${n}@example.com`);
    assertEquals(await send(many), refused);
    assertEquals((await ada.send("GET", "/api/chat")).body, { rooms: [] });
    assertEquals(app.mails, []);
  }),
);

Deno.test(
  "when e-mail is down the room is there, and everyone is invited later",
  onStage(async ({ app, newcomer }) => {
    const ada = await newcomer("Ada");
    const { mailer } = app.services;
    breakMail(app);
    const { status, body } = await ada.send("POST", "/api/chat", {
      name: "Tea",
      emails: ["bob@example.com", "cleo@example.com"],
    });
    assertEquals([status, body.uninvited], [201, undefined]);
    app.services.mailer = mailer;
    await laterInTheQueue(app.services.kv);
    await deliverDue(app.services);
    assertEquals(app.mails.map(({ to }) => to).sort(), [
      "bob@example.com",
      "cleo@example.com",
    ]);
  }),
);

Deno.test(
  "my rooms come with their last messages, and without while realtime is down",
  onStage(async ({ app, newcomer }) => {
    const ada = await newcomer("Ada");
    const { body: room } = await ada.send("POST", "/api/chat", { name: "Tea" });
    await ada.send("POST", "/api/messages", {
      roomId: room.id,
      clientId: "c1",
      content: "Hello",
    });
    const [mine] = (await ada.send("GET", "/api/chat")).body.rooms;
    assertEquals(
      [mine.id, mine.name, mine.role, mine.memberCount],
      [room.id, "Tea", "admin", 1],
    );
    assertEquals(mine.summary.last.content, "Hello");
    app.realtime.isDown = true;
    const later = await ada.send("GET", "/api/chat");
    assertEquals(later.status, 200);
    assertEquals(later.body.rooms[0].summary, null);
  }),
);

Deno.test(
  "one room comes with its members, to its members",
  onStage(async (stage) => {
    const [ada, bob, eve] = [
      await stage.newcomer("Ada"),
      await stage.newcomer("Bob"),
      await stage.newcomer("Eve"),
    ];
    const { body: room } = await ada.send("POST", "/api/chat", {
      name: "Tea",
      emails: ["bob@example.com"],
    });
    const code = newestCode(stage.app);
    await bob.send("PATCH", "/api/invitations", { code, status: "accepted" });
    const path = `/api/chat?chatId=${room.id}`;
    const { status, body } = await bob.send("GET", path);
    assertEquals([status, body.name, body.role], [200, "Tea", "member"]);
    const members = body.members.map(
      ({ name, role }: { name: string; role: string }) => `${name}: ${role}`,
    );
    assertEquals(members.sort(), ["Ada: admin", "Bob: member"]);

    const refused = await eve.send("GET", path);
    const absent = await eve.send("GET", "/api/chat?chatId=no-such-room");
    assertEquals([refused.status, refused.body.error.code], [404, "not-found"]);
    assertEquals(refused.body, absent.body);
    const empty = await eve.send("GET", "/api/chat?chatId=");
    assertEquals(empty.status, 404);
  }),
);

Deno.test(
  "rooms are for people who are signed in, and an unknown method is 405",
  onStage(async ({ stranger, newcomer }) => {
    for (
      const [method, body] of [["GET"], ["POST", { name: "Tea" }]] as const
    ) {
      const answer = await stranger().send(method, "/api/chat", body);
      assertEquals(
        [answer.status, answer.body.error.code],
        [401, "not-signed-in"],
      );
    }
    const ada = await newcomer("Ada");
    const { status, body, headers } = await ada.send("DELETE", "/api/chat");
    assertEquals([status, body.error.code], [405, "method-not-allowed"]);
    assertEquals(headers.get("allow"), "GET, HEAD, POST, OPTIONS");
  }),
);
