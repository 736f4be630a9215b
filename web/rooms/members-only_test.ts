import { assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { withMethods } from "../kv.ts";
import { asOf, knowMoments } from "../kv-moment.ts";
import { leaveRoom } from "./members.ts";
import { membersOnly } from "./members-only.ts";
import { createRoom } from "./rooms.ts";
import { onStage } from "./testing.ts";

Deno.test(
  "only members of a room reach its log, from the moment they are or are not",
  onStage(async ({ s, person, bring }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    let asked = 0;
    const sought: string[][] = [];
    const search = (...rooms: string[]) =>
      log.search(bob, { rooms, terms: [{ text: "x", whole: false }] });
    const count = () => Promise.resolve(void (asked += 1));
    const log = membersOnly({
      ...s.realtime,
      history: count as never,
      search: (_me, { rooms }) => {
        sought.push(rooms);
        return Promise.resolve({ messages: [], next: null });
      },
      post: count as never,
      find: count as never,
      amend: count as never,
      markRead: count,
      stream: count as never,
    }, s);
    const signal = AbortSignal.timeout(5_000);
    const attempts = (id: string) => [
      () => log.history(bob, id, {}),
      () => log.post(bob, id, { clientId: "c", content: "x" }),
      () => log.find(bob, id, "m1"),
      () => log.amend(bob, id, { event: "delete-message", id: "m1" }),
      () => log.markRead(bob, id, 1),
      () => log.stream(bob, id, 0, signal),
    ];
    const refuses = async (id: string) => {
      for (const attempt of attempts(id)) {
        const error = await assertRejects<AppError>(attempt, AppError);
        assertEquals([error.code, error.status], ["not-found", 404]);
      }
    };
    await refuses(room.id);
    await refuses("toString");
    assertEquals(asked, 0);
    await search(room.id, "toString");
    await bring(ada, room.id, bob);
    for (const attempt of attempts(room.id)) await attempt();
    assertEquals(asked, 6);
    await search(room.id, "toString");
    await leaveRoom(s, bob, room.id);
    await refuses(room.id);
    await search(room.id);
    assertEquals(sought, [[], [room.id], []]);
  }),
);

Deno.test(
  "who may write as of a moment is looked up once, and anew as of the next",
  onStage(async ({ s, person, bring }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, bob);
    let asked = 0;
    const kv = withMethods(s.kv, {
      getMany: (getMany) => (...args) => {
        asked += 1;
        return getMany(...args);
      },
    });
    knowMoments(kv, () => 1);
    const posted = () => Promise.resolve({} as never);
    const log = membersOnly({ ...s.realtime, post: posted }, { kv });
    const post = (moment: number) =>
      asOf(
        kv,
        moment,
        () => log.post(bob, room.id, { clientId: "c", content: "x" }),
      );
    await post(1);
    await post(1);
    assertEquals(asked, 1);
    await leaveRoom(s, bob, room.id);
    const error = await assertRejects<AppError>(() => post(2), AppError);
    assertEquals([error.code, asked], ["not-found", 2]);
    // Who was refused is not remembered.
    await assertRejects(() => post(2), AppError);
    assertEquals(asked, 3);
  }),
);
