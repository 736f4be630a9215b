import { assert, assertEquals } from "@std/assert";
import type { RealtimeClient } from "../services.ts";
import { createRoom, listRooms } from "../rooms/rooms.ts";
import { findAccount, findAccountByEmail } from "./accounts.ts";
import { readConfig } from "../config.ts";
import { deleteAccount } from "./delete-account.ts";
import { startEmailCode } from "./email-code.ts";
import { finishErasures } from "./erasures.ts";
import { createSession, findSession } from "./sessions.ts";
import { elsewhere } from "../rooms/testing.ts";
import { visitedBy } from "./session-list/visitor.ts";
import { codeOf, everythingIn, onStage } from "./testing.ts";

const silentLog = {
  handOver: () => Promise.resolve(),
  updateMembers: () => Promise.resolve(true),
} as Partial<RealtimeClient> as RealtimeClient;

Deno.test(
  "a deleted account leaves its rooms and leaves nothing personal behind",
  onStage(async ({ s, person, pictures }) => {
    const all = { ...s, realtime: silentLog };
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    const visitor = {
      network: "198.51.100.0/24",
      software: "Firefox on Windows",
      device: null,
    };
    const { token } = await visitedBy(
      visitor,
      () => createSession(s, ann.id),
    );
    await createRoom({ ...all, config: readConfig({}) }, ann, "Tea");
    await startEmailCode(s, ann.id);
    await deleteAccount(all, ann.id);
    assertEquals(await findAccount(s, ann.id), null);
    assertEquals(await findAccountByEmail(s, ann.email), null);
    assertEquals(await findSession(s, token), null);
    assertEquals(await listRooms(all, ann.id), []);
    assertEquals(pictures.size, 1);
    await finishErasures(elsewhere(all));
    const stored = await everythingIn(s.kv);
    for (const own of ["Ann", "ann@", "198.51.100", "Firefox"]) {
      assert(!stored.includes(own), stored);
    }
    assertEquals(await findAccount(s, bob.id), bob);
    assertEquals(await codeOf(deleteAccount(all, ann.id)), "not-found");
  }),
);

Deno.test(
  "an e-mail is free again after its account was deleted",
  onStage(async ({ s, person }) => {
    const all = { ...s, realtime: silentLog };
    const first = await person("Ann");
    await deleteAccount(all, first.id);
    const second = await person("Ann");
    assert(second.id !== first.id);
  }),
);
