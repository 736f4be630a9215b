/** Every call of the HTTP side, for its document; a test compares it with the routes. */
import type { z } from "zod";
import type { DocumentedCall, Done } from "../../common/openapi.ts";
import { FILES_TOKEN } from "../../protocol.ts";
import { MOMENT } from "../../protocol-http.ts";
import * as shapes from "./shapes.ts";

const person = { person: [] };
const service = { service: [] };

const gives = (
  description: string,
  schema: z.ZodType,
  status = 200,
): Done => ({ status, description, schema });

const DONE: Done[] = [{ status: 204, description: "Done." }];

/** What a member does, or whoever looks on. */
const OF_PEOPLE: DocumentedCall[] = [
  {
    method: "GET",
    path: "/rooms/{id}/messages",
    summary: "A page of a room’s messages, or one of them.",
    security: [person, service],
    query: shapes.HistoryQuery,
    done: [gives(
      "The page; with id, that message.",
      shapes.History.or(shapes.Stored),
    )],
    errors: ["not-found", "rate-limited"],
  },
  {
    method: "POST",
    path: "/rooms/{id}/messages",
    summary: "Writes a message.",
    description:
      `Without ${FILES_TOKEN}, a token of web’s own, files are dropped and a voice note is its clip alone.`,
    security: [person],
    body: shapes.Said,
    done: [
      gives("The message, as it is stored.", shapes.Stored, 201),
      gives("It was there already, and is as it was.", shapes.Stored),
    ],
    errors: ["message-empty", "message-too-long", "room-archived"],
  },
  {
    method: "POST",
    path: "/rooms/{id}/amendments",
    summary: "Edits or deletes a message, or reacts to it.",
    security: [person],
    body: shapes.Amended,
    done: [gives("The message, as it is then.", shapes.Stored)],
    errors: [
      "message-empty",
      "message-too-long",
      "forbidden",
      "not-found",
      "room-archived",
    ],
  },
  {
    method: "PUT",
    path: "/rooms/{id}/read",
    summary: "Moves one’s read position.",
    security: [person],
    body: shapes.Read,
    done: DONE,
    errors: ["not-found"],
  },
  {
    method: "GET",
    path: "/rooms/{id}/stream",
    summary:
      "The room’s entries as they come, for as long as they may be read.",
    security: [person],
    query: shapes.After,
    done: [{
      ...gives("It ends with the token or the membership.", shapes.Entries),
      type: "application/x-ndjson",
    }],
    errors: ["not-found", "too-many", "overloaded"],
  },
  {
    method: "POST",
    path: "/search",
    summary: "Finds messages in those of the rooms that one is in.",
    security: [person],
    body: shapes.Query,
    done: [gives("A page of them.", shapes.Found)],
    errors: ["rate-limited"],
  },
  {
    method: "GET",
    path: "/summaries",
    summary: "What is new in one’s rooms.",
    security: [person],
    query: shapes.SummariesQuery,
    done: [gives("By the ids of the rooms.", shapes.Summaries)],
  },
  {
    method: "GET",
    path: "/activity",
    summary: "When each of one’s rooms was last written to.",
    security: [person],
    done: [gives("By the ids of the rooms.", shapes.Activity)],
  },
];

