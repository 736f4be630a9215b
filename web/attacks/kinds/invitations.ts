/** Invitations as a way to send mail in our name, and held by somebody else (issue 13, 12 and 24). */
import { type Attack, held, succeeded, succeededIf } from "../attack.ts";
import {
  confirmAddress,
  faceImage,
  invitationOf,
  newRoom,
  PASSWORD,
  type Person,
  registerAt,
  sendJson,
} from "../people.ts";
import { eventually } from "../../e2e/patience.ts";
import { outboxOf } from "../../mail/testing-outbox.ts";
import { writtenUnguarded } from "../mails.ts";
import { sayingYes, through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const unique = () => crypto.randomUUID().slice(0, 8);

async function invite(
  { web }: { web: string },
  { cookie }: Person,
  roomId: string,
  email: string,
): Promise<number> {
  const body = { roomId, email };
  const answer = await sendJson(`${web}/api/invitations`, body, cookie);
  await answer.body?.cancel();
  return answer.status;
}

async function accept(
  { web }: { web: string },
  { cookie }: Person,
  code: string,
): Promise<number> {
  const body = { code, status: "accepted" };
  const answer = await sendJson(
    `${web}/api/invitations`,
    body,
    cookie,
    "PATCH",
  );
  await answer.body?.cancel();
  return answer.status;
}

/** Somebody new, whose address is confirmed. */
async function newcomer(world: World, name: string): Promise<Person> {
  const person = await registerAt(world.web, `${name}-${unique()}`);
  // A link of theirs, in their own browser: nothing that is weakened is in between.
  await confirmAddress({ ...world, web: world.appUrl }, person);
  return person;
}

const MANY = 26;

const many: Attack = {
  name: `one account sends ${MANY} invitations in a row`,
  async run(world) {
    const owner = await newcomer(world, "Relay");
    const roomId = await newRoom({ ...world, owner }, "Relay");
    let sent = 0;
    for (let i = 0; i < MANY; i++) {
      const email = `relay-${unique()}@attacks.test`;
      if (await invite(world, owner, roomId, email) < 400) sent++;
    }
    return succeededIf(sent > 20, `${sent} were sent`);
  },
  undone: through(() => ({
    request: (_, request) =>
      request.url.endsWith("/api/invitations")
        ? Response.json({}, { status: 201 })
        : request,
  })),
};

const SELLING =
  "Win at http://evil.example/now or www.evil.example, ask@evil.example ";

const subject: Attack = {
  name: "an advertisement with links in the subject of an invitation",
  async run(world) {
    const owner = await newcomer(world, "Seller");
    const email = `reader-${unique()}@attacks.test`;
    const roomId = await newRoom({ ...world, owner }, SELLING);
    const status = await invite(world, owner, roomId, email);
    if (status >= 400) return succeeded(`it could not be tried: ${status}`);
    const found = await eventually(
      async () =>
        (await outboxOf(world.dataDir).list())
          .find(({ to }) => to.includes(email)),
      () => "no e-mail came",
    );
    const isSold = /https?:\/\/\w|\w\.\w{2,}|\w@\w/.test(found.subject);
    return succeededIf(
      isSold || found.subject.length > 180,
      `the subject is ${found.subject}`,
    );
  },
  // What stands in for it is a letter that was written unguarded.
  undone: through((world) => ({
    async request(_, request) {
      if (!request.url.endsWith("/api/invitations")) return request;
      const { email } = await request.json();
      const headers = `Subject: ${SELLING}`;
      await writtenUnguarded(world.dataDir, email, { headers });
      return Response.json({}, { status: 201 });
    },
  })),
};

/** Ways to an account on a server that takes only who is invited. */
const STRANGERS: Record<string, Record<string, unknown>> = {
  "without an invitation": {},
  "with an invitation that is none": { invitation: "x".repeat(43) },
  "with an empty one": { invitation: "" },
};

const strangers = Object.entries(STRANGERS).map(([how, fields]): Attack => ({
  name: `a stranger registers where SIGN_UP is invited, ${how}`,
  async run(world) {
    const { web } = await world.strict();
    const answer = await sendJson(`${web}/api/registry`, {
      ...{ name: "Stranger", password: PASSWORD, consent: true },
      email: `stranger-${unique()}@attacks.test`,
      faceImage: await faceImage(),
      ...fields,
    });
    const text = await answer.text();
    return succeededIf(
      !/not-invited/.test(text),
      `answered ${answer.status}`,
    );
  },
  undone: sayingYes,
}));

const otherAddress: Attack = {
  name: "an invitation to one address opens an account for another",
  async run(world) {
    const { web, appUrl, first, dataDir } = await world.strict();
    await confirmAddress({ web: appUrl, dataDir }, first);
    const roomId = await newRoom({ web, owner: first }, "Invited");
    const email = `invited-${unique()}@attacks.test`;
    await invite({ web }, first, roomId, email);
    const answer = await sendJson(`${web}/api/registry`, {
      ...{ name: "Thief", password: PASSWORD, consent: true },
      email: `thief-${unique()}@attacks.test`,
      faceImage: await faceImage(),
      invitation: await invitationOf(dataDir, email),
    });
    const text = await answer.text();
    return succeededIf(!/not-invited/.test(text), `answered ${answer.status}`);
  },
  undone: through(() => ({
    request: (_, request) =>
      request.url.endsWith("/api/registry")
        ? Response.json({}, { status: 201 })
        : request,
  })),
};

/** Makes an invitation; gives its link's code. An account sends no more than twenty an hour. */
async function invited(world: World, by = world.member): Promise<
  { roomId: string; code: string; email: string }
> {
  const roomId = await newRoom({ ...world, owner: by }, "Held by another");
  const email = `held-${unique()}@attacks.test`;
  await invite(world, by, roomId, email);
  return { roomId, email, code: await invitationOf(world.dataDir, email) };
}

const accepting = through(() => ({
  request: (_, request) =>
    request.method === "PATCH" ? Response.json({}) : request,
}));

const twice: Attack = {
  name: "the link of an invitation lets a second person in",
  async run(world) {
    const { code } = await invited(world);
    const first = await accept(world, world.outsider, code);
    if (first >= 400) return succeeded(`it could not be tried: ${first}`);
    const status = await accept(world, world.removed, code);
    return succeededIf(status < 400, `answered ${status}`);
  },
  undone: accepting,
};

const anew: Attack = {
  name: "the link of an invitation that was replaced by another",
  async run(world) {
    const { roomId, email, code } = await invited(world);
    const form = new URLSearchParams({
      intent: "revoke",
      invitation: await idOf(code),
    });
    const answer = await fetch(`${world.web}/rooms/${roomId}/members`, {
      method: "POST",
      headers: { cookie: world.member.cookie, origin: world.appUrl },
      body: form,
      redirect: "manual",
    });
    await answer.body?.cancel();
    await invite(world, world.member, roomId, email);
    const status = await accept(world, world.outsider, code);
    return succeededIf(status < 400, `answered ${status}`);
  },
  undone: accepting,
};

/** What pages show of an invitation: the SHA-256 of its code. */
async function idOf(code: string): Promise<string> {
  const bytes = new TextEncoder().encode(code);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

const byId: Attack = {
  name: "an invitation accepted by the number that pages show of it",
  async run(world) {
    const { code } = await invited(world);
    for (const guess of [await idOf(code), (await idOf(code)).slice(0, 43)]) {
      const status = await accept(world, world.outsider, guess);
      if (status < 400) return succeeded(`answered ${status}`);
    }
    return held();
  },
  undone: accepting,
};

const unproven: Attack = {
  name: "an invitation to somebody else's address confirms one's own",
  async run(world) {
    const eve = await registerAt(world.web, `Holder-${unique()}`);
    const { roomId, code } = await invited(world, world.owner);
    const came = await accept(world, eve, code);
    if (came >= 400) return succeeded(`it could not be tried: ${came}`);
    const email = `more-${unique()}@attacks.test`;
    const status = await invite(world, eve, roomId, email);
    return succeededIf(status !== 403, `answered ${status}`);
  },
  undone: through(({ owner }) => ({
    async request(_, request) {
      if (!request.url.endsWith("/api/invitations")) return request;
      if (request.method === "POST") {
        request.headers.set("cookie", owner.cookie);
      }
      return await Promise.resolve(request);
    },
  })),
};

export const invitations: Attack[] = [
  many,
  subject,
  ...strangers,
  otherAddress,
  twice,
  anew,
  byId,
  unproven,
];
