/** The same thing at the same moment, when only one of them may come true. */
import { type Attack, succeededIf } from "../attack.ts";
import {
  bringIn,
  confirmAddress,
  faceImage,
  invitationOf,
  newRoom,
  PASSWORD,
  type Person,
  registerAt,
  sendJson,
  valueOf,
} from "../people.ts";
import { through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const TIMES = 4;
const unique = () => crypto.randomUUID().slice(0, 8);

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

const setRole = (
  { web }: World,
  roomId: string,
  { cookie }: Person,
  { id: person }: Person,
  role: "admin" | "member",
) =>
  sendJson(
    `${web}/api/rooms/${roomId}/members`,
    { person, role },
    cookie,
    "PATCH",
  );

/** Roles in an answer are taken for those of plain members. */
const withoutAdmins = through(() => ({
  async response(answer) {
    const { status } = answer;
    const text = await answer.text();
    return new Response(text.replaceAll('"admin"', '"member"') || null, {
      status,
    });
  },
}));

/** How many admins a room has, as somebody in it is told. */
async function adminsOf(
  { web }: World,
  roomId: string,
  { cookie }: Person,
): Promise<number> {
  const answer = await fetch(`${web}/api/chat?chatId=${roomId}`, {
    headers: { cookie },
  });
  const { members } = await valueOf<{ members: { role: string }[] }>(answer);
  return members.filter(({ role }) => role === "admin").length;
}

/** A room of the owner's with a second admin, and a plain member. */
async function withTwoAdmins(world: World, name: string): Promise<string> {
  const roomId = await newRoom(world, name);
  const { owner, member, outsider } = world;
  for (const guest of [member, outsider]) {
    await bringIn(world, owner, guest, roomId);
  }
  await done(await setRole(world, roomId, owner, member, "admin"));
  return roomId;
}

const lastAdmin: Attack = {
  name: "the two admins of a room leave at once",
  async run(world) {
    const roomId = await withTwoAdmins(world, "Leaving");
    const { owner, member, outsider } = world;
    await Promise.all(
      [owner, member].map(async (who) => done(await leave(world, roomId, who))),
    );
    const admins = await adminsOf(world, roomId, outsider);
    return succeededIf(admins === 0, "nobody is an admin");
  },
  undone: withoutAdmins,
};

const unmade: Attack = {
  name: "the two admins of a room make themselves plain members at once",
  async run(world) {
    const roomId = await withTwoAdmins(world, "Stepping down");
    const { owner, member, outsider } = world;
    await Promise.all(
      [owner, member, owner, member].map(async (who) =>
        done(await setRole(world, roomId, who, who, "member"))
      ),
    );
    const admins = await adminsOf(world, roomId, outsider);
    return succeededIf(admins === 0, "nobody is an admin");
  },
  undone: withoutAdmins,
};

const direct: Attack = {
  name: "two people write to each other four times at once",
  async run(world) {
    const { owner } = world;
    const other = await registerAt(world.web, `Direct-${unique()}`);
    await confirmAddress({ ...world, web: world.appUrl }, other);
    const write = async ({ cookie }: Person, { id }: Person) => {
      const body = { people: [id] };
      const answer = await sendJson(`${world.web}/api/direct`, body, cookie);
      return (await valueOf<{ id: string }>(answer)).id;
    };
    const rooms = await Promise.all([
      together(() => write(owner, other)),
      together(() => write(other, owner)),
    ]);
    const { size } = new Set(rooms.flat());
    return succeededIf(size !== 1, `${size} rooms were made`);
  },
  undone: through(() => ({
    request: (_, request, path) =>
      path === "/api/direct" ? Response.json({ id: unique() }) : request,
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
  unmade,
  direct,
  message,
  pendingLogin,
];
