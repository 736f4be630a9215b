import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { addClips } from "../clips/routes.ts";
import {
  ApiError,
  diskFull,
  errorResponse,
  internalError,
  isDiskFull,
} from "./errors.ts";
import { apiPage, apiPagePolicy } from "../../realtime/common/api-page.ts";
import { addErasures } from "../clips/erasure.ts";
import { addSessions } from "../access/session-routes.ts";
import { Health } from "../operations/health.ts";
import { liveDocumentation } from "../live/documentation.ts";
import { allowed, observed } from "./middleware.ts";
import { LanguagesSchema, ReadySchema } from "./schemas.ts";
import type { Env } from "./context.ts";
import type { Deps } from "../service.ts";
import { addOpenAi } from "../openai/routes.ts";
import { isOpenAiPath, openAiErrorResponse } from "../openai/errors.ts";
import { addTranscribe } from "../recordings/transcribe.ts";

const ABOUT = {
  openapi: "3.1.0",
  info: {
    title: "ChatSphere transcriber",
    version: "1.0.0",
    description:
      "Recordings in, text out. Send a token of web for the audience “transcriber”, or one of TRANSCRIBER_KEYS, as Bearer.",
  },
};

const EXAMPLE =
  `curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: audio/webm" \\
  --data-binary @speech.webm "$URL/transcribe?language=en-US"`;

/** The HTTP side of the service: everything but the live socket. */
export function createApp(deps: Deps): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error.issues);
    },
  });
  app.use(observed(deps));
  app.use(secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"] },
    crossOriginResourcePolicy: false, // CORS below decides who reads answers
    referrerPolicy: "no-referrer",
    xFrameOptions: "DENY",
    overwrite: false, // a page with a stricter or wider policy of its own keeps it
  }));
  app.use(cors({
    origin: deps.config.appUrl,
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: ["Authorization", "Content-Type", "X-Request-Id"],
    exposeHeaders: ["Retry-After", "X-Request-Id"],
    maxAge: 600,
  }));
  app.use(allowed(deps));

  addTranscribe(app, deps);
  addOpenAi(app, deps);
  addClips(app, deps);
  addSessions(app, deps);
  addErasures(app, deps);
  addHealth(app, deps);
  addDocs(app);

  app.all("/transcribe", (c) => {
    c.header("allow", "POST");
    throw new ApiError({
      code: "method-not-allowed",
      status: 405,
      message: "This address takes a recording with POST. See /docs.",
    });
  });
  app.notFound(() => {
    throw new ApiError({
      code: "not-found",
      status: 404,
      message: "There is nothing at this address. See /docs.",
    });
  });
  app.onError((error, c) => {
    const gone = c.get("gone").aborted;
    const shown = toApiError(error);
    c.set("code", gone ? "abandoned" : shown.code);
    if (shown.status >= 500 && !gone) {
      deps.log("error", "failed", {
        requestId: c.get("requestId"),
        code: shown.code,
        operator: shown.operator,
        cause: causeOf(shown),
      });
    }
    return isOpenAiPath(c.req.path)
      ? openAiErrorResponse(shown)
      : errorResponse(shown);
  });
  return app;
}

/** Names of this machine. */
const HERE = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

function addHealth(app: OpenAPIHono<Env>, deps: Deps): void {
  const { recognizer, metrics } = deps;
  const health = new Health(deps);
  const local = /^(127\.[\d.]+|::1|localhost)$/.test(deps.config.host);
  app.get("/metrics", async (c, next) => {
    // What a proxy on this machine passes on from outside gets no measurements.
    if (local && !HERE.test(new URL(c.req.url).hostname)) return await next();
    const { text, contentType } = await metrics.expose();
    return c.body(text, 200, { "content-type": contentType });
  });
  app.openapi(
    createRoute({
      method: "get",
      path: "/languages",
      summary: "The languages that can be spoken",
      responses: {
        200: {
          description: "The languages, and what the engine knows of them",
          content: { "application/json": { schema: LanguagesSchema } },
        },
      },
    }),
    (c) =>
      c.json({
        languages: [...recognizer.languages],
        detects: recognizer.detects ?? false,
        hints: recognizer.takesHints ?? false,
      }, 200),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/healthz",
      summary: "Whether the process lives",
      responses: {
        200: {
          description: "It does",
          content: {
            "application/json": { schema: z.object({ ok: z.boolean() }) },
          },
        },
      },
    }),
    (c) => c.json({ ok: true }, 200),
  );
  const content = { "application/json": { schema: ReadySchema } };
  app.openapi(
    createRoute({
      method: "get",
      path: "/readyz",
      summary: "Whether recordings can be transcribed",
      responses: {
        200: { description: "They can", content },
        503: { description: "They cannot; reason says why", content },
      },
    }),
    async (c) => {
      const readiness = await health.readiness();
      return c.json(readiness, readiness.ready ? 200 : 503);
    },
  );
}

function addDocs(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
  });
  app.openAPIRegistry.registerPath(liveDocumentation);
  app.doc31("/openapi.json", ABOUT);
  app.get("/docs", async (c) => {
    c.header("content-security-policy", await apiPagePolicy());
    return c.html(apiPage(app.getOpenAPI31Document(ABOUT), EXAMPLE));
  });
}

function invalid(
  issues: { path: PropertyKey[]; message: string }[],
): ApiError {
  const [{ path, message }] = issues;
  const where = path.length > 0 ? `${path.join(".")}: ` : "";
  return new ApiError({
    code: "invalid",
    status: 400,
    message: `The request is not valid: ${where}${message}.`,
  });
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new ApiError({
      code: "invalid",
      status: error.status,
      message: "The request is not valid JSON.",
      cause: error,
    });
  }
  return isDiskFull(error) ? diskFull(error) : internalError(error);
}

// A message of a library may quote what a person sent; its class does not.
const causeOf = (error: ApiError): string | undefined =>
  error.cause instanceof Error ? error.cause.name : undefined;
