import { sortedName } from "../accounts/listing.ts";
import { ownerOf } from "../accounts/owner.ts";
import type { Account } from "../accounts/types.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { keys, type StoredRoom } from "./store.ts";

/** Whether somebody may make open rooms here. */
export async function mayMakeOpen(
  s: Pick<Services, "kv" | "config">,
  { id, unconfirmedUntil }: Pick<Account, "id" | "unconfirmedUntil">,
): Promise<boolean> {
  if (unconfirmedUntil !== undefined) return false;
  const { openRooms } = s.config;
  return openRooms === "everyone" ||
    openRooms === "owner" && await ownerOf(s) === id;
}

/** @throws {AppError} `no-open-rooms` (403) to whoever may not make one here. */
export async function checkMayMakeOpen(
  s: Pick<Services, "kv" | "config">,
  account: Account,
): Promise<void> {
  const { requireConfirmed } = await import("../accounts/confirm-address.ts");
  await requireConfirmed(s, account.id);
  if (await mayMakeOpen(s, account)) return;
  throw new AppError({
    code: "no-open-rooms",
    status: 403,
    message:
      "On this server you cannot make rooms that are open to everyone. Make one for people you invite.",
  });
}

/** Makes `commit` list an open room under its name, or no longer. */
export function listOpen(
  commit: Deno.AtomicOperation,
  before: StoredRoom | null,
  after: StoredRoom | null,
): void {
  if (before?.kind === "open") {
    commit.delete(keys.openRoom(sortedName(before.name), before.id));
  }
  if (after?.kind === "open" && after.archivedAt === undefined) {
    commit.set(keys.openRoom(sortedName(after.name), after.id), true);
  }
}
