import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { byteRange } from "../../realtime/common/byte-range.ts";
import { stopHearing } from "../recordings/hearing.ts";
import { assertAllowed, type ClipInfo, type Clips } from "./clips.ts";
import { Playback, PLAYBACK_MS } from "./playback.ts";
import { ApiError } from "../http/errors.ts";
import { failures } from "../http/middleware.ts";
import { AddressSchema } from "../http/schemas.ts";
import type { Env } from "../http/context.ts";
import type { Deps } from "../service.ts";

const params = z.object({
  id: z.string().openapi({ param: { name: "id", in: "path" } }),
});

const Whose = z.object({
  owner: z.string().min(1).max(256).optional().openapi({
    description: "For web: only if it is this person's, by their id.",
  }),
});

/** `GET` and `DELETE /clips/:id`, and addresses that play one without a credential. */
export function addClips(app: OpenAPIHono<Env>, deps: Deps): void {
  const common = {
    path: "/clips/{id}",
    security: [{ bearer: [] }],
    request: { params },
  };

  app.openapi(
    createRoute({
      ...common,
      method: "get",
      summary: "A kept recording, for its owner or web",
      request: { params, query: Whose },
      responses: {
        200: { description: "The recording" },
        206: { description: "The part of it that Range asked for" },
        416: { description: "There is no such part" },
        ...failures(400, 401, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { owner } = c.req.valid("query");
      const caller = c.get("caller");
      const info = await assertAllowed(deps.clips, caller, id, owner);
      return await sendClip(deps.clips, info, c.req.raw);
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
      await assertAllowed(deps.clips, c.get("caller"), id);
      stopHearing(deps.clips, (one) => one === id);
      await deps.clips.delete(id);
      return c.body(null, 204);
    },
  );

  addPlayback(app, deps, common);
}

function addPlayback(
  app: OpenAPIHono<Env>,
  deps: Deps,
  common: {
    security: { bearer: string[] }[];
    request: { params: typeof params };
  },
): void {
  const playback = new Playback();
  app.openapi(
    createRoute({
      ...common,
      path: "/clips/{id}/address",
      method: "get",
      summary: "An address that plays a kept recording for five minutes",
      responses: {
        200: {
          description: "The address; it needs no credential",
          content: { "application/json": { schema: AddressSchema } },
        },
        ...failures(401, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await assertAllowed(deps.clips, c.get("caller"), id);
      const expiresAt = Date.now() + PLAYBACK_MS;
      const url = await deps.clips.address?.(id, expiresAt) ??
        baseOf(deps, c.req.raw) + await playback.path(id, expiresAt);
      c.header("cache-control", "no-store");
      return c.json({ url, expiresAt }, 200);
    },
  );

  const query = z.object({
    until: z.coerce.number().int(),
    signature: z.string().max(100),
  });
  app.openapi(
    createRoute({
      path: "/clips/{id}/audio",
      method: "get",
      summary: "The recording of such an address",
      request: { params, query },
      responses: {
        200: { description: "The recording" },
        206: { description: "The part of it that Range asked for" },
        416: { description: "There is no such part" },
        ...failures(400, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { until, signature } = c.req.valid("query");
      await playback.check(id, until, signature);
      const info = await deps.clips.find(id);
      if (info === null) throw clipGone();
      return await sendClip(deps.clips, info, c.req.raw);
    },
  );
}

/**
 * What our addresses begin with: the path under which web passes requests on, or, without web in
 * between, the origin that was asked. Only whoever asked reads the answer.
 */
function baseOf({ config }: Deps, { headers, url }: Request): string {
  const prefix = headers.get("x-forwarded-prefix") ?? "";
  return config.publicUrl ??
    (/^\/[\w-]{1,40}$/.test(prefix) ? prefix : new URL(url).origin);
}

const clipGone = () =>
  new ApiError({
    code: "not-found",
    status: 404,
    message: "This recording is gone.",
  });

/** All of a recording, or the part that is asked for, so that a player can begin anywhere. */
async function sendClip(
  clips: Clips,
  { id, contentType, bytes: size }: ClipInfo,
  { headers: asked }: Request,
): Promise<Response> {
  const headers = new Headers({
    "content-type": contentType,
    "accept-ranges": "bytes",
    // Somebody else's bytes: never shown as a page of ours, whatever they hold.
    "content-disposition": `attachment; filename="clip-${id}"`,
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-store",
  });
  const part = byteRange(asked.get("range"), size);
  if (part === null) {
    headers.set("content-range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const clip = await clips.get(id, part);
  if (clip === null) throw clipGone();
  if (part) {
    headers.set("content-range", `bytes ${part.from}-${part.to}/${size}`);
  }
  headers.set("content-length", String(clip.bytes.length));
  const body = new Uint8Array(clip.bytes);
  return new Response(body, { status: part ? 206 : 200, headers });
}
