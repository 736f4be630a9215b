/** As much of IndexedDB as recordings.ts uses, with what it keeps in a map. */
export function fakeIndexedDb(): {
  factory: Pick<IDBFactory, "open">;
  kept: Map<string, unknown>;
} {
  const kept = new Map<string, unknown>();
  const answered = <T>(result: T) => {
    const request = { result, onsuccess: () => {}, onerror: () => {} };
    queueMicrotask(() => request.onsuccess());
    return request;
  };
  const store = {
    put(one: { id: string }) {
      kept.set(one.id, { ...one });
      return answered(one.id);
    },
    delete: (id: string) => answered(kept.delete(id)),
    getAll: () =>
      answered([...kept.values()].map((one) => ({ ...one as object }))),
  };
  const db = {
    createObjectStore() {},
    close() {},
    transaction() {
      const change = { objectStore: () => store, oncomplete: () => {} };
      setTimeout(() => change.oncomplete());
      return change;
    },
  };
  const factory = { open: () => answered(db) } as unknown as IDBFactory;
  return { factory, kept };
}
