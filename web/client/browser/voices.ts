/** Voice notes are played by their button, their waveform and their words; what plays is loaded then. */
import { recordedKey } from "./recorded.ts";
import type { OpenRoom } from "./room.ts";

/** Where this tab remembers what plays, for the next page. */
export const PLAYING = "chatsphere/playing";

/** What was pressed of a message with a voice note. */
const PARTS = ".voice button, .voice .wave, .message:has(.voice) .text";

let opened: OpenRoom | undefined;
/** The room of this page, once its text is live. */
export const openedRoom = (): OpenRoom | undefined => opened;

/**
 * Listens until the signal, goes on with what played in the page before, and offers what was
 * recorded there and not sent.
 */
export function listenToVoices(
  log: HTMLElement,
  input: HTMLTextAreaElement,
  room: OpenRoom,
  signal: AbortSignal,
): void {
  opened = room;
  const player = () => import("../drawn/Player.tsx");
  log.addEventListener("click", async (event) => {
    const target = event.target as Element;
    const part = target.closest<HTMLElement>(PARTS);
    // A link in it is a link; whoever selects wants to copy.
    if (!part || target.closest("a") || !getSelection()!.isCollapsed) return;
    const row = part.closest("li")!;
    const message = room.message(row.id);
    if (!message?.voice) return;
    try {
      (await player()).press(room.state().roomId, message, part, event);
    } catch {
      // Offline, or the page is of an older build whose files are gone.
      part.closest("li")!.querySelector("button")!.disabled = true;
    }
  }, { signal });
  try {
    if (sessionStorage.getItem(PLAYING)) {
      player().then(({ resume }) => resume(), () => {});
    }
    const { me, roomId } = room.state();
    if (localStorage.getItem(recordedKey(me, roomId))) {
      import("../drawn/VoiceTray.tsx").then(
        (it) => it.restore(input),
        () => {},
      );
    }
  } catch {
    // Blocked: nothing is remembered.
  }
}
