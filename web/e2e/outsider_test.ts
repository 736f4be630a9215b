import { assertEquals } from "@std/assert";
import { type Person, selfieOf } from "../faces/test-photos.ts";
import { confirmationOf } from "../attacks/people.ts";
import { ada, grace, type Person as Someone } from "./people.ts";
import { startStack } from "./stack.ts";

/** A signed-in program: the API with a session cookie. */
async function enrol(url: string, someone: Someone, face: Person) {
  const bytes = await selfieOf(face);
  const faceImage = `data:image/jpeg;base64,${bytes.toBase64()}`;
  const response = await fetch(`${url}/api/registry`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...someone, faceImage, consent: true }),
  });
  assertEquals(response.status, 201, await response.clone().text());
  const { id } = await response.json();
  const cookie = response.headers.getSetCookie()
    .map((line) => line.split(";")[0]).join("; ");
  return {
    id: id as string,
    cookie,
    call: (path: string, method = "GET", body?: unknown) =>
      fetch(`${url}${path}`, {
        method,
        redirect: "manual",
        headers: {
          cookie,
          ...(body ? { "content-type": "application/json" } : {}),
        },
        body: body ? JSON.stringify(body) : undefined,
      }),
  };
}

/** Sends frames over a fresh socket and gives the first answer to the last of them. */
function ask(url: string, frames: unknown[]): Promise<Record<string, unknown>> {
  const socket = new WebSocket(url);
  const answer = new Promise<Record<string, unknown>>((resolve, reject) => {
    let answers = 0;
    socket.onopen = () =>
      frames.forEach((frame) => socket.send(JSON.stringify(frame)));
    socket.onmessage = ({ data }) => {
      if (++answers === frames.length) resolve(JSON.parse(data));
    };
    socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
  });
  return answer.finally(() => socket.close());
}

Deno.test({
  name: "who is no member finds nothing: page, API, HTTP log and socket",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const stack = await startStack();
    try {
      const member = await enrol(stack.url, ada, "ada");
      const outsider = await enrol(stack.url, grace, "grace");
      const created = await member.call("/api/chat", "POST", { name: "Ours" });
      assertEquals(created.status, 201);
      const { id } = await created.json();

      const paths = [
        `/rooms/${id}`,
        `/rooms/${id}/members`,
        `/rooms/${id}/live`,
        `/api/chat?chatId=${id}`,
        `/api/messages?roomId=${id}`,
      ];
      for (const path of paths) {
        const [yes, no] = await Promise.all([
          member.call(path),
          outsider.call(path),
        ]);
        assertEquals([path, yes.status, no.status], [path, 200, 404]);
        await Promise.all([yes.body?.cancel(), no.body?.cancel()]);
      }

      const code = await confirmationOf(stack.env.DATA_DIR, ada.email);
      const confirmed = await fetch(`${stack.url}/confirm/${code}`, {
        method: "POST",
        redirect: "manual",
        headers: { cookie: member.cookie, origin: stack.url },
        body: new URLSearchParams({ intent: "confirm" }),
      });
      assertEquals(confirmed.status, 303);
      await confirmed.body?.cancel();

      const draft = { roomId: id, clientId: "one", content: "hello" };
      for (
        const [path, method, body] of [
          ["/api/messages", "POST", draft],
          ["/api/invitations", "POST", { roomId: id, email: "x@example.com" }],
        ] as const
      ) {
        const no = await outsider.call(path, method, body);
        assertEquals([path, no.status], [path, 404]);
        assertEquals((await no.json()).error.code, "not-found");
        const yes = await member.call(path, method, body);
        assertEquals([path, yes.status], [path, 201]);
        await yes.body?.cancel();
      }

      const token = async (who: typeof member) => {
        const body = { audience: "realtime" };
        const response = await who.call("/api/token", "POST", body);
        return (await response.json()).token as string;
      };
      const hers = await token(member);
      const theirs = await token(outsider);
      const log = (bearer: string) =>
        fetch(`${stack.realtimeUrl}/rooms/${id}/messages`, {
          headers: { authorization: `Bearer ${bearer}` },
        });
      const [yes, no] = await Promise.all([log(hers), log(theirs)]);
      assertEquals([yes.status, no.status], [200, 404]);
      assertEquals((await yes.json()).messages.length, 1);
      await no.body?.cancel();

      const socket = stack.realtimeUrl.replace("http", "ws");
      const join = { event: "join-room", roomId: id };
      const inside = await ask(socket, [
        { event: "identify", token: hers },
        join,
      ]);
      assertEquals(inside.event, "room-joined");
      for (const roomId of [id, "no-such-room"]) {
        const outside = await ask(socket, [
          { event: "identify", token: theirs },
          { event: "join-room", roomId },
        ]);
        assertEquals([outside.event, outside.code], ["error", "not-member"]);
      }
    } finally {
      await stack.close();
    }
  },
});
