/** Accounts that are not their owner's, and what stays of those that are gone (issue 13, 10 to 13). */
import { type Attack, held, succeeded, succeededIf } from "../attack.ts";
import {
  confirmationOf,
  faceImage,
  invitationOf,
  newRoom,
  PASSWORD,
  type Person,
  registerAt,
  sendJson,
  valueOf,
} from "../people.ts";
import { staysIn } from "../disk.ts";
import { asOwner, sayingYes, through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const somebody = ({ web }: World, name: string): Promise<Person> =>
  registerAt(web, `${name}-${crypto.randomUUID().slice(0, 8)}`);

const form = (
  { web, appUrl }: World,
  path: string,
  cookie: string,
  fields: Record<string, string>,
): Promise<Response> =>
  fetch(web + path, {
    method: "POST",
    headers: { cookie, origin: appUrl },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });

/** Says that a form was done, and does not do it. */
const pretending = (path: string) =>
  through(() => ({
    request: (_, request) =>
      request.method === "POST" &&
        new URL(request.url).pathname.startsWith(path)
        ? new Response(null, {
          status: 303,
          headers: { location: new URL(request.url).pathname },
        })
        : request,
  }));

const relay: Attack = {
  name: "an account whose address nobody confirmed sends invitations",
  async run(world) {
    const eve = await somebody(world, "Eve");
    const roomId = await newRoom({ ...world, owner: eve }, "Relay");
    const body = { roomId, email: "stranger@attacks.test" };
    const answer = await sendJson(
      `${world.web}/api/invitations`,
      body,
      eve.cookie,
    );
    await answer.body?.cancel();
    return succeededIf(answer.status !== 403, `answered ${answer.status}`);
  },
  undone: sayingYes,
};

const confirming: Attack = {
  name: "an account is confirmed by somebody who is not signed in to it",
  async run(world) {
    const eve = await somebody(world, "Eve");
    const path = `/confirm/${await confirmationOf(world.dataDir, eve.email)}`;
    for (const cookie of ["", world.member.cookie]) {
      const answer = await form(world, path, cookie, { intent: "confirm" });
      await answer.body?.cancel();
      const leads = answer.headers.get("location") ?? "";
      if (answer.status === 303 && !leads.startsWith("/login")) {
        return succeeded(`led to ${leads}`);
      }
    }
    return held();
  },
  undone: pretending("/confirm/"),
};

const squatting: Attack = {
  name: "an address is held by somebody who cannot read its mail",
  async run(world) {
    const eve = await somebody(world, "Squatted");
    const roomId = await newRoom(world, "For the owner of the address");
    await valueOf(
      await sendJson(
        `${world.web}/api/invitations`,
        { roomId, email: eve.email },
        world.owner.cookie,
      ),
    );
    const answer = await sendJson(`${world.web}/api/registry`, {
      name: "The owner",
      email: eve.email,
      password: PASSWORD,
      consent: true,
      faceImage: await faceImage("grace"),
      invitation: await invitationOf(world.dataDir, eve.email),
    });
    await answer.body?.cancel();
    return succeededIf(answer.status !== 201, `answered ${answer.status}`);
  },
  undone: (world) => {
    let made = 0;
    return through(() => ({
      // The first registration is the squatter's.
      request: (_, request) =>
        request.url.endsWith("/api/registry") && made++ > 0
          ? Response.json({ error: { code: "email-taken" } }, { status: 409 })
          : request,
    }))(world);
  },
};

const faceless: Attack = {
  name: "a session that was left open deletes the face without the password",
  async run(world) {
    const ada = await somebody(world, "Left");
    for (const password of ["", "a guess at it"]) {
      const fields = { intent: "delete-face", password };
      const answer = await form(world, "/account", ada.cookie, fields);
      await answer.body?.cancel();
      if (answer.status === 303) return succeeded("the face is gone");
    }
    return held();
  },
  undone: pretending("/account"),
};

const moved: Attack = {
  name: "a session that was left open moves the account to another address",
  async run(world) {
    const ada = await somebody(world, "Open");
    for (const password of ["", "a guess at it"]) {
      const fields = { email: "mallory@attacks.test", password };
      const answer = await form(world, "/account/email", ada.cookie, fields);
      await answer.body?.cancel();
      if (answer.status === 303) return succeeded("a link was sent");
    }
    return held();
  },
  undone: pretending("/account"),
};

const ticket: Attack = {
  name: "what there is of somebody is downloaded by another account",
  async run(world) {
    const { web, owner, member } = world;
    const asked = await form(world, "/account/data", owner.cookie, {
      password: PASSWORD,
    });
    await asked.body?.cancel();
    const [, ticket = "none"] = /ticket=(.+)/
      .exec(asked.headers.get("location") ?? "") ?? [];
    const path = `/account/data/${ticket}`;
    for (const cookie of [member.cookie, ""]) {
      const answer = await fetch(web + path, {
        headers: { cookie },
        redirect: "manual",
      });
      await answer.body?.cancel().catch(() => {});
      if (answer.status === 200) return succeeded("the archive came");
    }
    return held();
  },
  undone: asOwner,
};

const remains: Attack = {
  name: "the address of a deleted account is read from the disk",
  async run(world) {
    const gone = await somebody(world, "Deleted");
    const text = gone.email.split("@")[0];
    await confirmationOf(world.dataDir, gone.email);
    const fields = { intent: "delete-account", password: PASSWORD };
    const answer = await form(world, "/account", gone.cookie, fields);
    await answer.body?.cancel();
    return succeededIf(
      await staysIn(world.dataDir, text),
      "the address is still there",
    );
  },
  undone: pretending("/account"),
};

export const accounts: Attack[] = [
  relay,
  confirming,
  squatting,
  faceless,
  moved,
  ticket,
  remains,
];
