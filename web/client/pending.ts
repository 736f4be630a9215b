import type { Draft } from "../../realtime/protocol.ts";

/** A message that was written and not yet acknowledged, as it is kept on the device. */
export interface Kept extends Draft {
  /** When it was written: milliseconds since the Unix epoch. */
  timestamp: number;
}

/** The most unsent messages kept for one room. */
const LIMIT = 100;

/** What a person has written in one room and the server does not have yet. */
export interface Pending {
  /** Unsent messages, oldest first. */
  list(): Kept[];
  /** Whether it is kept: false when the device has no room for it. */
  keep(message: Kept): boolean;
  drop(clientId: string): void;
  draft(): string;
  saveDraft(text: string): void;
}

/**
 * Keeps unsent messages and the draft of one account in one room across reloads. Each
 * message has a key of its own, so that two tabs cannot overwrite each other's.
 * Storage that is full or forbidden loses nothing but the survival of a reload.
 */
export function openPending(
  me: string,
  roomId: string,
  storage: () => Storage = () => localStorage,
): Pending {
  const prefix = `chatsphere/${me}/${roomId}/`;
  const unsent = prefix + "unsent/";
  const guarded = <T>(work: (store: Storage) => T, otherwise: T): T => {
    try {
      // Reading `localStorage` itself throws where cookies are blocked.
      return work(storage());
    } catch {
      // Full, blocked or someone else's text under our key: the caller's answer stands in.
      return otherwise;
    }
  };
  const keys = (store: Storage) =>
    Object.keys(store).filter((key) => key.startsWith(unsent));
  const parse = (text: string | null): Kept[] => {
    const kept = guarded(() => JSON.parse(text!), null);
    return typeof kept?.clientId === "string" &&
        typeof kept.content === "string"
      ? [kept]
      : [];
  };

  return {
    list: () =>
      guarded(
        (store) =>
          keys(store).flatMap((key) => parse(store.getItem(key)))
            .sort((a, b) => a.timestamp - b.timestamp),
        [],
      ),
    keep: (message) =>
      guarded((store) => {
        if (keys(store).length >= LIMIT) return false;
        store.setItem(unsent + message.clientId, JSON.stringify(message));
        return true;
      }, false),
    drop: (clientId) =>
      guarded((store) => store.removeItem(unsent + clientId), undefined),
    draft: () => guarded((store) => store.getItem(prefix + "draft"), "") ?? "",
    saveDraft: (text) =>
      guarded((store) => {
        if (text) store.setItem(prefix + "draft", text.slice(0, 20_000));
        else store.removeItem(prefix + "draft");
      }, undefined),
  };
}
