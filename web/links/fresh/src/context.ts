import { type FunctionComponent, isValidElement, type VNode } from "preact";
import type { Assets } from "./build_cache.ts";
import { renderPage } from "./render.ts";
import type { LayoutConfig, ResolvedFreshConfig } from "./types.ts";
import type { UiTree } from "./components.ts";

/** The internals of a context; not part of Fresh's public API. */
export const INTERNAL = Symbol("internal");

interface ContextInit {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  route: string | null;
  params: Record<string, string>;
  config: ResolvedFreshConfig;
  next: () => Promise<Response>;
  cache: Assets;
}

/** One request on its way through middlewares and routes. */
export class Context<State> {
  readonly config: ResolvedFreshConfig;
  readonly url: URL;
  readonly req: Request;
  readonly info: Deno.ServeHandlerInfo;
  /** The pattern of the matched route. */
  readonly route: string | null;
  readonly params: Record<string, string>;
  /** Shared by all middlewares and the route of this request. */
  readonly state: State = {} as State;
  readonly isPartial = false;
  data: unknown = undefined;
  /** What was thrown, on an `_error` page; null otherwise. */
  error: unknown = null;
  /** Calls the next middleware, or the route. */
  next: () => Promise<Response>;
  Component!: FunctionComponent;
  readonly [INTERNAL]: { tree: UiTree<State>; cache: Assets };

  constructor(init: ContextInit) {
    this.req = init.req;
    this.url = init.url;
    this.info = init.info;
    this.route = init.route;
    this.params = init.params;
    this.config = init.config;
    this.next = init.next;
    this[INTERNAL] = { tree: { app: null, layouts: [] }, cache: init.cache };
  }

  /** Redirects; a path can never lead to another host (`//evil.example`). */
  redirect(pathOrUrl: string, status = 302): Response {
    let location = pathOrUrl;
    if (location.startsWith("/")) {
      const end = location.search(/[?#]/);
      const path = end < 0 ? location : location.slice(0, end);
      location = path.replace(/[/\\]{2,}/g, "/") +
        (end < 0 ? "" : location.slice(end));
    }
    return new Response(null, { status, headers: { location } });
  }

  /** Renders JSX inside the layouts and `_app` of this route. */
  render(
    vnode: VNode | null,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new Error("ctx.render() takes JSX");
    }
    return renderPage(this, vnode, init, config);
  }

  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  html(content: string, init?: ResponseInit): Response {
    const headers = new Headers(init?.headers);
    headers.set("Content-Type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  json(content: unknown, init?: ResponseInit): Response {
    return Response.json(content, init);
  }

  /** Sends the pieces of an iterable, or of a function that makes one. */
  stream<U extends string | Uint8Array>(
    source:
      | Iterable<U>
      | AsyncIterable<U>
      | (() => Iterable<U> | AsyncIterable<U>),
    init?: ResponseInit,
  ): Response {
    const encoder = new TextEncoder();
    const pieces = typeof source === "function" ? source() : source;
    const encode = new TransformStream<U, Uint8Array>({
      transform(piece, controller) {
        controller.enqueue(
          typeof piece === "string" ? encoder.encode(piece) : piece,
        );
      },
    });
    return new Response(ReadableStream.from(pieces).pipeThrough(encode), init);
  }
}

/** @deprecated Fresh's older name of {@linkcode Context}. */
export type FreshContext<State = unknown> = Context<State>;
