import { apiDocument } from "../../http/openapi/document.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** The API as an OpenAPI document. */
  GET(ctx) {
    return Response.json(apiDocument(ctx.url.origin));
  },
});
