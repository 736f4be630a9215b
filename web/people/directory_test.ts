import { assertEquals, assertRejects } from "@std/assert";
import { changeAccount, keys as accountKeys } from "../accounts/store.ts";
import type { AccountRecord } from "../accounts/store.ts";
import { keys as listingKeys, listEarlier } from "../accounts/listing.ts";
import { renameAccount } from "../accounts/profile.ts";
import { AppError } from "../errors.ts";
import { createRoom } from "../rooms/rooms.ts";
import { onStage, type Stage } from "../rooms/testing.ts";
import type { Services } from "../services.ts";
import { findPeople, type PeopleQuery } from "./directory.ts";
import { serverNames } from "./names.ts";
import { findPerson } from "./visible.ts";

/** The names that somebody's search finds. */
async function found(
  { s }: Stage,
  me: Parameters<typeof findPeople>[1],
  query: PeopleQuery | string = {},
): Promise<string[]> {
  const asked = typeof query === "string" ? { q: query } : query;
  const { people } = await findPeople(s, me, asked);
  return people.map(({ name }) => name);
}

/** The same server, where people find those alone with whom they share a room. */
const closed = (stage: Stage): Stage => ({
  ...stage,
  s: {
    ...stage.s,
    config: { ...stage.s.config, peopleDirectory: "rooms" } as Services[
      "config"
    ],
  },
});

Deno.test(
  "people are found by the beginnings of their names' words, however they are written",
  onStage(async (stage) => {
    const me = await stage.person("Grace Hopper");
    for (
      const name of ["Ada Lovelace", "Ærø Ødegård", "Łukasz Ada", "李 小龍"]
    ) {
      await stage.person(name);
    }
    assertEquals(await found(stage, me, "ADA"), ["Ada Lovelace", "Łukasz Ada"]);
    assertEquals(await found(stage, me, "lov ad"), ["Ada Lovelace"]);
    assertEquals(await found(stage, me, "odegard"), ["Ærø Ødegård"]);
    assertEquals(await found(stage, me, "李"), ["李 小龍"]);
    assertEquals(await found(stage, me, "ace"), []);
    // Nobody finds themselves.
    assertEquals(await found(stage, me, "grace"), []);
    assertEquals((await found(stage, me)).length, 4);
  }),
);

Deno.test(
  "all are told page by page, each once, by name",
  onStage(async (stage) => {
    const names = ["Ben", "Cleo", "Dora", "Emil", "Fay"];
    for (const name of names) await stage.person(name);
    const me = await stage.person("Cy");
    const told: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 5; page++) {
      const part = await findPeople(stage.s, me, { after, limit: 2 });
      told.push(...part.people.map(({ name }) => name));
      if (part.next === null) break;
      after = part.next;
    }
    assertEquals(told, names);
    assertEquals(await found(stage, me, { after: "x".repeat(9_999) }), names);
  }),
);

Deno.test(
  "accounts whose address is not confirmed are not found, and find nobody but those in their rooms",
  onStage(async (stage) => {
    const [ada, ben, cleo] = await Promise.all(
      ["Ada", "Ben", "Cleo"].map(stage.person),
    );
    const until = Date.now() + 10_000;
    await changeAccount(stage.s.kv, ben.id, (record) => ({
      ...record,
      unconfirmedUntil: until,
    }));
    const unconfirmed = { ...ben, unconfirmedUntil: until };
    assertEquals(await found(stage, ada), ["Cleo"]);
    assertEquals(await found(stage, ada, "ben"), []);
    await assertRejects(() => findPerson(stage.s, ada, ben.id), AppError);
    assertEquals(await found(stage, unconfirmed), []);
    await assertRejects(() => findPerson(stage.s, unconfirmed, cleo.id));
  }),
);

Deno.test(
  "where the directory is closed, people find those they share a room with",
  onStage(async (open) => {
    const stage = closed(open);
    const [ada, ben, cleo] = await Promise.all(
      ["Ada", "Ben", "Cleo"].map(stage.person),
    );
    assertEquals(await found(stage, ada), []);
    const room = await createRoom(stage.s, ada, "Tea");
    await stage.bring(ada, room.id, ben);
    assertEquals(await found(stage, ada), ["Ben"]);
    assertEquals(await found(stage, ada, "be"), ["Ben"]);
    assertEquals(await found(stage, ada, "cl"), []);
    assertEquals((await findPerson(stage.s, ada, ben.id)).name, "Ben");
    const error = await assertRejects(
      () => findPerson(stage.s, ada, cleo.id),
      AppError,
    );
    const nobody = await assertRejects(
      () => findPerson(stage.s, ada, crypto.randomUUID()),
      AppError,
    );
    assertEquals(error.message, nobody.message);
  }),
);

