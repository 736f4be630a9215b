/**
 * The shapes of what is asked and answered over HTTP. The types of `protocol.ts` and
 * `protocol-http.ts` are the definition: a shape that says something else does not compile.
 */
import { z } from "zod";
import type * as http from "../../protocol-http.ts";
import {
  type Draft,
  LIMITS,
  type Message,
  type Parts,
  type RoomSummary,
  type Sender,
} from "../../protocol.ts";
import type { Readiness } from "../../operations/health.ts";

const id = z.string();
const ms = z.int().describe("Milliseconds since the Unix epoch.");
const offset = z.int().min(0);
const clientId = z.string().regex(/^[\w.:-]{1,64}$/)
  .describe("Chosen by the sender; whatever repeats it is done once.");
const role = z.enum(["admin", "member", "reader"]);
const after = z.int().optional().describe("With it there is more, from there.");

export const Refused = z.object({
  error: z.object({
    code: z.string().describe("Never changes; programs may rely on it."),
    message: z.string().describe("A sentence for a person."),
  }),
});

const Person = z.object({ id, name: z.string() }) satisfies z.ZodType<Sender>;

const File = z.object({
  id,
  name: z.string().max(LIMITS.fileNameLength),
  type: z.string().describe("The media type its content has."),
  size: z.int().describe("Bytes."),
  width: z.int().optional().describe("Of a picture, in pixels."),
  height: z.int().optional(),
  colour: z.string().optional(),
  thumbnail: z.boolean().optional(),
});

const Spoken = z.object({
  clip: id,
  ms: z.int().optional(),
  peaks: z.array(z.int()).optional(),
  words: z.array(z.tuple([z.string(), z.int(), z.int()])).optional(),
  waiting: z.literal(true).optional(),
});

const Page = z.object({
  address: z.string().max(LIMITS.addressLength),
  title: z.string().max(LIMITS.previewTitle).optional(),
  description: z.string().max(LIMITS.previewText).optional(),
  picture: File.optional(),
});

const Mentioned = z.object({ id, name: z.string() });

const parts = {
  content: z.string().max(LIMITS.contentLength).describe(
    "The text. Names of emoji, such as :tada:, become them, but not in code and addresses.",
  ),
  voice: Spoken.optional(),
  files: z.array(File).max(LIMITS.files).optional(),
  mentions: z.array(Mentioned).max(LIMITS.mentions).optional(),
  preview: Page.optional(),
};
z.object(parts) satisfies z.ZodType<Parts>;

const { preview: _, ...draft } = parts;
export const Said = z.object({
  ...draft,
  clientId,
  replyTo: id.optional(),
}) satisfies z.ZodType<Draft>;

export const Stored = z.object({
  ...parts,
  id,
  clientId: z.string(),
  sender: Person,
  timestamp: ms,
  offset,
  replyTo: id.optional(),
  editedAt: ms.optional(),
  deletedAt: ms.optional().describe("Set if it was deleted, which is final."),
  reactions: z.record(z.string(), z.array(id)).optional()
    .describe("Emoji to the ids of the people who chose it."),
}) satisfies z.ZodType<Message>;

export const History = z.object({
  messages: z.array(Stored).describe("Oldest first, edits applied."),
  epoch: z.string(),
  offset,
}) satisfies z.ZodType<http.HistoryPage>;

export const HistoryQuery = z.object({
  before: offset.optional(),
  after: offset.optional(),
  limit: z.int().min(1).max(LIMITS.historyLimit).default(50),
  id: id.optional().describe("One message: the answer is that alone."),
});

const amendment = { clientId, id };
export const Amended = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("edit-message"),
    ...amendment,
    content: z.string().max(LIMITS.contentLength).describe(
      "The text as it is to be. Only a message with files or a voice note can do without.",
    ),
    mentions: parts.mentions,
  }),
  z.object({ event: z.literal("delete-message"), ...amendment }),
  z.object({
    event: z.literal("react"),
    ...amendment,
    emoji: z.string().max(32),
    on: z.boolean(),
  }),
]);

export const Entries = z.string().describe(
  "One entry a line, as over the socket; empty lines keep it open.",
);
export const After = z.object({ after: offset.optional() });
export const Read = z.object({ offset });

export const Query = z.object({
  rooms: z.array(id).max(LIMITS.roomsEach),
  terms: z.array(z.object({ text: z.string(), whole: z.boolean() })),
  from: z.array(id).optional().describe("What one of these people sent."),
  has: z.array(z.enum(["file", "link", "voice"])).optional(),
  after: ms.optional(),
  before: ms.optional(),
  order: z.enum(["newest", "best"]).optional(),
  cursor: z.string().optional().describe("The next of the page before."),
  limit: z.int().max(LIMITS.historyLimit).optional(),
}) satisfies z.ZodType<http.Search>;

export const Found = z.object({
  messages: z.array(Stored.extend({ roomId: id })),
  next: z.string().nullable(),
  reached: ms.optional().describe("Only what was sent since was searched."),
  bestOf: z.int().optional().describe(
    "Of how many, the newest that were found, these are the best.",
  ),
}) satisfies z.ZodType<http.SearchPage>;

const Summary = z.object({
  epoch: z.string(),
  offset,
  read: offset,
  unread: z.int(),
  mentioned: z.int(),
  last: Stored.nullable(),
}) satisfies z.ZodType<RoomSummary>;

