import { assertEquals } from "@std/assert";
import {
  type Client,
  newestCode,
  onStage,
  type Stage,
} from "../../http/testing/api.ts";

const makeRoom = async (client: Client): Promise<string> =>
  (await client.send("POST", "/api/chat", { name: "Tea" })).body.id;

const invite = (client: Client, roomId: string, email: string) =>
  client.send("POST", "/api/invitations", { roomId, email });

const answerWith = (client: Client, code: string, status: string) =>
  client.send("PATCH", "/api/invitations", { code, status });

/** Ada's room, with Bob invited and not yet in. */
async function bobIsInvited(stage: Stage) {
  const [ada, bob] = [await stage.newcomer("Ada"), await stage.newcomer("Bob")];
  const roomId = await makeRoom(ada);
  const answer = await invite(ada, roomId, "bob@example.com");
  return { ada, bob, roomId, answer, code: newestCode(stage.app) };
}

Deno.test(
  "inviting answers 201 with everything but the code",
  onStage(async (stage) => {
    const { roomId, answer, code } = await bobIsInvited(stage);
    assertEquals(answer.status, 201);
    const { email, status, roomName, invitedBy } = answer.body;
    assertEquals(
      [answer.body.roomId, email, status, roomName, invitedBy],
      [roomId, "bob@example.com", "pending", "Tea", "Ada"],
    );
    assertEquals(JSON.stringify(answer.body).includes(code), false);
  }),
);

Deno.test(
  "accepting makes a member, once",
  onStage(async (stage) => {
    const { bob, roomId, code } = await bobIsInvited(stage);
    const eve = await stage.newcomer("Eve");
    const { status, body } = await answerWith(bob, code, "accepted");
    assertEquals(status, 200);
    assertEquals(body, {
      status: "accepted",
      room: { id: roomId, name: "Tea" },
    });
    const late = await answerWith(eve, code, "accepted");
    assertEquals([late.status, late.body.error.code], [410, "invitation-used"]);
    const path = `/api/chat?chatId=${roomId}`;
    assertEquals((await eve.send("GET", path)).status, 404);
  }),
);

Deno.test(
  "accepting needs an account, declining does not",
  onStage(async (stage) => {
    const { bob, code } = await bobIsInvited(stage);
    const stranger = stage.stranger();
    const accepted = await answerWith(stranger, code, "accepted");
    assertEquals(
      [accepted.status, accepted.body.error.code],
      [401, "not-signed-in"],
    );
    const declined = await answerWith(stranger, code, "rejected");
    assertEquals([declined.status, declined.body], [200, {
      status: "rejected",
    }]);
    const late = await answerWith(bob, code, "accepted");
    assertEquals(late.body.error.code, "invitation-rejected");
  }),
);

Deno.test(
  "only members invite",
  onStage(async (stage) => {
    const { bob, roomId } = await bobIsInvited(stage);
    const sent = stage.app.mails.length;
    const asBob = await invite(bob, roomId, "eve@example.com");
    assertEquals([asBob.status, asBob.body.error.code], [404, "not-found"]);
    const asNobody = await invite(stage.stranger(), roomId, "e@example.com");
    assertEquals(asNobody.status, 401);
    assertEquals(stage.app.mails.length, sent);
  }),
);

Deno.test(
  "what cannot be understood is told by field",
  onStage(async (stage) => {
    const { ada, roomId, code } = await bobIsInvited(stage);
    const wrong = await invite(ada, roomId, "not an address");
    assertEquals(
      [wrong.status, Object.keys(wrong.body.error.fields)],
      [422, ["email"]],
    );
    const perhaps = await answerWith(ada, code, "perhaps");
    assertEquals(perhaps.status, 422);
    assertEquals(perhaps.body.error.fields, {
      status: "This must be one of: accepted, rejected.",
    });
    const nothing = await ada.send("PATCH", "/api/invitations", {});
    assertEquals(Object.keys(nothing.body.error.fields), ["code", "status"]);
    const unknown = await answerWith(ada, "no-such-code", "accepted");
    assertEquals([unknown.status, unknown.body.error.code], [404, "not-found"]);
    const own = await answerWith(ada, code, "accepted");
    assertEquals([own.status, own.body.error.code], [409, "already-member"]);
  }),
);
