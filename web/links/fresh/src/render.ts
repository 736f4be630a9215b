import { type ComponentChild, Fragment, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { element, pageProps } from "./components.ts";
import { type Context, INTERNAL } from "./context.ts";
import "./hooks.ts";
import { setNonce } from "./nonce.ts";
import { RenderState, withRenderState } from "./render_state.ts";
import { preloadHeader } from "./scripts.ts";
import type { LayoutConfig } from "./types.ts";

/** Renders an element inside its layouts and `_app` to an HTML response. */
export async function renderPage<State>(
  ctx: Context<State>,
  content: VNode | null,
  init: ResponseInit,
  config: LayoutConfig,
): Promise<Response> {
  const { tree, cache } = ctx[INTERNAL];
  const layouts = config.skipInheritedLayouts ? [] : tree.layouts;
  const app = config.skipAppWrapper ? null : tree.app;

  let page: ComponentChild = content;
  for (const layout of layouts.toReversed()) {
    const child = page;
    const props = pageProps(ctx, (): ComponentChild => child, null);
    const made: ComponentChild | Response = await element(layout, props);
    if (made instanceof Response) return made;
    page = made;
  }

  const state = new RenderState(cache, ctx.url, ctx.config.basePath);
  const slot: { html: string } = { html: "" };
  const inner = () => raw(slot.html);
  const outer = app && await element(app, pageProps(ctx, inner, null));
  if (outer instanceof Response) return outer;

  const html = withRenderState(state, () => {
    // The page first: what it puts into <Head> must be known when _app renders.
    slot.html = renderToString(h(Fragment, null, page));
    const all = app ? renderToString(h(Fragment, null, outer)) : slot.html;
    return renderToString(completed(all, state));
  });

  const headers = new Headers(init.headers);
  headers.set("Content-Type", "text/html; charset=utf-8");
  const preload = preloadHeader(state);
  if (preload) headers.append("Link", preload);
  const response = new Response(`<!DOCTYPE html>${html}`, { ...init, headers });
  setNonce(response, state.nonce);
  return response;
}

/** Adds the parts of a document that the page did not render itself. */
function completed(html: string, { tags }: RenderState): VNode {
  let vnode = raw(html);
  if (!tags.has("body")) {
    vnode = h("body", null, vnode);
  }
  if (!tags.has("head")) {
    const head = h("head", null, h("meta", { charset: "utf-8" }));
    vnode = h(Fragment, null, head, vnode);
  }
  return tags.has("html") ? vnode : h("html", null, vnode);
}

/** Markup that is already rendered; see `jsxTemplate` in Preact's runtime. */
function raw(html: string): VNode {
  return h(Fragment, { tpl: [html] } as Record<string, unknown>);
}
