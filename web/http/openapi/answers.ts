/** What the calls of the API answer. */
import { z } from "zod";

const id = z.string();
const ms = z.int().describe("Milliseconds since the Unix epoch.");
const sender = z.object({ id, name: z.string() });
const role = z.enum(["admin", "member"]);

export const ErrorAnswer = z.object({
  error: z.object({
    code: z.string().describe("Never changes; programs may rely on it."),
    message: z.string().describe("A sentence for a person."),
    fields: z.record(z.string(), z.string()).optional()
      .describe("What is wrong with each field, as a sentence."),
  }),
});

export const AccountAnswer = z.object({
  id,
  name: z.string(),
  email: z.string(),
});

export const HalfWay = z.object({
  next: z.enum(["faceImage", "code", "recoveryCode"])
    .describe("What the second step takes."),
  why: z.literal("face-unclear").optional(),
  challenge: z.object({ turn: z.enum(["left", "right"]) }).optional()
    .describe("The side of one's own to turn the head to."),
  expiresAt: ms,
});

export const FileAnswer = z.object({
  id,
  name: z.string(),
  type: z.string().describe("The media type its content has."),
  size: z.int().describe("Bytes, as it is kept."),
  width: z.int().optional().describe("Of a picture, in pixels."),
  height: z.int().optional(),
  colour: z.string().optional()
    .describe("Of a picture: to be shown until it is there."),
  thumbnail: z.boolean().optional()
    .describe("There is a smaller picture, at its address and /thumbnail."),
});

export const VoiceAnswer = z.object({
  clip: id.describe("The recording."),
  ms: z.int().optional().describe("How long it is: milliseconds."),
  peaks: z.array(z.int()).optional()
    .describe("How loud each of its equal parts is, of the loudest 100."),
  words: z.array(z.tuple([z.string(), z.int(), z.int()])).optional()
    .describe("What was heard: each word, and from when to when in ms."),
  waiting: z.literal(true).optional()
    .describe("Its words are still to come, as an entry of the room."),
});

export const HeardAnswer = z.object({
  voice: VoiceAnswer.optional().describe(
    "To be sent with a message; missing where there was no room to keep it.",
  ),
  text: z.string().describe("What was said; empty where it is not known."),
  cut: z.boolean().describe("The end of the recording was missing."),
  doubtful: z.array(z.string())
    .describe("Words the recogniser is not sure of."),
});

export const DiscardAnswer = z.object({ clip: id });

export const MessageAnswer = z.looseObject({
  id,
  clientId: z.string(),
  sender,
  content: z.string().describe("The text; empty where there is none."),
  mentions: z.array(z.object({ id: z.string(), name: z.string() })).optional()
    .describe(
      "Whom the text mentions, with @ and this name; the id * is everyone. It is found in the text.",
    ),
  voice: VoiceAnswer.optional()
    .describe(
      "A voice note; it is played at /rooms/{room}/messages/{id}/voice.",
    ),
  files: z.array(FileAnswer).optional()
    .describe("Each is read at /rooms/{room}/files/{id}."),
  preview: z.object({
    address: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
    picture: FileAnswer.optional(),
  }).optional().describe(
    "What the first page it links to says of itself; it may come later.",
  ),
  timestamp: ms,
  offset: z.int().describe("Its place in the room: from 1, without gaps."),
  replyTo: id.optional(),
  editedAt: ms.optional(),
  deletedAt: ms.optional(),
  reactions: z.record(z.string(), z.array(id)).optional()
    .describe("Emoji, and the ids of the people who chose it."),
});

export const HistoryAnswer = z.object({
  messages: z.array(MessageAnswer).describe("Oldest first."),
  epoch: z.string().describe("Changes only when the log was lost."),
  offset: z.int().describe("The offset of the newest entry."),
});

const room = {
  id,
  name: z.string(),
  createdAt: ms,
  createdBy: id,
  kind: z.enum(["closed", "open", "direct"]).describe(
    "Open: anyone on this server can join. Direct: only those it was made for.",
  ),
  description: z.string().optional(),
  archivedAt: ms.optional().describe("It is read-only since then."),
  role,
};

export const RoomAnswer = z.object({
  ...room,
  members: z.array(
    z.looseObject({ id, name: z.string(), role, joinedAt: ms }),
  ),
});

export const RoomsAnswer = z.object({
  rooms: z.array(z.looseObject({
    ...room,
    memberCount: z.int(),
    summary: z.unknown().describe(
      "The last message, and how much is unread; null while realtime is down.",
    ),
  })),
});

export const RoomNamesAnswer = z.object({
  rooms: z.array(z.object({ id, name: z.string() })),
});

const person = {
  id,
  name: z.string().describe(
    "With a number behind it where it looks like an older account's.",
  ),
  about: z.string().optional(),
  picture: z.string().optional().describe(
    "Which picture they chose: it is at /people/{id}/picture.",
  ),
};

export const PeopleAnswer = z.object({
  people: z.array(z.object(person)).describe("By name."),
  next: z.string().nullable().describe("What to ask for next, as after."),
});

export const PersonAnswer = z.object({
  ...person,
  timeZone: z.string().optional(),
  since: ms,
  rooms: z.array(z.object({ id, name: z.string() }))
    .describe("Those you are both in."),
});

export const NamedRoom = z.object({ id, name: z.string() });

export const OpenRoomsAnswer = z.object({
  rooms: z.array(z.object({
    id,
    name: z.string(),
    description: z.string().optional(),
    memberCount: z.int(),
    isIn: z.boolean(),
  })),
  next: z.int().nullable().describe("The number of the next page."),
});

export const RoomChanged = z.object(room);

const link = z.object({
  url: z.string(),
  expiresAt: z.number().describe("Milliseconds since the Unix epoch."),
  left: z.number().describe("How many more people it lets in."),
});

export const LinkAnswer = z.object({ link: link.nullable() });

export const LinkMade = z.object({ link });

export const MemberChanged = z.object({ person: id, role });

export const NewRoomAnswer = z.object({
  id,
  name: z.string(),
  uninvited: z.array(
    z.object({ email: z.string(), code: z.string(), message: z.string() }),
  ).optional()
    .describe("Who could not be invited, and why."),
});

export const InvitationSent = z.looseObject({
  id,
  roomId: id,
  email: z.string(),
  expiresAt: ms,
  status: z.string(),
});

export const InvitationAnswered = z.object({
  status: z.enum(["accepted", "rejected"]),
  room: z.object({ id, name: z.string() }).optional(),
});

export const DictationAnswer = z.object({
  languages: z.array(
    z.object({
      tag: z.string().describe("BCP 47."),
      name: z.string().describe("In English."),
    }),
  ).describe("By their names."),
  language: z.string().describe(
    "The tag of yours. Empty: the server tells it by itself.",
  ),
  detects: z.boolean().describe(
    "The server can tell the language by itself.",
  ),
  missing: z.string().optional().describe(
    "The name of the language you chose, where this server does not know it.",
  ),
});

export const TokenAnswer = z.looseObject({
  token: z.string(),
  expiresAt: ms,
});
