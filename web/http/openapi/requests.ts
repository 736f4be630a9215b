/** What each call of the API takes. */
import { z } from "zod";
import { LIMITS } from "../../../realtime/protocol.ts";
import { faceImages, liveFaceImages } from "../requests/face-image.ts";

export const Registration = z.object({
  name: z.string(),
  email: z.string(),
  password: z.string(),
  secondFactor: z.enum(["face", "code"]).optional()
    .describe(
      "What to sign in with besides the password: face, unless you say code.",
    ),
  faceImage: faceImages.optional(),
  consent: z.boolean().optional(),
  invitation: z.string().max(100).optional()
    .describe("The code of the invitation the person comes by."),
});

export const Password = z.object({ email: z.string(), password: z.string() });

/** What the second step of a sign-in can be: one of them. */
export const Proof = z.object({
  faceImage: liveFaceImages.optional(),
  code: z.string().optional(),
  recoveryCode: z.string().max(100).optional()
    .describe("One of the ten the person wrote down; it works once."),
});

export const Login = Password.partial().extend(Proof.shape);

export const RoomQuery = z.object({
  chatId: z.string().optional(),
  names: z.enum(["true"]).optional()
    .describe("Of all your rooms the ids and the names alone."),
});

export const NewRoom = z.object({
  name: z.string(),
  kind: z.enum(["closed", "open"]).optional()
    .describe("Open: anyone on this server finds it and can join."),
  description: z.string().optional(),
  emails: z.array(z.string()).optional(),
});

export const NewInvitation = z.object({
  roomId: z.string(),
  email: z.string(),
});

export const InvitationAnswer = z.object({
  code: z.string(),
  status: z.enum(["accepted", "rejected"]),
});

const number = z.string()
  .regex(/^\d{1,15}$/, "This must be a whole number, in digits.")
  .transform(Number);
const offset = number.optional();

export const PeopleQuery = z.object({
  q: z.string().max(200).optional()
    .describe("Beginnings of words of a name, in any order."),
  after: z.string().max(64).optional()
    .describe("The next of the page before."),
});

export const NewDirect = z.object({
  people: z.array(z.string().max(64)).min(1).max(7)
    .describe("The ids of the others."),
});

export const OpenRoomsQuery = z.object({
  q: z.string().max(200).optional().describe("Words of a name."),
  page: number.pipe(z.int().min(1).max(9_999)).optional(),
});

export const Joining = z.object({ roomId: z.string() });

export const RoomChange = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  archived: z.boolean().optional()
    .describe("True: it can be read and nothing can be added."),
});

export const NewLink = z.object({
  days: z.number().int().describe("For how many days it works: 1, 7 or 30."),
  people: z.number().int()
    .describe("How many people it lets in: 1, 10, 100 or 1000."),
});

export const MemberChange = z.object({
  person: z.string(),
  role: z.enum(["admin", "member"]),
});

export const HistoryQuery = z.object({
  roomId: z.string(),
  before: offset,
  after: offset,
  limit: number.pipe(z.int().min(1).max(LIMITS.historyLimit)).optional(),
});

export const NewMessage = z.object({
  roomId: z.string(),
  clientId: z.string(),
  content: z.string().describe(
    "The text. Names of emoji, such as :tada:, become them, but not in code and addresses.",
  ),
  replyTo: z.string().optional(),
  files: z.array(z.string().max(64)).max(LIMITS.files).optional()
    .describe(
      "The ids of files you added to the room before. A message with files needs no text.",
    ),
  voice: z.object({ clip: z.string().max(256) }).optional()
    .describe(
      "A voice note you recorded for the room before. A message with one needs no text.",
    ),
  clip: z.string().optional()
    .describe("The same, as programs sent it before there was `voice`."),
});

export const NewFileQuery = z.object({
  name: z.string().max(1_000).optional()
    .describe("What it is called; its type is found in its content."),
});

export const NewVoiceQuery = z.object({
  language: z.string().max(35).optional()
    .describe("The BCP 47 tag of what is spoken."),
  hear: z.enum(["true", "false"]).optional()
    .describe(
      "false: it is kept at once, and its words follow once it is sent.",
    ),
});

export const DiscardQuery = z.object({
  clip: z.string().max(256).describe("The voice note that is not to be sent."),
});

export const TokenRequest = z.object({
  audience: z.enum(["realtime", "transcriber"]),
  room: z.string().max(100).optional()
    .describe(
      "For the transcriber: the id of the room you dictate in. Its name and those of its members are hints for the engine.",
    ),
});