/** What only web may ask for. */
const OF_WEB: DocumentedCall[] = [
  {
    method: "PUT",
    path: "/rooms/{id}/members",
    summary: "Says who is in a room; an older version changes nothing.",
    security: [service],
    body: shapes.Members,
    done: DONE,
  },
  {
    method: "PATCH",
    path: "/rooms/{id}/members",
    summary: "Says who came, went or has another role since a version.",
    security: [service],
    body: shapes.MembersUpdate,
    done: DONE,
    errors: ["members-unknown"],
  },
  {
    method: "POST",
    path: "/rooms/{id}/names",
    summary: "Tells readers what people are called from now on.",
    security: [service],
    body: shapes.Names,
    done: DONE,
  },
  {
    method: "POST",
    path: "/rooms/{id}/name",
    summary: "Tells members what a room is called from now on.",
    security: [service],
    body: shapes.Renamed,
    done: DONE,
  },
  {
    method: "POST",
    path: "/rooms/{id}/transcripts",
    summary: "Gives a voice note its words.",
    security: [service],
    body: shapes.Heard,
    done: DONE,
  },
  {
    method: "POST",
    path: "/rooms/{id}/previews",
    summary: "Gives a message the preview of its link, or takes it away.",
    security: [service],
    body: shapes.LookedUp,
    done: DONE,
  },
  {
    method: "DELETE",
    path: "/rooms/{id}",
    summary: "Deletes a room with all it has.",
    security: [service],
    done: DONE,
  },
  {
    method: "GET",
    path: "/rooms/{id}/clips",
    summary: "What hangs on a part of a room’s messages.",
    security: [service],
    query: shapes.After,
    done: [gives("Recordings and files.", shapes.Clips)],
  },
  {
    method: "GET",
    path: "/rooms/{id}/written",
    summary: "What one person wrote in a part of a room.",
    security: [service],
    query: shapes.WrittenQuery,
    done: [gives("Oldest first, none deleted.", shapes.Written)],
  },
  {
    method: "POST",
    path: "/rooms/{id}/withdrawals",
    summary: "Deletes what one person wrote in a part of a room.",
    security: [service],
    body: shapes.Withdrawal,
    done: [gives("With after there is more to do.", shapes.More)],
  },
  {
    method: "POST",
    path: "/sessions",
    summary: "Ends sessions of a person.",
    security: [service],
    body: shapes.Ended,
    done: DONE,
  },
  {
    method: "POST",
    path: "/renames",
    summary:
      "Puts a name in place of a person’s whose account is gone, and drops their files.",
    security: [service],
    body: shapes.Rename,
    done: [gives("With after there is more to do.", shapes.RenameDone)],
  },
  {
    method: "GET",
    path: "/leftovers",
    summary: "What hung on messages that are gone.",
    security: [service],
    done: [gives("Some of it; empty when there is none.", shapes.Leftovers)],
  },
  {
    method: "POST",
    path: "/leftovers/taken",
    summary: "Says that leftovers are erased where they were.",
    security: [service],
    body: shapes.Taken,
    done: DONE,
  },
  {
    method: "GET",
    path: "/alerts",
    summary: "Rooms with something to tell whoever is away.",
    security: [service],
    done: [gives("Each until it is taken.", shapes.Alerts)],
  },
  {
    method: "POST",
    path: "/alerts/taken",
    summary: "Says that these rooms were looked at.",
    security: [service],
    body: shapes.Taken,
    done: DONE,
  },
  {
    method: "GET",
    path: "/rooms/{id}/alerts",
    summary: "What of a room somebody may have to be told of.",
    security: [service],
    query: shapes.AlertQuery,
    done: [gives("After the position that was given.", shapes.AlertPage)],
  },
  {
    method: "POST",
    path: "/rooms/{id}/positions",
    summary: "How far people have read.",
    security: [service],
    body: shapes.People,
    done: [gives("By their ids.", shapes.Positions)],
  },
  {
    method: "POST",
    path: "/unchanged",
    summary: "Whether people would read now what they read before.",
    description:
      `A moment is what ${MOMENT} said of an answer. With several instances there is none.`,
    security: [service],
    body: shapes.AskedUnchanged,
    done: [gives("In the order in which it was asked.", shapes.Unchanged)],
  },
  {
    method: "POST",
    path: "/posts",
    summary: "Writes messages of several people.",
    description:
      "Each counts and is answered as if the person had written it with their token.",
    security: [service],
    body: shapes.Posts,
    done: [gives("In the order of the posts.", shapes.PostAnswers)],
  },
];

/** What anybody may ask, and an operator does. */
const OF_OPERATORS: DocumentedCall[] = [
  {
    method: "GET",
    path: "/healthz",
    summary: "Whether the process lives.",
    security: [],
    done: [gives("It does.", shapes.Alive)],
  },
  {
    method: "GET",
    path: "/readyz",
    summary: "Whether messages can be taken.",
    security: [],
    done: [
      gives("They can.", shapes.Ready),
      gives("They cannot; reason says why.", shapes.Ready, 503),
    ],
  },
  {
    method: "GET",
    path: "/metrics",
    summary: "Measurements for Prometheus.",
    description:
      "Where the service listens for its own machine alone, only a name of that machine gets them.",
    security: [],
    done: [{
      ...gives("One a line.", shapes.Lines),
      type: "text/plain",
    }],
  },
  {
    method: "GET",
    path: "/openapi.json",
    summary: "This document.",
    security: [],
    done: [gives("OpenAPI 3.1.", shapes.Any)],
  },
  {
    method: "GET",
    path: "/docs",
    summary: "The same, as a page.",
    security: [],
    done: [{ ...gives("A page.", shapes.Lines), type: "text/html" }],
  },
];

export const CALLS: DocumentedCall[] = [
  ...OF_PEOPLE,
  ...OF_WEB,
  ...OF_OPERATORS,
];
