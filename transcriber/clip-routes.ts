import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { clipFor } from "./clips/clips.ts";
import { authenticated, failures } from "./middleware.ts";
import type { Deps, Env } from "./service.ts";

const params = z.object({
  id: z.string().openapi({ param: { name: "id", in: "path" } }),
});

/** `GET` and `DELETE /clips/:id`. */
export function addClips(app: OpenAPIHono<Env>, deps: Deps): void {
  const common = {
    path: "/clips/{id}",
    security: [{ bearer: [] }],
    middleware: authenticated(deps.auth),
    request: { params },
  };

  app.openapi(
    createRoute({
      ...common,
      method: "get",
      summary: "A kept recording, for its owner or web",
      responses: {
        200: { description: "The recording as it was sent" },
        ...failures(401, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { info, bytes } = await clipFor(deps.clips, c.get("caller"), id);
      return c.body(new Uint8Array(bytes), 200, {
        "content-type": info.contentType,
        "content-length": String(bytes.length),
        // Somebody else's bytes: never shown as a page of ours, whatever they hold.
        "content-disposition": `attachment; filename="clip-${info.id}"`,
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
      });
    },
  );

  app.openapi(
    createRoute({
      ...common,
      method: "delete",
      summary: "Delete a kept recording",
      responses: {
        204: { description: "It is gone" },
        ...failures(401, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await clipFor(deps.clips, c.get("caller"), id);
      await deps.clips.delete(id);
      return c.body(null, 204);
    },
  );
}
