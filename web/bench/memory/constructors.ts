/** Which kinds of objects a heap holds, and which of them became more. */

/** How many there are, and the bytes they take themselves. */
export interface Kind {
  count: number;
  bytes: number;
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[]] } };
  nodes: number[];
  strings: string[];
}

/** Names that are texts of their own say nothing of a kind. */
const TEXTS = ["string", "concatenated string", "sliced string", "code"];

/** The kinds in a snapshot of V8's heap, by what made them. */
export function kindsIn(json: string): Map<string, Kind> {
  const { snapshot: { meta }, nodes, strings }: Snapshot = JSON.parse(json);
  const fields = meta.node_fields;
  const [type, name, size] = ["type", "name", "self_size"]
    .map((field) => fields.indexOf(field));
  const kinds = new Map<string, Kind>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const what = meta.node_types[0][nodes[at + type]];
    const called = TEXTS.includes(what) ? "" : strings[nodes[at + name]];
    const key = `${what} ${called.slice(0, 60)}`.trim();
    const kind = kinds.getOrInsertComputed(key, () => ({ count: 0, bytes: 0 }));
    kind.count += 1;
    kind.bytes += nodes[at + size];
  }
  return kinds;
}

/** The kinds that take more than before, those first that grew most. */
export function grown(
  before: Map<string, Kind>,
  now: Map<string, Kind>,
): [name: string, more: Kind][] {
  return [...now].map(([name, { count, bytes }]): [string, Kind] => {
    const was = before.get(name) ?? { count: 0, bytes: 0 };
    return [name, { count: count - was.count, bytes: bytes - was.bytes }];
  }).filter(([, { bytes }]) => bytes > 0)
    .sort(([, a], [, b]) => b.bytes - a.bytes);
}
