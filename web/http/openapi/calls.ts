/** Every call of the API: the document and the guide are made from it, and a test compares it. */
import type { z } from "zod";
import * as answers from "./answers.ts";
import * as requests from "./requests.ts";

/** What a call answers when it is done. */
export interface Done {
  status: number;
  description: string;
  schema: z.ZodType;
}

export interface ApiCall {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  /** One line. */
  summary: string;
  /** What else there is to know, in whole sentences. */
  description?: string;
  /** Works for somebody who is not signed in, too. */
  open?: true;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The body is a file. */
  bytes?: true;
  done: Done[];
  /** The codes of its own errors, besides those of every call. */
  errors?: string[];
}

export const CALLS: ApiCall[] = [
  {
    method: "POST",
    path: "/api/registry",
    summary: "Makes an account, and signs it in where a face comes with it.",
    description:
      "faceImage is a JPEG data URL, or up to three of one face, and consent must then be true. With secondFactor code no face is needed: the answer is 202, and POST /api/login takes the code that was mailed as its second step. FACE_SIGN_IN of the server can require a face, or take none. A new account must open the link it is mailed before it can invite anyone.",
    open: true,
    body: requests.Registration,
    done: [{
      status: 201,
      description: "The account; the session is a cookie.",
      schema: answers.AccountAnswer,
    }, {
      status: 202,
      description: "The account is there; the code is still to come.",
      schema: answers.HalfWay,
    }],
    errors: ["email-taken", "face-none", "face-consent", "face-busy"],
  },
  {
    method: "POST",
    path: "/api/login",
    summary: "Signs in, in one step or in two.",
    description:
      "With a faceImage the password and the face are checked at once. Without, and always where FACE_LIVENESS is on, the answer is 202: its cookie is good for the second step, within 5 minutes and for nothing else. The second step takes the faceImage, the code that was mailed, or a recoveryCode, without e-mail and password. With liveness it takes two pictures: straight ahead, and with the head turned as the challenge says. A face that matches, but not clearly, needs the mailed code as well. After liveness-failed or face-mismatch another side may be asked for: take the first step again.",
    open: true,
    body: requests.Login,
    done: [
      {
        status: 200,
        description: "Signed in; the session is a cookie.",
        schema: answers.AccountAnswer,
      },
      {
        status: 202,
        description: "The second step is still to come.",
        schema: answers.HalfWay,
      },
    ],
    errors: [
      "wrong-credentials",
      "face-mismatch",
      "face-none",
      "liveness-failed",
      "login-expired",
    ],
  },
  {
    method: "GET",
    path: "/api/chat",
    summary: "Lists your rooms; with chatId, one room with its members.",
    query: requests.RoomQuery,
    done: [
      {
        status: 200,
        description: "Your rooms, or the room.",
        schema: answers.RoomsAnswer.or(answers.RoomNamesAnswer)
          .or(answers.RoomAnswer),
      },
    ],
    errors: ["not-found"],
  },
  {
    method: "POST",
    path: "/api/chat",
    summary: "Makes a room, and invites these addresses to it.",
    body: requests.NewRoom,
    done: [{
      status: 201,
      description: "The room, and who could not be invited.",
      schema: answers.NewRoomAnswer,
    }],
    errors: ["too-many-rooms", "address-unconfirmed", "no-open-rooms"],
  },
  {
    method: "GET",
    path: "/api/people",
    summary: "Lists the people you may find, by name.",
    description:
      "Everyone whose address is confirmed, or where PEOPLE_DIRECTORY is rooms, those you share a room with.",
    query: requests.PeopleQuery,
    done: [{
      status: 200,
      description: "A page of people, without yourself.",
      schema: answers.PeopleAnswer,
    }],
  },
  {
    method: "GET",
    path: "/api/people/{id}",
    summary: "Tells of one person.",
    done: [{
      status: 200,
      description: "What they tell of themselves.",
      schema: answers.PersonAnswer,
    }],
    errors: ["no-such-person"],
  },
  {
    method: "POST",
    path: "/api/direct",
    summary: "Opens the direct room with one to seven people.",
    description:
      "There is one for each set of people, whoever asks: the same people give the same room.",
    body: requests.NewDirect,
    done: [{
      status: 200,
      description: "The room, called after the others in it.",
      schema: answers.NamedRoom,
    }],
    errors: ["no-such-person", "bad-people", "address-unconfirmed"],
  },
  {
    method: "GET",
    path: "/api/open-rooms",
    summary: "Lists the rooms anyone on this server can join.",
    query: requests.OpenRoomsQuery,
    done: [{
      status: 200,
      description: "A page of rooms, by name.",
      schema: answers.OpenRoomsAnswer,
    }],
    errors: ["address-unconfirmed"],
  },
  {
    method: "POST",
    path: "/api/open-rooms",
    summary: "Joins an open room; once more changes nothing.",
    body: requests.Joining,
    done: [{
      status: 200,
      description: "The room.",
      schema: answers.NamedRoom,
    }],
    errors: ["not-found", "removed-from-room", "room-full"],
  },
  {
    method: "PATCH",
    path: "/api/rooms/{id}/settings",
    summary: "Renames, describes, archives or brings back a room.",
    description: "For admins. What is left out stays as it is.",
    body: requests.RoomChange,
    done: [{
      status: 200,
      description: "The room as it is then.",
      schema: answers.RoomChanged,
    }],
    errors: ["not-admin", "direct-room", "room-archived"],
  },
  {
    method: "GET",
    path: "/api/rooms/{id}/link",
    summary: "The link by which anyone who has it can join a room.",
    description: "For members. It is null where there is none that works.",
    done: [{
      status: 200,
      description: "The link, or null.",
      schema: answers.LinkAnswer,
    }],
  },
  {
    method: "POST",
    path: "/api/rooms/{id}/link",
    summary: "Makes the link of a room.",
    description: "For admins. The one before stops working.",
    body: requests.NewLink,
    done: [{
      status: 201,
      description: "The link.",
      schema: answers.LinkMade,
    }],
    errors: [
      ...["not-admin", "direct-room", "room-archived", "address-unconfirmed"],
    ],
  },
  {
    method: "DELETE",
    path: "/api/rooms/{id}/link",
    summary: "Takes the link of a room back.",
    description: "For admins. Without one nothing happens.",
    done: [{
      status: 200,
      description: "There is none any more.",
      schema: answers.LinkAnswer,
    }],
    errors: ["not-admin", "direct-room"],
  },
  {
    method: "PATCH",
    path: "/api/rooms/{id}/members",
    summary: "Makes a member an admin, or a plain member again.",
    description: "For admins. A room is never left without one.",
    body: requests.MemberChange,
    done: [{
      status: 200,
      description: "What they are now.",
      schema: answers.MemberChanged,
    }],
    errors: ["not-admin", "last-admin", "direct-room"],
  },
  {
    method: "POST",
    path: "/api/invitations",
    summary: "Invites an address to a room.",
    description: "The link is in the e-mail alone.",
    body: requests.NewInvitation,
    done: [{
      status: 201,
      description: "The invitation.",
      schema: answers.InvitationSent,
    }],
    errors: ["not-admin", "already-member", "address-unconfirmed"],
  },
  {
    method: "PATCH",
    path: "/api/invitations",
    summary: "Accepts an invitation, or declines it.",
    description: "Nobody has to be signed in to decline.",
    open: true,
    body: requests.InvitationAnswer,
    done: [{
      status: 200,
      description: "What became of it, and the room if it was accepted.",
      schema: answers.InvitationAnswered,
    }],
    errors: ["not-found"],
  },
  {
    method: "GET",
    path: "/api/messages",
    summary: "Reads a page of a room, oldest first; the newest without bounds.",
    query: requests.HistoryQuery,
    done: [{
      status: 200,
      description: "The messages, with edits and reactions applied.",
      schema: answers.HistoryAnswer,
    }],
    errors: ["not-found", "realtime-down"],
  },
  {
    method: "POST",
    path: "/api/messages",
    summary: "Sends a message.",
    description:
      "clientId is a name you choose. Sending the same one again gives the first message again, and no second.",
    body: requests.NewMessage,
    done: [{
      status: 201,
      description: "The message as it is stored.",
      schema: answers.MessageAnswer,
    }],
    errors: [
      "message-empty",
      "message-too-long",
      "file-gone",
      "voice-gone",
      "not-found",
      "realtime-down",
    ],
  },
  {
    method: "POST",
    path: "/api/rooms/{id}/files",
    summary: "Adds a file to a room, to be sent with a message.",
    description:
      "The body is the file, with the content type application/octet-stream. What is not sent within an hour is deleted. Pictures are kept without what their camera wrote in them.",
    query: requests.NewFileQuery,
    bytes: true,
    done: [{
      status: 201,
      description: "The file; its id goes into the files of a message.",
      schema: answers.FileAnswer,
    }],
    errors: [
      "file-empty",
      "file-too-large",
      "picture-broken",
      "picture-too-large",
      "picture-too-slow",
      "files-full",
      "server-full",
      "too-many-uploads",
      "files-unavailable",
    ],
  },
  {
    method: "POST",
    path: "/api/rooms/{id}/voice",
    summary: "Records a voice note for a room, and gives what is heard in it.",
    description:
      "The body is the recording, with the content type application/octet-stream: up to 10 MB and 5 minutes. It is kept first; where it cannot be heard now, send it without a text, and its words will follow. What is not sent within an hour is deleted.",
    query: requests.NewVoiceQuery,
    bytes: true,
    done: [{
      status: 201,
      description: "The voice note, whose clip goes into a message.",
      schema: answers.HeardAnswer,
    }],
    errors: ["not-found", "not-transcribed", "too-large"],
  },
  {
    method: "DELETE",
    path: "/api/rooms/{id}/voice",
    summary: "Deletes a voice note that is not to be sent.",
    query: requests.DiscardQuery,
    done: [{
      status: 200,
      description: "It is gone, or it was not yours.",
      schema: answers.DiscardAnswer,
    }],
  },
  {
    method: "POST",
    path: "/api/token",
    summary: "Gives a token for the WebSocket or for dictation.",
    description:
      "It is good for 5 minutes. Signing out closes the WebSockets of that session with 4401 and ends its tokens. One for the transcriber carries what you chose in your account for dictation.",
    body: requests.TokenRequest,
    done: [{
      status: 200,
      description: "The token.",
      schema: answers.TokenAnswer,
    }],
    errors: ["not-found"],
  },
  {
    method: "GET",
    path: "/api/dictation",
    summary: "Tells in which languages you can dictate.",
    description: "There are none while the transcriber is not running.",
    done: [{
      status: 200,
      description: "The languages, and the one you chose in your account.",
      schema: answers.DictationAnswer,
    }],
  },
];
