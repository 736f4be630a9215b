/** Markup in what else people write about rooms, themselves and files (issue 17, 7). */
import { all, type Attack, succeededIf } from "../attack.ts";
import { startOf } from "../http.ts";
import { newRoom, sendJson, valueOf } from "../people.ts";
import { htmlOf, writtenUnguarded } from "../mails.ts";
import { tone } from "../recordings.ts";
import { claimsFor } from "../signing.ts";
import { formAt, type World } from "../world.ts";
import { through, unescaped } from "../weaknesses.ts";

const PAYLOAD = '"><img src=x onerror=alert(1)>';
const MARK = "<img src=x onerror";

async function looked(world: World, paths: string[]) {
  const outcomes = [];
  for (const path of paths) {
    const answer = await fetch(world.web + path, {
      headers: { cookie: world.owner.cookie },
    });
    const html = await startOf(answer);
    outcomes.push(succeededIf(html.includes(MARK), `${path} holds ${MARK}`));
  }
  return all(outcomes);
}

const form = (world: World, path: string, fields: Record<string, string>) =>
  formAt(world.web + path, world.owner, fields, world.appUrl);

const description: Attack = {
  name: "stored markup in what a room is about",
  async run(world) {
    const path = `/rooms/${await newRoom(world, "Described")}`;
    const fields = { intent: "describe", description: PAYLOAD };
    await form(world, `${path}/members`, fields);
    return await looked(world, [path, `${path}/members`, "/rooms"]);
  },
  undone: unescaped,
};

const about: Attack = {
  name: "stored markup in what a person says of themselves",
  async run(world) {
    const { id } = world.owner;
    const fields = { intent: "about", timeZone: "Europe/Paris" };
    await form(world, "/account/profile", { ...fields, about: PAYLOAD });
    const outcome = await looked(world, [
      `/people/${id}`,
      "/people",
      "/account/profile",
    ]);
    await form(world, "/account/profile", { ...fields, about: "" });
    return outcome;
  },
  undone: unescaped,
};

const transcript: Attack = {
  name: "stored markup in the words of a recording",
  async run(world) {
    const roomId = await newRoom(world, "Heard");
    const { cookie } = world.owner;
    const voices = `${world.web}/api/rooms/${roomId}/voice?hear=false`;
    const kept = await valueOf<{ voice: { clip: string } }>(
      await fetch(voices, {
        method: "POST",
        headers: { "content-type": "audio/wav", cookie, origin: world.appUrl },
        body: tone(),
      }),
    );
    const { clip } = kept.voice;
    const message = { roomId, clientId: "heard", content: "", voice: { clip } };
    const { id, voice } = await valueOf<{ id: string; voice: object }>(
      await sendJson(`${world.web}/api/messages`, message, cookie),
    );
    // As web tells what was heard.
    const claims = { aud: "realtime", scope: "service" };
    const token = await world.sign(claimsFor(world, claims));
    const content = `words ${PAYLOAD}`;
    const told = await fetch(`${world.realtime}/rooms/${roomId}/transcripts`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ id, content, voice }),
    });
    await told.body?.cancel();
    const room = `/rooms/${roomId}`;
    const { messages } = await valueOf<{ messages: { content: string }[] }>(
      await fetch(`${world.web}/api/messages?roomId=${roomId}`, {
        headers: { cookie },
      }),
    );
    if (messages[0]?.content !== content) throw new Error("It has no words");
    return await looked(world, [room, `${room}/search?q=words`, "/rooms"]);
  },
  undone: unescaped,
};

/** Sends a file with a name; the path of the room it is in, and its own. */
async function sendFile(
  world: World,
  name: string,
  body: string,
): Promise<[room: string, file: string]> {
  const roomId = await newRoom(world, "Files");
  const { cookie } = world.owner;
  const { id } = await valueOf<{ id: string }>(
    await fetch(
      `${world.web}/api/rooms/${roomId}/files?name=${encodeURIComponent(name)}`,
      {
        method: "POST",
        headers: { "content-type": "application/octet-stream", cookie },
        body,
      },
    ),
  );
  const message = { roomId, clientId: `file-${id}`, content: "", files: [id] };
  await valueOf(await sendJson(`${world.web}/api/messages`, message, cookie));
  return [`/rooms/${roomId}`, `/rooms/${roomId}/files/${id}`];
}

const fileName: Attack = {
  name: "stored markup in the name of a file",
  async run(world) {
    const [room] = await sendFile(world, `${PAYLOAD}.txt`, "words");
    return await looked(world, [room, `${room}/files`]);
  },
  undone: unescaped,
};

const page: Attack = {
  name: "a page sent as a file is a page of ours when it is opened",
  async run(world) {
    const html = "<!doctype html><script>alert(1)</script>";
    const [, path] = await sendFile(world, "page.html", html);
    const { cookie } = world.owner;
    const answer = await fetch(world.web + path, { headers: { cookie } });
    await answer.body?.cancel();
    const type = answer.headers.get("content-type") ?? "";
    const how = answer.headers.get("content-disposition") ?? "";
    const policy = answer.headers.get("content-security-policy") ?? "";
    const runs = /html|svg|xml/.test(type) && !/^attachment/.test(how) &&
      !/sandbox/.test(policy);
    return succeededIf(runs, `it comes as ${type}`);
  },
  undone: through(() => ({
    response: async (answer) =>
      /attachment|octet-stream/.test([...answer.headers.values()].join())
        ? new Response(await answer.text(), {
          headers: { "content-type": "text/html" },
        })
        : answer,
  })),
};

const fileHeader: Attack = {
  name: "a header in the answer of a file, by a line break in its name",
  async run(world) {
    const name = 'x"\r\nset-cookie: chatsphere_session=chosen\r\n\r\n.txt';
    const path = await sendFile(world, name, "words").then(
      ([, path]) => path,
      // Refused: there is no such file.
      () => null,
    );
    if (path === null) return { held: true };
    const { cookie } = world.owner;
    const answer = await fetch(world.web + path, { headers: { cookie } });
    await answer.body?.cancel();
    return succeededIf(
      answer.headers.getSetCookie().some((it) => it.includes("chosen")),
      "it chose a session",
    );
  },
  undone: through(() => ({
    response(answer) {
      answer.headers.append("set-cookie", "chatsphere_session=chosen");
      return answer;
    },
  })),
};

const mailed: Attack = {
  name: "stored markup in an e-mail, by the name of a room",
  async run(world) {
    const to = `markup-${crypto.randomUUID().slice(0, 8)}@attacks.test`;
    const room = { name: PAYLOAD, emails: [to] };
    const { cookie } = world.owner;
    await valueOf(await sendJson(`${world.web}/api/chat`, room, cookie));
    const html = await htmlOf(world.dataDir, to);
    return succeededIf(html.includes(MARK), "the e-mail holds it");
  },
  undone: through((world) => ({
    async request(_, request) {
      const { emails: [to] } = await request.json();
      const headers = "Subject: x\r\nContent-Type: text/html";
      await writtenUnguarded(world.dataDir, to, { headers, text: PAYLOAD });
      return Response.json({ id: "x" });
    },
  })),
};

export const shown: Attack[] = [
  description,
  about,
  transcript,
  fileName,
  page,
  fileHeader,
  mailed,
];