Deno.test(
  "a new name is found at once, and the old one no more",
  onStage(async (stage) => {
    const me = await stage.person("Ada");
    const ben = await stage.person("Ben Stone");
    await renameAccount(stage.s, ben.id, "Benedikt Rock");
    assertEquals(await found(stage, me, "stone"), []);
    assertEquals(await found(stage, me, "rock"), ["Benedikt Rock"]);
    assertEquals(await found(stage, me), ["Benedikt Rock"]);
  }),
);

Deno.test(
  "whoever takes a name that looks like another's gets a number, wherever they are listed",
  onStage(async (stage) => {
    const ada = await stage.person("Ada");
    const me = await stage.person("Ben");
    const other = await stage.person("АDА");
    const names = await serverNames(stage.s, [other.id, ada.id]);
    // Both may be made within one millisecond.
    const [older, younger] = [ada, other].sort((a, b) =>
      a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
    );
    assertEquals(names.get(older.id), older.name);
    assertEquals(names.get(younger.id), `${younger.name} (2)`);
    assertEquals(
      (await found(stage, me)).sort(),
      [...names.values()].sort(),
    );
  }),
);

Deno.test(
  "no name is taken for the one that another gets with its number",
  onStage(async (stage) => {
    const two = [await stage.person("Ada"), await stage.person("ada")];
    const posing = await Promise.all(
      ["Ada (2)", "ada (2)", "ada（２）"].map(stage.person),
    );
    const names = await serverNames(
      stage.s,
      [...two, ...posing].map(({ id }) => id),
    );
    const shown = [...names.values()].map((name) => name.normalize("NFKC"));
    assertEquals(
      shown.filter((name) => /^ada ?\(2\)$/i.test(name)).length,
      1,
    );
  }),
);

Deno.test(
  "accounts of earlier versions are listed once, and not as they were",
  onStage(async (stage) => {
    const { kv } = stage.s;
    const me = await stage.person("Ada");
    const ben = await stage.person("Ben");
    for await (const { key } of kv.list({ prefix: ["people"] })) {
      await kv.delete(key);
    }
    assertEquals(await found(stage, me), []);
    await listEarlier(stage.s, accountKeys.accounts());
    assertEquals(await found(stage, me), ["Ben"]);
    const { value } = await kv.get<AccountRecord>(accountKeys.account(ben.id));
    await kv.set(accountKeys.account(ben.id), { ...value, name: "Bob" });
    await listEarlier(stage.s, accountKeys.accounts());
    const bob = await kv.get(listingKeys.person("bob", ben.id));
    assertEquals(bob.value, null);
  }),
);

Deno.test(
  "who was listed by another folding is found by this one, and under no name they give up",
  onStage(async (stage) => {
    const { kv } = stage.s;
    const me = await stage.person("Ada");
    const thora = await stage.person("Þóra");
    // As it was when þ was a letter like no other.
    const earlier: Deno.KvKey[] = [
      listingKeys.person("þora", thora.id),
      listingKeys.withWord("þora", thora.id),
      listingKeys.looking("þora", thora.id),
    ];
    for (
      const key of [
        listingKeys.person("thora", thora.id),
        listingKeys.withWord("thora", thora.id),
        listingKeys.looking("thora", thora.id),
      ]
    ) {
      assertEquals((await kv.get(key)).value !== null, true);
      await kv.delete(key);
    }
    for (const key of earlier) await kv.set(key, true);
    await kv.set(listingKeys.listed(), true);
    assertEquals(await found(stage, me, "thora"), []);
    await listEarlier(stage.s, accountKeys.accounts());
    assertEquals(await found(stage, me, "thora"), ["Þóra"]);
    assertEquals(await found(stage, me, "Þó"), ["Þóra"]);
    assertEquals(await found(stage, me), ["Þóra"]);
    for (const key of earlier) assertEquals((await kv.get(key)).value, null);
  }),
);
