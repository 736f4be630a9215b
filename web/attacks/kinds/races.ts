/** The same thing at the same moment, when only one of them may come true. */
import { type Attack, succeededIf } from "../attack.ts";
import {
  bringIn,
  faceImage,
  invitationOf,
  newRoom,
  PASSWORD,
  type Person,
  sendJson,
  valueOf,
} from "../people.ts";
import { through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const TIMES = 4;

const together = <T>(act: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: TIMES }, (_, i) => act(i)));

const done = async (answer: Response): Promise<boolean> => {
  await answer.body?.cancel();
  return answer.ok || answer.status === 303;
};

const registration: Attack = {
  name: "one address registered four times at once",
  async run(world) {
    const email = `race-${crypto.randomUUID().slice(0, 8)}@attacks.test`;
    const face = await faceImage();
    const body = { name: "R", email, password: PASSWORD, consent: true };
    const made = await together(async () =>
      await done(
        await sendJson(`${world.web}/api/registry`, {
          ...body,
          faceImage: face,
        }),
      )
    );
    const count = made.filter(Boolean).length;
    return succeededIf(count !== 1, `${count} accounts were made`);
  },
  undone: through(() => ({
    request: () => Response.json({}, { status: 201 }),
  })),
};

const invitation: Attack = {
  name: "one invitation accepted by three people at once",
  async run(world) {
    const roomId = await newRoom(world, "Race");
    const email = `once-${crypto.randomUUID().slice(0, 8)}@attacks.test`;
    await valueOf(
      await sendJson(
        `${world.web}/api/invitations`,
        { roomId, email },
        world.owner.cookie,
      ),
    );
    const code = await invitationOf(world.dataDir, email);
    const { member, outsider, removed } = world;
    const accepted = await Promise.all(
      [member, outsider, removed].map(async ({ cookie }) =>
        await done(
          await sendJson(
            `${world.web}/api/invitations`,
            { code, status: "accepted" },
            cookie,
            "PATCH",
          ),
        )
      ),
    );
    const count = accepted.filter(Boolean).length;
    return succeededIf(count !== 1, `${count} people came in`);
  },
  undone: through(() => ({
    request: (_, request) =>
      request.method === "PATCH" ? Response.json({}) : request,
  })),
};

const leave = (world: World, roomId: string, { cookie }: Person) =>
  fetch(`${world.web}/rooms/${roomId}/members`, {
    method: "POST",
    headers: { origin: world.appUrl, cookie },
    body: new URLSearchParams({ intent: "leave" }),
    redirect: "manual",
  });

const lastAdmin: Attack = {
  name: "an admin and the one who would follow leave at once",
  async run(world) {
    const roomId = await newRoom(world, "Leaving");
    const { owner, member, outsider } = world;
    for (const guest of [member, outsider]) {
      await bringIn(world, owner, guest, roomId);
    }
    await Promise.all(
      [owner, member].map(async (who) => done(await leave(world, roomId, who))),
    );
    const answer = await fetch(`${world.web}/api/chat?chatId=${roomId}`, {
      headers: { cookie: outsider.cookie },
    });
    const { role } = await valueOf<{ role: string }>(answer);
    return succeededIf(role !== "admin", `who stayed is ${role}`);
  },
  undone: through(() => ({
    async response(answer) {
      const { status } = answer;
      const text = await answer.text();
      return new Response(text.replaceAll('"admin"', '"member"') || null, {
        status,
      });
    },
  })),
};

const message: Attack = {
  name: "one message sent four times at once",
  async run(world) {
    const roomId = await newRoom(world, "Twice");
    const draft = { roomId, clientId: "race-1", content: "once" };
    const { cookie } = world.owner;
    await together(async () =>
      await done(await sendJson(`${world.web}/api/messages`, draft, cookie))
    );
    const answer = await fetch(`${world.web}/api/messages?roomId=${roomId}`, {
      headers: { cookie },
    });
    const { messages } = await valueOf<{ messages: unknown[] }>(answer);
    return succeededIf(messages.length !== 1, `${messages.length} are there`);
  },
  undone: through(() => ({
    async request(_, request) {
      if (request.method !== "POST" || !request.url.endsWith("/messages")) {
        return request;
      }
      const draft = { ...await request.json(), clientId: crypto.randomUUID() };
      const headers = new Headers(request.headers);
      const body = JSON.stringify(draft);
      return new Request(request.url, { method: "POST", headers, body });
    },
  })),
};

const pendingLogin: Attack = {
  name: "one right password, finished by four faces at once",
  async run(world) {
    const { email } = world.outsider;
    const first = await sendJson(`${world.web}/api/login`, {
      email,
      password: PASSWORD,
    });
    const [cookie = ""] = first.headers.getSetCookie();
    await first.body?.cancel();
    const face = await faceImage();
    const signedIn = await together(async () =>
      await done(
        await sendJson(
          `${world.web}/api/login`,
          { faceImage: face },
          cookie.split(";")[0],
        ),
      )
    );
    const count = signedIn.filter(Boolean).length;
    return succeededIf(count > 1, `${count} sessions were made`);
  },
  undone: through(() => ({ request: () => Response.json({}) })),
};

export const races: Attack[] = [
  registration,
  invitation,
  lastAdmin,
  message,
  pendingLogin,
];
