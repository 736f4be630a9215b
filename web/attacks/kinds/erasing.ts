/** What stays of somebody who is gone, and what somebody keeps (issue 13: 10, 15, 20). */
import { type Attack, held, succeeded, succeededIf } from "../attack.ts";
import {
  bringIn,
  newRoom,
  PASSWORD,
  type Person,
  registerAt,
  sendJson,
  tokenOf,
  valueOf,
} from "../people.ts";
import { tone } from "../recordings.ts";
import { claimsFor } from "../signing.ts";
import { through } from "../weaknesses.ts";
import { formAt, type World } from "../world.ts";

/** A name nobody else has, as a world may be attacked twice. */
const nobodyElse = (name: string) =>
  `${name}${crypto.randomUUID().slice(0, 8)}`;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Sends a recording to be kept: the status, and its id if it is kept. */
async function keep(
  { transcriber }: World,
  token: string,
  seconds = 1,
): Promise<{ status: number; clip?: string }> {
  const answer = await fetch(`${transcriber}/transcribe?keep=true`, {
    method: "POST",
    headers: { "content-type": "audio/wav", ...bearer(token) },
    body: tone(seconds),
  });
  const clip = /"clip":"([^"]+)"/.exec(await answer.text())?.[1];
  return { status: answer.status, clip };
}

/** Sends one of web's forms as somebody. */
const form = (
  { web, appUrl }: World,
  path: string,
  whose: Person,
  fields: Record<string, string> = {},
) => formAt(web + path, whose, fields, appUrl);

const deleteAccount = (world: World, whose: Person) =>
  form(world, "/account", whose, {
    intent: "delete-account",
    password: PASSWORD,
  });

/** How often it is asked whether something has come about, and milliseconds in between. */
const TIMES = 100;
const PAUSE_MS = 200;

/** Waits for what must come about; whether it did. */
async function comesAbout(isSo: () => Promise<boolean>): Promise<boolean> {
  for (let times = 0; times < TIMES; times++) {
    if (await isSo()) return true;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return false;
}

const recording: Attack = {
  name: "a recording of somebody whose account is deleted",
  async run(world) {
    const gone = await registerAt(world.web, nobodyElse("Speaker"));
    const token = await tokenOf(world.web, gone, "transcriber");
    const { clip } = await keep(world, token);
    if (!clip) throw new Error("nothing was kept");
    await deleteAccount(world, gone);
    const service = await world.sign(
      claimsFor(world, { aud: "transcriber", scope: "service" }),
    );
    const isGone = await comesAbout(async () => {
      const answer = await fetch(`${world.transcriber}/clips/${clip}`, {
        headers: bearer(service),
      });
      await answer.body?.cancel();
      return answer.status === 404;
    });
    if (!isGone) return succeeded("the recording is still kept");
    const again = await keep(world, token);
    return succeededIf(again.status !== 401, "the token still keeps some");
  },
  undone: through(() => ({
    request: (service, request, path) =>
      service === "transcriber" && path.startsWith("/clips/")
        ? new Response("still here")
        : request,
  })),
};

const name: Attack = {
  name: "the name of somebody whose account is deleted, in realtime's log",
  async run(world) {
    const gone = await registerAt(world.web, nobodyElse("Namely"));
    const roomId = await newRoom(world, nobodyElse("Names"));
    await bringIn(world, world.owner, gone, roomId);
    const draft = { roomId, clientId: "n1", content: "Hello" };
    await valueOf(
      await sendJson(`${world.web}/api/messages`, draft, gone.cookie),
    );
    await deleteAccount(world, gone);
    const token = await world.token(world.owner);
    const path = `${world.realtime}/rooms/${roomId}/messages`;
    const isGone = await comesAbout(async () => {
      const answer = await fetch(path, { headers: bearer(token) });
      const { messages } = await valueOf<{ messages: unknown[] }>(answer);
      if (messages.length === 0) throw new Error("the message is gone");
      return !JSON.stringify(messages).includes(gone.name);
    });
    await form(world, `/rooms/${roomId}/members`, world.owner, {
      intent: "leave",
    });
    return succeededIf(!isGone, "the name is still there");
  },
  undone: (world) => {
    // The log gives back what it gave first.
    let first: Promise<string> | undefined;
    return through(() => ({
      async request(service, request, path) {
        const isLog = service === "realtime" && path.endsWith("/messages");
        if (!isLog || request.method !== "GET") return request;
        first ??= fetch(request).then((answer) => answer.text());
        return new Response(await first);
      },
    }))(world);
  },
};

const hoard: Attack = {
  name: "six recordings kept by somebody who may keep three",
  async run(world) {
    const token = await world.token(world.outsider, "transcriber");
    const kept = await Promise.all(
      Array.from({ length: 6 }, () => keep(world, token, 10)),
    );
    const clips = kept.flatMap(({ clip }) => clip ?? []);
    await Promise.all(
      clips.map((clip) =>
        fetch(`${world.transcriber}/clips/${clip}`, {
          method: "DELETE",
          headers: bearer(token),
        }).then((answer) => answer.body?.cancel())
      ),
    );
    return succeededIf(clips.length > 3, `${clips.length} were kept`);
  },
  undone: through(() => ({
    request: (service, request) =>
      service === "transcriber"
        ? Response.json({ text: "", clip: crypto.randomUUID() })
        : request,
  })),
};

/** Somebody who has signed out, and a token for the transcriber from before. */
async function leaver(world: World): Promise<string> {
  const leaving = await registerAt(world.web, nobodyElse("Leaving"));
  const token = await tokenOf(world.web, leaving, "transcriber");
  await form(world, "/logout", leaving);
  return token;
}

const signedOut: Attack = {
  name: "a session signed out, at the transcriber with a token from before",
  async run(world) {
    const { status } = await keep(world, await leaver(world));
    return succeededIf(status !== 401, `answered ${status}`);
  },
  undone: through(() => ({
    request: (service, request) =>
      service === "transcriber" ? Response.json({ text: "" }) : request,
  })),
};

const restarted: Attack = {
  name: "the same, where the transcriber has just started and asks web",
  async run(world) {
    const token = await leaver(world);
    const answer = await fetch(`${world.web}/api/internal/token`, {
      headers: bearer(token),
    });
    await answer.body?.cancel();
    return answer.status === 401
      ? held()
      : succeeded(`web answered ${answer.status}`);
  },
  undone: through(() => ({
    request: (service, request, path) =>
      service === "web" && path === "/api/internal/token"
        ? new Response(null, { status: 204 })
        : request,
  })),
};

export const erasing: Attack[] = [
  recording,
  name,
  hoard,
  signedOut,
  restarted,
];
