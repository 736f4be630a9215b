import type { ClientFrame, Draft } from "../../../realtime/protocol.ts";

type Amendment = Extract<ClientFrame, { clientId: string }>;
type Bare<A> = A extends Amendment ? Omit<A, "roomId" | "clientId"> : never;
/** An edit, a deletion or a reaction. */
export type Request = Bare<Amendment>;

/** A file that goes with a message, until the log has both. */
export interface Upload {
  /** Which, on whatever page: see uploads.ts. */
  key: string;
  name: string;
  /** Bytes. */
  size: number;
  /** The id web gave it, once all of it is there. */
  id?: string;
  /** Why web refused it. */
  failed?: string;
}

/** What was written or done and is not yet acknowledged, as it is kept on the device. */
export interface Kept extends Draft {
  /** When: milliseconds since the Unix epoch. The queue of a room is in this order. */
  timestamp: number;
  /** It is not a message but this, and `content` is empty. */
  request?: Request;
  /** The files it is to have; empty where the page that had them was left too early. */
  uploads?: Upload[];
  /** Why the server refused it for good. */
  failed?: string;
}

/** Something of mine the room's log has not given back yet. */
export interface Unsent extends Kept {
  /** `sent`: acknowledged, its entry still on the way. */
  status: "sending" | "sent" | "failed";
  /** The acknowledged offset. */
  offset?: number;
  /** Why it is not sent yet, for the person. */
  reason?: string;
}

/** The most that is kept for one room. */
const LIMIT = 100;

/** What a person has written in one room and the server does not have yet. */
export interface Pending {
  /** What is unsent, oldest first, whichever tab it was written in. */
  list(): Kept[];
  /** Whether it is kept: false when the device has no room for it. */
  keep(one: Kept): boolean;
  /** Whether it is still kept: another tab may have sent or discarded it. */
  has(clientId: string): boolean;
  drop(clientId: string): void;
  /** This tab's draft; in a tab that has had none yet, the last of any tab. */
  draft(): string;
  saveDraft(text: string): void;
}

/** What comes before the id of an unsent one in its key. */
export const UNSENT = "/unsent/";

/** Tells the server, by a cookie, whether the next page needs the script that sends. */
function tell(store: Storage) {
  const some = Object.keys(store).some((key) => key.includes(UNSENT));
  document.cookie = `unsent=1;path=/;samesite=lax;max-age=${some ? 3e7 : 0}`;
}

/**
 * Keeps what is unsent, and the draft, of one account in one room across reloads. Each has a
 * key of its own, so that two tabs cannot overwrite each other's, and the tabs share one
 * queue. Storage that is full or forbidden loses nothing but the survival of a reload.
 */
export function openPending(
  me: string,
  roomId: string,
  storage: () => Storage = () => localStorage,
  tab: () => Storage = () => sessionStorage,
): Pending {
  const prefix = `chatsphere/${me}/${roomId}`;
  const unsent = prefix + UNSENT;
  const drafted = prefix + "/draft";
  /** What this tab has put there last, or found. */
  let own = "";
  const guarded = <T>(
    work: (store: Storage) => T,
    otherwise: T,
    of = storage,
  ) => {
    try {
      // Reading `localStorage` itself throws where cookies are blocked.
      return work(of());
    } catch {
      // Full, blocked or someone else's text under our key: the caller's answer stands in.
      return otherwise;
    }
  };
  const keys = (store: Storage) =>
    Object.keys(store).filter((key) => key.startsWith(unsent));
  const parse = (text: string | null): Kept[] => {
    const { words, ...kept } = guarded(() => JSON.parse(text!), null) ?? {};
    const content = kept.content ?? words;
    return typeof kept.clientId === "string" &&
        (typeof content === "string" || kept.request?.event)
      ? [{ ...kept, content: content ?? "" }]
      : [];
  };
  const told = () => guarded(tell, undefined);

  told();
  return {
    list: () =>
      guarded(
        (store) =>
          keys(store).flatMap((key) => parse(store.getItem(key)))
            .sort((a, b) => a.timestamp - b.timestamp),
        [],
      ),
    keep: (one) => {
      const kept = guarded((store) => {
        const key = unsent + one.clientId;
        if (keys(store).length >= LIMIT && store.getItem(key) === null) {
          return false;
        }
        // Without a text, a tab of an older version does not take a request for a message, nor
        // the words of files for all of it.
        const { content, request, uploads } = one;
        const kept = request || uploads
          ? { ...one, content: undefined, words: uploads && content }
          : one;
        store.setItem(key, JSON.stringify(kept));
        return true;
      }, false);
      told();
      return kept;
    },
    has: (clientId) =>
      guarded((store) => store.getItem(unsent + clientId) !== null, true),
    drop(clientId) {
      guarded((store) => store.removeItem(unsent + clientId), undefined);
      told();
    },
    draft: () =>
      own = guarded((store) => store.getItem(drafted), null, tab) ??
        guarded((store) => store.getItem(drafted), "") ?? "",
    saveDraft(text) {
      const kept = text.slice(0, 20_000);
      guarded((store) => store.setItem(drafted, kept), undefined, tab);
      guarded((store) => {
        if (kept) store.setItem(drafted, kept);
        // Another tab's stays.
        else if (store.getItem(drafted) === own) store.removeItem(drafted);
      }, undefined);
      own = kept;
    },
  };
}
