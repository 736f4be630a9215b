import type { Database } from "bun:sqlite";
import type { Role } from "../../protocol.ts";
import type { MemberList, MembersUpdate } from "../../protocol-http.ts";
import {
  differences,
  ENDED_SECONDS,
  type Standing,
} from "../../access/member-store.ts";

/** A copy of each room, and whom it names; `ended`: when it ended, and may be forgotten. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS copies (
  id INTEGER PRIMARY KEY, room TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL, at INTEGER NOT NULL, ended INTEGER
);
CREATE TABLE IF NOT EXISTS members (
  copy INTEGER NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (copy, person)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_by_person ON members (person);
`;

/** Makes the tables of the copies where there are none, as in files of earlier versions. */
export const makeMemberTables = (db: Database): void => {
  db.run(SCHEMA);
  const isThere = db.query(
    "SELECT 1 FROM pragma_table_info('copies') WHERE name = 'loud'",
  );
  db.transaction(() => {
    // Another connection may have been faster.
    if (isThere.get()) return;
    db.run("ALTER TABLE copies ADD COLUMN loud INTEGER NOT NULL DEFAULT 0");
  }).immediate();
};

/** What came of a list: the version before (-1: none) and who is different; null: it was old. */
export type Put =
  | { before: number; changed: Record<string, Role | null> }
  | null;

interface CopyRow {
  id: number;
  version: number;
}

/** Takes a list, inside a transaction of the caller. */
export function putMembers(
  db: Database,
  roomId: string,
  { version, members, ended, loud }: MemberList,
): Put {
  const now = Date.now();
  const old = findCopy(db, roomId);
  if (old && old.version > version) return null;
  const { id } =
    db.query<{ id: number }, [string, number, number, number | null, number]>(
      `INSERT INTO copies (room, version, at, ended, loud)
     VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (room)
     DO UPDATE SET version = ?2, at = ?3, ended = ?4, loud = ?5 RETURNING id`,
    ).get(roomId, version, now, ended ? now : null, loud ? 1 : 0) ?? { id: 0 };
  const changed = differences(membersOf(db, id), members);
  setRoles(db, id, changed);
  db.query("DELETE FROM copies WHERE ended < ?")
    .run(now - ENDED_SECONDS * 1_000);
  return { before: old?.version ?? -1, changed };
}

/**
 * Takes what is different, inside a transaction of the caller; "unknown" where it does not follow on
 * from the copy.
 */
export function updateMembers(
  db: Database,
  roomId: string,
  { version, after, changed, loud }: MembersUpdate,
): Put | "unknown" {
  const copy = findCopy(db, roomId);
  if (!copy) return "unknown";
  if (copy.version > version) return null;
  if (copy.version === version) return { before: version, changed: {} };
  if (!after.includes(copy.version)) return "unknown";
  db.query("UPDATE copies SET version = ?, at = ?, loud = ? WHERE id = ?")
    .run(version, Date.now(), loud ? 1 : 0, copy.id);
  const find = db.query<{ role: Role }, [number, string]>(
    "SELECT role FROM members WHERE copy = ? AND person = ?",
  );
  const different = Object.entries(changed).filter(([person, role]) =>
    (find.get(copy.id, person)?.role ?? null) !== role
  );
  const roles = Object.fromEntries(different);
  setRoles(db, copy.id, roles);
  return { before: copy.version, changed: roles };
}

function setRoles(
  db: Database,
  copy: number,
  roles: Record<string, Role | null>,
): void {
  const set = db.query(
    "INSERT OR REPLACE INTO members (copy, person, role) VALUES (?, ?, ?)",
  );
  const unset = db.query("DELETE FROM members WHERE copy = ? AND person = ?");
  for (const [person, role] of Object.entries(roles)) {
    if (role === null) unset.run(copy, person);
    else set.run(copy, person, role);
  }
}

/** Takes a person out of a copy of just this version; whether they were in it. */
export function dropMember(
  db: Database,
  roomId: string,
  userId: string,
  version: number,
): boolean {
  const copy = findCopy(db, roomId);
  if (copy?.version !== version) return false;
  const { changes } = db.query(
    "DELETE FROM members WHERE copy = ? AND person = ?",
  ).run(copy.id, userId);
  return changes > 0;
}

const findCopy = (db: Database, roomId: string): CopyRow | null =>
  db.query<CopyRow, [string]>("SELECT id, version FROM copies WHERE room = ?")
    .get(roomId);

function membersOf(db: Database, copy: number): Record<string, Role> {
  const rows = db.query<{ person: string; role: Role }, [number]>(
    "SELECT person, role FROM members WHERE copy = ?",
  ).all(copy);
  return Object.fromEntries(rows.map(({ person, role }) => [person, role]));
}

/** What the copies of rooms say of a person. */
export function standingsOf(
  db: Database,
  userId: string,
  roomIds: string[],
): Record<string, Standing> {
  const find = db.query<
    Omit<Standing, "loud"> & { loud: number },
    [string, string]
  >(
    `SELECT version, at AS checkedAt, role, loud FROM copies
     LEFT JOIN members ON copy = copies.id AND person = ?2 WHERE room = ?1`,
  );
  const found: Record<string, Standing> = {};
  for (const id of roomIds) {
    const standing = find.get(id, userId);
    if (standing) found[id] = { ...standing, loud: standing.loud === 1 };
  }
  return found;
}

/** Those of these people whom the copy of a room names. */
export function among(
  db: Database,
  roomId: string,
  userIds: string[],
): string[] {
  const copy = findCopy(db, roomId);
  const find = db.query("SELECT 1 FROM members WHERE copy = ? AND person = ?");
  return copy ? userIds.filter((id) => find.get(copy.id, id) !== null) : [];
}

/** Whom the copy of a room names. */
export function peopleOf(db: Database, roomId: string): string[] {
  const copy = findCopy(db, roomId);
  return copy ? Object.keys(membersOf(db, copy.id)) : [];
}

/** The rooms whose copies name a person. */
export const roomsOf = (db: Database, userId: string): string[] =>
  db.query<{ room: string }, [string]>(
    `SELECT room FROM members JOIN copies ON copies.id = copy
     WHERE person = ?`,
  ).all(userId).map(({ room }) => room);
