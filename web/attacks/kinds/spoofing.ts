/** Fields of a message that only the server sets. */
import { type Attack, type Outcome, succeededIf } from "../attack.ts";
import { newRoom, sendJson, valueOf } from "../people.ts";
import type { Change } from "../proxy.ts";
import { through } from "../weaknesses.ts";
import { joined } from "../wire.ts";
import type { World } from "../world.ts";

/** What is claimed of a message, by its field. */
const CLAIMS = {
  sender: { id: "someone-else", name: "Somebody else" },
  id: "chosen-id",
  timestamp: 1,
  offset: 999_999,
  editedAt: 1,
  reactions: { "👍": ["someone-else"] },
  epoch: "chosen-epoch",
};

type Field = keyof typeof CLAIMS;

/** Whether a stored message says what was claimed of it. */
const judged = (field: Field, message: Record<string, unknown>): Outcome =>
  succeededIf(
    JSON.stringify(message[field]) === JSON.stringify(CLAIMS[field]),
    `the message says ${field} ${JSON.stringify(message[field])}`,
  );

/** The services answer as if they had believed it. */
const claimed = (field: Field): Change => {
  const withClaim = (message: unknown) => ({
    ...message as Record<string, unknown>,
    [field]: CLAIMS[field],
  });
  return {
    fromServer: (frame) =>
      frame.event === "new-message"
        ? { ...frame, message: withClaim(frame.message) }
        : frame,
    async response(answer) {
      const isMade = answer.status === 201;
      if (!isMade) return answer;
      const made = await answer.json();
      // A new room has an id, too, which is needed to go on.
      const told = "content" in made ? withClaim(made) : made;
      return Response.json(told, { status: 201 });
    },
  };
};

const draftOf = (field: Field) => ({
  clientId: `spoof-${crypto.randomUUID().slice(0, 8)}`,
  content: "Believe me",
  [field]: CLAIMS[field],
});

async function bySocket(world: World, field: Field): Promise<Outcome> {
  const roomId = await newRoom(world, "Spoofed");
  const token = await world.token(world.owner);
  await using wire = await joined(world, token, roomId);
  const message = draftOf(field);
  wire.send({ event: "chat-message", roomId, message, ...draftOf(field) });
  const came = await wire.next("new-message", "error");
  // Refusing it whole is as good as leaving it out.
  if ("closed" in came || came.frame.event === "error") return { held: true };
  return judged(field, came.frame.message);
}

async function byHttp(world: World, field: Field): Promise<Outcome> {
  const roomId = await newRoom(world, "Spoofed");
  const draft = { roomId, ...draftOf(field) };
  const { cookie } = world.owner;
  const answer = await sendJson(`${world.web}/api/messages`, draft, cookie);
  return judged(field, await valueOf(answer));
}

async function byRealtime(world: World, field: Field): Promise<Outcome> {
  const roomId = await newRoom(world, "Spoofed");
  const token = await world.token(world.owner);
  const answer = await fetch(
    `${world.realtime}/rooms/${roomId}/messages`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(draftOf(field)),
    },
  );
  return judged(field, await valueOf(answer));
}

const WAYS = { "a socket": bySocket, "web": byHttp, "realtime": byRealtime };

export const spoofing: Attack[] = Object.entries(WAYS).flatMap(([way, run]) =>
  (Object.keys(CLAIMS) as Field[]).map((field): Attack => ({
    name: `a message by ${way} that sets its own ${field}`,
    run: (world) => run(world, field),
    undone: through(() => claimed(field)),
  }))
);
