import { type ComponentChildren, Fragment, h } from "preact";
import type { Chunk, ClientEntries } from "./build_cache.ts";
import { finished, HiddenSlots } from "./islands.ts";
import { type RenderState, renderState } from "./render_state.ts";
import {
  COMPUTED,
  ISLAND,
  serializeInstances,
  SIGNAL,
  SLOT,
} from "./serialize.ts";

/** Where a page of the development server learns that it has restarted. */
export const ALIVE_PATH = "/_frsh/alive";

/** The end of the body: nothing at all, unless the page has an island. */
export function Scripts(): ComponentChildren {
  const state = renderState();
  if (!state || state.hasScripts) return null;
  state.hasScripts = true;
  return h(Fragment, null, h(HiddenSlots, null), h(BootScript, null));
}

function BootScript(): ComponentChildren {
  const state = renderState()!;
  return h(
    Fragment,
    null,
    state.instances.length > 0 ? script(state, bootScript(state)) : null,
    state.cache.liveReload ? script(state, reloadScript(state)) : null,
  );
}

function script({ nonce }: RenderState, code: string): ComponentChildren {
  const dangerouslySetInnerHTML = { __html: code };
  const vnode = h("script", { type: "module", nonce, dangerouslySetInnerHTML });
  finished.add(vnode);
  return vnode;
}

function bootScript(state: RenderState): string {
  const islands = [...state.islands];
  const { code, calls } = serializeInstances(
    state.instances,
    new Map(islands.map((island, i) => [island.fn, i])),
  );
  state.hasSignals = calls.has(SIGNAL) || calls.has(COMPUTED);
  const { boot, signals, slots } = state.cache.client;
  const imports = [
    importing("{boot}", boot, state),
    ...islands.map(({ exportName, chunk }, i) => {
      const isDefault = exportName === "default";
      return importing(
        isDefault ? `i${i}` : `{${exportName} as i${i}}`,
        chunk,
        state,
      );
    }),
  ];
  if (state.hasSignals) {
    imports.push(importing(`{${SIGNAL},${COMPUTED}}`, signals, state));
  }
  let slotFunction = "";
  if (state.slots.length > 0) {
    imports.push(importing("{slot as s}", slots, state));
    slotFunction = `const ${SLOT}=n=>s(n,()=>list);`;
  }
  const names = islands.map((_, i) => `i${i}`).join(",");
  return `${imports.join("")}const ${ISLAND}=n=>[${names}][n];${slotFunction}` +
    `const list=${code};boot(list)`;
}

function importing(names: string, chunk: Chunk, state: RenderState): string {
  return `import ${names} from${JSON.stringify(state.basePath + chunk.file)};`;
}

function reloadScript({ basePath }: RenderState): string {
  const path = JSON.stringify(basePath + ALIVE_PATH);
  return `let r;new EventSource(${path}).onmessage=e=>{` +
    `if(r&&r!==e.data)location.reload();r=e.data}`;
}

/** The `Link` header that has the browser fetch all scripts at once. */
export function preloadHeader(state: RenderState): string {
  if (state.instances.length === 0) return "";
  const { boot, signals, slots }: ClientEntries = state.cache.client;
  const chunks = [boot, ...[...state.islands].map((island) => island.chunk)];
  if (state.hasSignals) chunks.push(signals);
  if (state.slots.length > 0) chunks.push(slots);
  const files = new Set(chunks.flatMap(({ file, needs }) => [file, ...needs]));
  return [...files].map((file) =>
    `<${encodeURI(state.basePath + file)}>; rel="modulepreload"; as="script"`
  ).join(", ");
}
