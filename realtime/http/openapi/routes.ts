import { apiPage, apiPagePolicy } from "../../common/api-page.ts";
import { openApiDocument } from "../../common/openapi.ts";
import { json } from "../call.ts";
import { CALLS } from "./calls.ts";
import { Refused } from "./shapes.ts";

const bearer = (description: string) => ({
  ...{ type: "http", scheme: "bearer", description },
});

const about = {
  title: "ChatSphere realtime",
  description:
    "Messages over HTTP, as over the socket, whose frames are in protocol.ts. Send a token of web for the audience “realtime” as Bearer.",
  securitySchemes: {
    person: bearer("The token of a person; POST /api/token at web gives it."),
    service: bearer("The token of web itself."),
  },
  refusal: Refused,
  codes: ["bad-frame", "token-invalid", "internal"],
};

const EXAMPLE =
  `curl -H "Authorization: Bearer $TOKEN" "$URL/rooms/$ROOM/messages?limit=20"`;

let made: ReturnType<typeof openApiDocument> | undefined;
const documented = () => made ??= openApiDocument(about, CALLS);

/** The API as a document. */
export const openapi = () => Promise.resolve(json(documented()));

/** The API as a page. */
export async function docs(): Promise<Response> {
  const page = await apiPage(documented(), EXAMPLE);
  return new Response(`${page}`, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": await apiPagePolicy(),
    },
  });
}
