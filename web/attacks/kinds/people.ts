/** People and open rooms: taking somebody's name, and coming back where one was removed. */
import { type Attack, succeededIf } from "../attack.ts";
import {
  confirmAddress,
  type Person,
  registerAt,
  sendJson,
  valueOf,
} from "../people.ts";
import { formAt } from "../world.ts";
import { through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const unique = () => crypto.randomUUID().slice(0, 8);

/** Somebody new, whose address is confirmed. */
async function newcomer(world: World, name: string): Promise<Person> {
  const person = await registerAt(world.web, name);
  await confirmAddress({ ...world, web: world.appUrl }, person);
  return person;
}

const squatting: Attack = {
  name:
    "a person takes a name that looks like that of somebody who was here before",
  async run(world) {
    const name = `Captain-${unique()}`;
    await newcomer(world, name);
    // Its first letter is Cyrillic.
    const copy = await registerAt(world.web, `${name}-copy`);
    await confirmAddress({ ...world, web: world.appUrl }, copy);
    const taken = name.replace("C", "С");
    await formAt(
      `${world.web}/account`,
      copy,
      { intent: "rename", name: taken },
      world.appUrl,
    );
    const answer = await fetch(`${world.web}/api/people/${copy.id}`, {
      headers: { cookie: world.owner.cookie },
    });
    const shown = (await valueOf<{ name: string }>(answer)).name;
    return succeededIf(shown === taken, "the name is shown as it was taken");
  },
  undone: through(() => ({
    async response(answer) {
      if (!/json/.test(answer.headers.get("content-type") ?? "")) return answer;
      const { status } = answer;
      const text = await answer.text();
      const headers = new Headers(answer.headers);
      headers.delete("content-length");
      headers.delete("content-encoding");
      const shown = text.replace(/ \(\d+\)"/, '"');
      return new Response(shown || null, { status, headers });
    },
  })),
};

const comingBack: Attack = {
  name: "somebody who was removed from an open room joins it again",
  async run(world) {
    const { web, appUrl, owner } = world;
    const guest = await newcomer(world, `Guest-${unique()}`);
    const { id: roomId } = await valueOf<{ id: string }>(
      await sendJson(
        `${web}/api/chat`,
        { name: `Hall ${unique()}`, kind: "open" },
        owner.cookie,
      ),
    );
    const join = () =>
      sendJson(`${web}/api/open-rooms`, { roomId }, guest.cookie);
    await valueOf(await join());
    const remove = { intent: "remove", member: guest.id };
    await formAt(`${web}/rooms/${roomId}/members`, owner, remove, appUrl);
    const again = await join();
    await again.body?.cancel();
    return succeededIf(again.ok, "the room let them in");
  },
  undone: through(() => {
    let times = 0;
    return {
      // The first time they come in, as anybody may.
      request: (_, request, path) =>
        path === "/api/open-rooms" && ++times > 1
          ? Response.json({ id: "x" })
          : request,
    };
  }),
};

export const people: Attack[] = [squatting, comingBack];
