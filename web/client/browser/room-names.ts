/** What rooms are called, where they may have been renamed while there was no connection. */

/** Until it is asked, at least: ms. All clients of a server that restarts come back at once. */
const SOON = 500;

export interface Names {
  /** Asks soon for the names of all rooms. */
  ask(): void;
  /** One of them was told just now: an answer that was asked for before is older. */
  heard(roomId: string): void;
}

/** @param told gets the present name of each room. */
export function openNames(
  signal: AbortSignal,
  told: (roomId: string, name: string) => void,
  soon = SOON,
): Names {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const newer = new Set<string>();

  async function ask() {
    timer = undefined;
    newer.clear();
    try {
      const answer = await fetch("/api/chat?names=true", { signal });
      const { rooms }: { rooms: { id: string; name: string }[] } = await answer
        .json();
      for (const { id, name } of rooms) if (!newer.has(id)) told(id, name);
    } catch {
      // Away again, or signed out: the next connection asks once more.
    }
  }

  signal.addEventListener("abort", () => clearTimeout(timer));
  return {
    ask() {
      timer ??= setTimeout(ask, soon * (1 + 4 * Math.random()));
    },
    heard: (roomId) => newer.add(roomId),
  };
}
