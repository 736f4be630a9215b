import {
  type AnyComponent,
  type ComponentChild,
  type FunctionComponent,
  h,
} from "preact";
import type { Context } from "./context.ts";
import type {
  AsyncComponent,
  LayoutConfig,
  PageProps,
  RouteComponent,
} from "./types.ts";

/** What surrounds a page. */
export interface UiTree<State> {
  app: RouteComponent<State> | null;
  layouts: RouteComponent<State>[];
}

export interface Layout<State> {
  component: RouteComponent<State>;
  config?: LayoutConfig;
}

/** The props a page, layout, `_app` or `_error` gets. */
export function pageProps<State>(
  ctx: Context<State>,
  Component: FunctionComponent,
  data: unknown,
): PageProps<unknown, State> {
  const { config, url, req, params, info, state, isPartial, error, route } =
    ctx;
  return {
    ...{ config, url, req, params, info, state, isPartial, error, route },
    Component,
    data,
  };
}

function isAsync<State>(
  component: RouteComponent<State>,
): component is AsyncComponent<PageProps<unknown, State>> {
  return component.constructor.name === "AsyncFunction";
}

/** Makes the element of a component; runs it first where it is async. */
export async function element<State>(
  component: RouteComponent<State>,
  props: PageProps<unknown, State>,
): Promise<ComponentChild | Response> {
  if (isAsync(component)) return await component(props);
  return h(component as AnyComponent<PageProps<unknown, State>>, props);
}
