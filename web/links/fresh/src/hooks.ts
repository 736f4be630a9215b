import {
  type ComponentChildren,
  createContext,
  Fragment,
  h,
  options as publicOptions,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { asset, assetSrcSet } from "./asset.ts";
import { InHead } from "./head.ts";
import { finished, IslandBoundary } from "./islands.ts";
import { type RenderState, renderState } from "./render_state.ts";
import { Scripts } from "./scripts.ts";

type Props = Record<string, unknown> & { children?: ComponentChildren };
type AnyVNode = Omit<VNode<Props>, "props"> & { props: Props };

const InDocumentHead = createContext(false);

const HEAD_TAGS = new Set([
  "title",
  "meta",
  "link",
  "script",
  "style",
  "base",
  "noscript",
  "template",
]);

// `__b` is how Preact's builds spell the hook that sees each vnode first.
const options = publicOptions as { __b?: (vnode: AnyVNode) => void };
const earlier = options.__b;
options.__b = (vnode) => {
  const state = renderState();
  if (state && !finished.has(vnode)) change(state, vnode);
  earlier?.(vnode);
};

function change(state: RenderState, vnode: AnyVNode): void {
  const { type, props } = vnode;
  if (typeof type === "function") {
    const island = state.cache.islands.get(type);
    if (island) replace(vnode, IslandBoundary, { island, props });
    return;
  }
  if (type === "html" || type === "head" || type === "body") {
    state.tags.add(type);
    finished.add(vnode);
  }
  if (type === "head") {
    const children = [props.children, h(RestOfHead, null)];
    const body = h(InDocumentHead.Provider, { value: true, children });
    vnode.props = { ...props, children: body };
  } else if (type === "body") {
    vnode.props = { ...props, children: [props.children, h(Scripts, null)] };
  } else if (HEAD_TAGS.has(type)) {
    const key = headKey(type, vnode.key, props);
    replace(vnode, HeadTag, { tag: type, name: key, own: vnode.key, props });
  } else if (type === "a") {
    vnode.props = withCurrent(props, state.url);
  } else if (type === "img" || type === "source") {
    vnode.props = withAssets(props);
  }
}

function replace(vnode: AnyVNode, type: unknown, props: unknown): void {
  Object.assign(vnode, { type, props });
}

/** Which earlier element of the head an element of `<Head>` replaces. */
function headKey(tag: string, key: unknown, props: Props): string {
  if (key !== undefined && key !== null) return String(key);
  if (tag === "title") return tag;
  const parts = Object.keys(props).sort().map((name) => {
    const isLeftOut = ["children", "nonce", "ref"].includes(name) ||
      (tag === "meta" && name === "content") ||
      (tag === "link" && name === "href");
    if (isLeftOut) return "";
    if (name !== "dangerouslySetInnerHTML") return `::${props[name]}`;
    return String((props[name] as { __html: string }).__html);
  });
  return tag + parts.join("");
}

interface HeadTagProps {
  tag: string;
  name: string;
  own: string | null | undefined;
  props: Props;
}

function HeadTag({ tag, name, own, props }: HeadTagProps): ComponentChildren {
  const state = renderState();
  const isInHead = useContext(InHead);
  const isInDocumentHead = useContext(InDocumentHead);
  const all: Props = { ...props };
  if (own !== undefined && own !== null) all["data-key"] = own;
  if (state && (tag === "script" || tag === "style")) all.nonce ??= state.nonce;
  const vnode = h(tag, all);
  finished.add(vnode);
  if (!state) return vnode;
  if (isInHead) {
    state.head.set(name, vnode);
    return null;
  }
  const replacement = isInDocumentHead ? state.head.get(name) : undefined;
  if (replacement) state.head.delete(name);
  return replacement ?? vnode;
}

function RestOfHead(): ComponentChildren {
  return h(Fragment, null, [...renderState()?.head.values() ?? []]);
}

/** Marks links to this page and to what is above it, as Fresh does. */
function withCurrent(props: Props, { pathname, search }: URL): Props {
  const { href } = props;
  const isPath = typeof href === "string" && href.startsWith("/");
  if (!isPath || props["aria-current"] !== undefined) return props;
  const trim = (path: string) => path === "/" ? path : path.replace(/\/$/, "");
  const url = new URL(href, "http://localhost");
  const target = trim(url.pathname);
  const here = trim(pathname);
  // Without a query it leads to all this page has; with another, to a part.
  const isHere = target === here && (!url.search || url.search === search);
  if (isHere) {
    return { ...props, "data-current": "true", "aria-current": "page" };
  }
  const isAbove = target === here || target === "/" ||
    here.startsWith(target + "/");
  if (!isAbove) return props;
  return { ...props, "data-ancestor": "true", "aria-current": "true" };
}

function withAssets(props: Props): Props {
  if (props["data-fresh-disable-lock"]) return props;
  const own = { ...props };
  if (typeof own.src === "string") own.src = asset(own.src);
  if (typeof own.srcset === "string") own.srcset = assetSrcSet(own.srcset);
  return own;
}
