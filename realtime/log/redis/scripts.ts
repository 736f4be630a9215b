import { TOGETHER } from "../entry.ts";
import append from "./lua/append.lua" with { type: "text" };
import beginEpoch from "./lua/begin-epoch.lua" with { type: "text" };
import dropMember from "./lua/drop-member.lua" with { type: "text" };
import erase from "./lua/erase.lua" with { type: "text" };
import index from "./lua/index.lua" with { type: "text" };
import lines from "./lua/lines.lua" with { type: "text" };
import linkPerson from "./lua/link-person.lua" with { type: "text" };
import markRead from "./lua/mark-read.lua" with { type: "text" };
import merge from "./lua/merge.lua" with { type: "text" };
import page from "./lua/page.lua" with { type: "text" };
import putBack from "./lua/put-back.lua" with { type: "text" };
import updateMembers from "./lua/update-members.lua" with { type: "text" };
import putMembers from "./lua/put-members.lua" with { type: "text" };
import read from "./lua/read.lua" with { type: "text" };
import rename from "./lua/rename.lua" with { type: "text" };
import restore from "./lua/restore.lua" with { type: "text" };
import settleRoom from "./lua/settle-room.lua" with { type: "text" };
import trim from "./lua/trim.lua" with { type: "text" };
import unread from "./lua/unread.lua" with { type: "text" };

/**
 * The scripts that make up the Redis log; what each takes and replies stands at its head. Each runs
 * atomically on the keys of one room (or of several, on a single server). The keys of a room share
 * a hash tag, and so a slot:
 *
 *   log        stream of places; the id of one is `offset-epoch`, its one field is kinds → lines.
 *              Messages that came together share a place, as it costs several times what a line
 *              does: it has the offset of the last of them, a letter for the kind of each, and a
 *              line for each. (The earliest versions wrote a field for each.)
 *   meta       hash: epoch, offset (the newest); sender and clientId → the offset of the place
 *              they are in; and a note, see append.lua
 *   amends     sorted set: ids of edits, deletions, reactions, by the offset they belong to
 *   erased     sorted set: `id kindline` of entries that moved here from the stream when one in
 *              their place was erased or renamed, by their offset; reading merges the two
 *   leftovers  set: what was attached to parts that are gone, until web has taken it
 *   reads      hash: person → read position
 *   members    hash: person → role, as web last said
 *   copy       hash: version of that list, at (when web last said so)
 *
 * A person has a key of their own, of the rooms they are in: see link-person.lua.
 */
export const SCRIPTS = {
  chatAppend: { lua: scriptOf(`local TOGETHER = ${TOGETHER}`, erase, append) },
  chatRead: { lua: scriptOf(merge, read) },
  chatPage: { lua: scriptOf(merge, page) },
  chatUnread: { lua: scriptOf(merge, unread) },
  chatMarkRead: { lua: markRead },
  chatBeginEpoch: { lua: beginEpoch },
  chatTrim: { lua: scriptOf(trim) },
  chatSettleRoom: { lua: settleRoom },
  chatRestore: { lua: restore },
  chatRename: { lua: scriptOf(`local TOGETHER = ${TOGETHER}`, rename) },
  chatPutBack: { lua: putBack },
  chatPutMembers: { lua: putMembers },
  chatUpdateMembers: { lua: updateMembers },
  chatDropMember: { lua: dropMember },
  chatLink: { lua: linkPerson },
  chatIndex: { lua: index },
};

function scriptOf(...parts: string[]): string {
  return [lines, ...parts].join("\n");
}
