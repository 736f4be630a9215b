import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { SessionsEnded } from "../../realtime/protocol-http.ts";
import { ApiError } from "../http/errors.ts";
import { failures } from "../http/middleware.ts";
import type { Env } from "../http/context.ts";
import type { Deps } from "../service.ts";

const id = z.string().min(1).max(200);
const Ended: z.ZodType<SessionsEnded> = z.object({
  userId: id,
  sid: id.optional(),
  keep: id.optional(),
});

const tooLarge = () =>
  new ApiError({
    code: "too-large",
    status: 413,
    message: "This is more than the name of a session.",
  });

/** `POST /sessions`: web reports sessions that ended; their tokens are refused from then on. */
export function addSessions(app: OpenAPIHono<Env>, deps: Deps): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/sessions",
      summary: "Sessions of a person ended; for web alone",
      description:
        "Without sid all of them did, but the one called keep. Their tokens are refused, and their live sockets close.",
      security: [{ bearer: [] }],
      middleware: deps.bodies.allowed(tooLarge),
      request: {
        body: {
          required: true,
          content: { "application/json": { schema: Ended } },
        },
      },
      responses: {
        204: { description: "They are over" },
        ...failures(400, 401, 403, 413, 503),
      },
    }),
    (c) => {
      deps.auth.signOuts.add(c.req.valid("json"));
      return c.body(null, 204);
    },
  );
}
