import { openApiDocument } from "../../../realtime/common/openapi.ts";
import { ErrorAnswer } from "./answers.ts";
import { CALLS } from "./calls.ts";

const SESSION = {
  type: "apiKey",
  in: "cookie",
  name: "session",
  description:
    "The cookie that signing in sets; on https its name is __Host-session.",
};

/**
 * The API as an OpenAPI document, made from the schemas requests are read with.
 *
 * @param server the origin it is asked at
 */
export const apiDocument = (server: string) =>
  openApiDocument(
    {
      ...{ title: "ChatSphere", server, refusal: ErrorAnswer },
      description: "JSON in and out, with the same rules as the pages.",
      securitySchemes: { session: SESSION },
      codes: ["invalid"],
    },
    CALLS.map((call) => ({
      ...call,
      security: call.open ? [] : [{ session: [] }],
    })),
  );
