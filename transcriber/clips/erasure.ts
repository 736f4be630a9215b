import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { isClipIdOf } from "../../realtime/common/clip-id.ts";
import { stopHearing } from "../recordings/hearing.ts";
import { deleteAll, deleteOwned } from "./clips.ts";
import { ApiError } from "../http/errors.ts";
import { failures } from "../http/middleware.ts";
import type { Env } from "../http/context.ts";
import type { Deps } from "../service.ts";

/** Milliseconds after which a call is answered; web goes on from there. */
const BUDGET = 1_000;

/** Clips one call may name. */
const MOST = 500;

const id = z.string().min(1).max(256);

const Person = z.object({
  userId: id,
  after: z.string().max(4_096).optional().openapi({
    description: "Where the answer before said that there is more.",
  }),
});

const Named = z.object({
  clips: z.array(z.object({ id, owner: id })).max(MOST),
});

const More = z.object({
  after: z.string().optional().openapi({
    description: "Ask again with it: there may be more.",
  }),
}).openapi("ErasedPart");

const tooLarge = () =>
  new ApiError({
    code: "too-large",
    status: 413,
    message: "Name fewer clips at a time.",
  });

/** What a deleted account or an ended room leaves here, deleted at web's word. */
export function addErasures(app: OpenAPIHono<Env>, deps: Deps): void {
  app.openapi(
    createRoute({
      method: "post",
      security: [{ bearer: [] }],
      middleware: deps.bodies.allowed(tooLarge),
      path: "/erasures/people",
      summary: "Delete what a person kept; for web alone",
      description:
        "Their sessions end first, so that nothing comes after. A call does part of it.",
      request: {
        body: {
          required: true,
          content: { "application/json": { schema: Person } },
        },
      },
      responses: {
        200: {
          description: "This part is gone",
          content: { "application/json": { schema: More } },
        },
        ...failures(400, 401, 403, 413, 503),
      },
    }),
    async (c) => {
      const { userId, after } = c.req.valid("json");
      deps.auth.signOuts.add({ userId });
      stopHearing(deps.clips, (id) => isClipIdOf(`person:${userId}`, id));
      const until = performance.now() + BUDGET;
      let next = after;
      do {
        next = await deleteOwned(deps.clips, `person:${userId}`, next);
      } while (next !== undefined && performance.now() < until);
      return c.json({ after: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      security: [{ bearer: [] }],
      middleware: deps.bodies.allowed(tooLarge),
      path: "/erasures/clips",
      summary: "Delete these clips, where they are those people's; for web",
      description: "One that is being heard is not heard any further.",
      request: {
        body: {
          required: true,
          content: { "application/json": { schema: Named } },
        },
      },
      responses: {
        204: { description: "They are gone" },
        ...failures(400, 401, 403, 413, 503),
      },
    }),
    async (c) => {
      const { clips } = c.req.valid("json");
      stopHearing(
        deps.clips,
        (id) =>
          clips.some((one) =>
            one.id === id && isClipIdOf(`person:${one.owner}`, id)
          ),
      );
      // A message may name somebody else's clip, which must stay.
      const theirs: string[] = [];
      for (const { id, owner } of clips) {
        const info = await deps.clips.find(id);
        if (info?.owner === `person:${owner}`) theirs.push(id);
      }
      await deleteAll(deps.clips, theirs);
      return c.body(null, 204);
    },
  );
}