export const SummariesQuery = z.object({
  rooms: z.string().optional().describe(
    "Ids with commas between them, at most 100; without, all of one's own.",
  ),
  after: id.optional().describe("The next of the page before."),
  limit: HistoryQuery.shape.limit,
});

export const Summaries = z.object({
  rooms: z.record(id, Summary),
  next: id.nullable().optional(),
});

export const Activity = z.object({
  rooms: z.record(id, ms),
});

export const Members = z.object({
  version: z.int(),
  members: z.record(id, role),
  loud: z.boolean().optional().describe("Web wants to hear of every message."),
  ended: z.boolean().optional(),
}) satisfies z.ZodType<http.MemberList>;

export const MembersUpdate = z.object({
  version: z.int(),
  after: z.array(z.int()).describe("The versions from which it leads here."),
  changed: z.record(id, role.nullable()).describe("Null: not a member."),
  loud: Members.shape.loud,
}) satisfies z.ZodType<http.MembersUpdate>;

export const Names = z.object({
  names: z.record(id, z.string()),
}) satisfies z.ZodType<http.NamesChanged>;

export const Renamed = z.object({
  name: z.string().max(200),
  userId: id.optional().describe("Who alone calls it so."),
}) satisfies z.ZodType<http.RoomRenamed>;

export const Heard = z.object({
  id,
  content: z.string(),
  voice: Spoken,
}) satisfies z.ZodType<http.Transcript>;

export const LookedUp = z.object({
  id,
  preview: Page,
}) satisfies z.ZodType<http.Previewed>;

export const Ended = z.object({
  userId: id,
  sid: id.optional(),
  keep: id.optional(),
}) satisfies z.ZodType<http.SessionsEnded>;

export const Rename = z.object({
  userId: id,
  name: z.string().max(200),
  after: z.string().optional(),
}) satisfies z.ZodType<http.Rename>;
export const RenameDone = z.object({ after: z.string().optional() });

export const WrittenQuery = After.extend({ by: id });
export const Written = z.object({
  messages: z.array(Stored),
  reactions: z.array(z.object({ message: id, emoji: z.array(z.string()) })),
  after,
}) satisfies z.ZodType<http.WrittenBy>;

export const Withdrawal = z.object({
  userId: id,
  name: z.string().max(200),
  after: offset.optional(),
}) satisfies z.ZodType<http.Withdrawal>;
export const More = z.object({ after });

export const Clips = z.object({
  clips: z.array(z.object({ id, owner: id, message: id })),
  files: z.array(id),
  after,
}) satisfies z.ZodType<http.RoomClips>;

const receipt = { roomId: id, receipt: z.string().describe("Opaque.") };
export const Taken = z.object({ taken: z.array(z.object(receipt)) });
export const Leftovers = z.object({
  leftovers: z.array(z.object({
    ...receipt,
    attached: z.array(
      z.object({ kind: z.enum(["clip", "file"]), id, owner: id }),
    ),
  })),
}) satisfies z.ZodType<http.Leftovers>;

export const Alerts = z.object({
  alerts: z.array(z.object({ ...receipt, epoch: z.string(), offset })),
}) satisfies z.ZodType<http.Alerts>;

export const AlertQuery = After.extend({ epoch: z.string().optional() });
export const AlertPage = z.object({
  epoch: z.string(),
  offset,
  more: z.boolean(),
  messages: z.array(z.object({
    ...{ id, offset, sender: id, timestamp: ms, mentions: z.array(id) },
    edited: z.boolean().optional(),
  })),
  removals: z.array(
    z.object({ id, by: id, sender: id, timestamp: ms }),
  ).optional(),
}) satisfies z.ZodType<http.AlertPage>;

export const People = z.object({ people: z.array(id).max(500) });
export const Positions = z.object({
  positions: z.record(id, offset),
}) satisfies z.ZodType<http.Positions>;

export const AskedUnchanged = z.object({
  asked: z.array(z.object({ userId: id, since: z.string() })).max(500),
});
export const Unchanged = z.object({
  now: z.string().nullable(),
  unchanged: z.array(z.boolean()),
}) satisfies z.ZodType<http.Unchanged>;

export const Posts = z.object({
  posts: z.array(z.object({
    token: z.string().describe("Of whoever wrote it."),
    roomId: id,
    message: Said,
    requestId: z.string().optional(),
    vouched: z.boolean().optional(),
  })).max(100),
});
export const PostAnswers = z.object({
  answers: z.array(z.object({
    status: z.number().int(),
    body: z.unknown().describe("The message, or an error."),
  })),
}) satisfies z.ZodType<http.PostAnswers>;

const state = z.enum(["up", "down"]);
const reason = z.string().optional().describe("For an operator.");
export const Ready = z.object({
  ready: z.boolean(),
  draining: z.boolean(),
  store: z.object({ name: z.string(), state, reason }),
  keys: z.object({ state, reason }),
  retentionDays: z.int().min(1).optional()
    .describe("Days after which messages are deleted; without it they stay."),
}) satisfies z.ZodType<Readiness>;
export const Alive = z.object({ ok: z.literal(true) });
export const Lines = z.string();
export const Any = z.record(z.string(), z.unknown());
