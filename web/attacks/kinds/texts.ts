/** Text that costs much, or looks like somebody else's (issue 13, points 1, 14 and 25). */
import { type Attack, succeededIf } from "../attack.ts";
import { newRoom, registerAt, sendJson, valueOf } from "../people.ts";
import { sayingYes, through } from "../weaknesses.ts";
import { joined } from "../wire.ts";
import type { World } from "../world.ts";

const MARKS = "a" + "\u0315\u0300\u05ae\u0301".repeat(999);

const marks: Attack = {
  name: "a message of four thousand marks on one letter",
  async run(world) {
    const roomId = await newRoom(world, "Marks");
    const draft = { roomId, clientId: "marks", content: MARKS };
    const { cookie } = world.owner;
    const answer = await sendJson(`${world.web}/api/messages`, draft, cookie);
    const { content } = await valueOf<{ content: string }>(answer);
    return succeededIf(content.length > 200, `${content.length} are kept`);
  },
  undone: through(() => ({
    async response(answer) {
      const text = await answer.text();
      const { status } = answer;
      if (!text.includes('"content"')) return new Response(text, { status });
      return Response.json({ content: MARKS }, { status });
    },
  })),
};

/** Names that cannot be told from another's, or from none. */
const NAMES = [
  "\u200b\u2060",
  "\u3164",
  "Ow\u202ener",
  "\u2066Owner",
  "x".repeat(81),
];

const names = NAMES.map((name): Attack => ({
  name: `a person's name that is ${JSON.stringify(name).slice(0, 20)}`,
  async run(world) {
    const rename = async (name: string) => {
      const answer = await fetch(`${world.web}/account`, {
        method: "POST",
        headers: { origin: world.appUrl, cookie: world.member.cookie },
        body: new URLSearchParams({ intent: "rename", name }),
        redirect: "manual",
      });
      await answer.body?.cancel();
      return answer.status;
    };
    const status = await rename(name);
    if (status >= 400) return { held: true };
    // Taken, but without what cannot be seen: then it is another name.
    const answer = await fetch(
      `${world.web}/api/chat?chatId=${world.roomId}`,
      { headers: { cookie: world.member.cookie } },
    );
    const text = await answer.text();
    await rename(world.member.name);
    return succeededIf(
      text.includes(JSON.stringify(name)) || !text.includes('"members"'),
      "the name is kept as it is",
    );
  },
  undone: sayingYes,
}));

const MANY = 40;

/** Form → its path and what it says to give the next name. */
const RENAMED: Record<string, (world: World) => Promise<string>> = {
  "a person": () => Promise.resolve("/account"),
  "a room": async (world) => `/rooms/${await newRoom(world, "Many")}/members`,
};

const renamed = Object.entries(RENAMED).map(([what, pathFor]): Attack => ({
  name: `${what} has ${MANY} names one after the other, each told to everybody`,
  async run(world) {
    const somebody = await registerAt(
      world.web,
      `Renames-${crypto.randomUUID().slice(0, 8)}`,
    );
    const path = await pathFor({ ...world, owner: somebody });
    let taken = 0;
    for (let i = 0; i < MANY; i++) {
      const answer = await fetch(world.web + path, {
        method: "POST",
        headers: { origin: world.appUrl, cookie: somebody.cookie },
        body: new URLSearchParams({ intent: "rename", name: `Name ${i}` }),
        redirect: "manual",
      });
      await answer.body?.cancel();
      if (answer.status === 303) taken++;
    }
    if (taken === 0) throw new Error("None was taken");
    return succeededIf(taken > 30, `${taken} were taken`);
  },
  undone: through(() => ({
    request: (_, request, path) =>
      path.startsWith("/api/") ? request : new Response(null, { status: 303 }),
  })),
}));

const EMOJI = [..."😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏😐😑😒😓"];

const reactions: Attack = {
  name: "twenty different reactions of one person on one message",
  async run(world) {
    const roomId = await newRoom(world, "Reactions");
    const draft = { roomId, clientId: "reacted", content: "React" };
    const { cookie } = world.owner;
    const { id } = await valueOf<{ id: string }>(
      await sendJson(`${world.web}/api/messages`, draft, cookie),
    );
    const token = await world.token(world.owner);
    await using wire = await joined(world, token, roomId);
    for (const [i, emoji] of EMOJI.entries()) {
      const frame = { event: "react", roomId, id, emoji, on: true };
      wire.send({ ...frame, clientId: `r-${i}` });
    }
    // Answered after all of them.
    wire.send({ event: "join-room", roomId });
    await wire.next("room-joined");
    const answer = await fetch(`${world.web}/api/messages?roomId=${roomId}`, {
      headers: { cookie },
    });
    const page = await valueOf<{
      messages: { reactions?: Record<string, string[]> }[];
    }>(answer);
    const count = Object.keys(page.messages[0]?.reactions ?? {}).length;
    return succeededIf(count > 12 || count === 0, `${count} were taken`);
  },
  undone: through(() => ({
    async response(answer) {
      const text = await answer.text();
      const { status } = answer;
      if (!text.includes('"messages"')) return new Response(text, { status });
      const all = EMOJI.map((emoji) => [emoji, ["x"]]);
      return Response.json({
        messages: [{ reactions: Object.fromEntries(all) }],
      });
    },
  })),
};

export const texts: Attack[] = [
  marks,
  ...names,
  ...renamed,
  reactions,
];
