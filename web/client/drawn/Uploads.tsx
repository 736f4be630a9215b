import { render } from "preact";
import { goesAlong } from "../browser/along.ts";
import { takeBack } from "../browser/deliver.ts";
import type { Upload } from "../browser/pending.ts";
import type { OpenRoom } from "../browser/room.ts";
import { fateOf, hold, isBusy, letGo } from "../browser/uploads.ts";
import { UploadList } from "./UploadList.tsx";

/** The protocol's own limit: importing the table would ship all of it. */
const MOST = 10;

type Tray = ReturnType<typeof openTray>;
const trays = new WeakMap<HTMLTextAreaElement, Tray>();

/** Begins to send files, which go with the message that is written in the input. */
export function addUploads(
  input: HTMLTextAreaElement,
  room: OpenRoom,
  files: File[],
): void {
  const tray = trays.get(input) ?? openTray(input, room);
  trays.set(input, tray);
  tray.add(files);
}

/** Takes a file out of the message it is to go with. */
export function dropUpload(
  input: HTMLTextAreaElement,
  room: OpenRoom,
  key: string,
): void {
  if (!trays.get(input)?.drop(key)) takeBack(room, key);
  input.focus();
}

function openTray(input: HTMLTextAreaElement, room: OpenRoom) {
  const place = document.createElement("div");
  input.form!.before(place);
  let chosen: Upload[] = [];
  /** Stays while files arrive: until others are chosen, or one is taken out. */
  let notice = "";

  function show(next: Upload[], said = "") {
    chosen = next;
    notice = said;
    goesAlong(input, "files", chosen.length > 0);
    render(
      chosen.length > 0
        ? (
          <div class="uploads">
            <UploadList uploads={chosen} />
            <p role="status">{notice}</p>
          </div>
        )
        : null,
      place,
    );
  }

  async function follow({ key }: Upload) {
    const fate = await fateOf({ key });
    const told = fate === "later"
      ? { failed: "It has not arrived yet. It is tried again when you send." }
      : typeof fate === "object" && fate;
    if (!told || !chosen.some((one) => one.key === key)) return;
    show(
      chosen.map((one) => one.key === key ? { ...one, ...told } : one),
      notice,
    );
  }

  room.attached = () => {
    if (chosen.length === 0) return;
    const taken = chosen.map((one) => ({ ...one, failed: undefined }));
    show([]);
    return taken;
  };
  addEventListener("beforeunload", (event) => {
    if (chosen.length > 0 || isBusy()) event.preventDefault();
  });

  return {
    add(files: File[]) {
      const free = MOST - chosen.length;
      const { roomId } = room.state();
      const added = files.slice(0, Math.max(0, free))
        .map((file) => hold(roomId, file));
      show(
        [...chosen, ...added],
        files.length > free
          ? `A message can have at most ${MOST} files. Send the others in another one.`
          : "",
      );
      added.forEach(follow);
      input.focus();
    },
    /** Whether it was here. */
    drop(key: string): boolean {
      const left = chosen.filter((one) => one.key !== key);
      if (left.length === chosen.length) return false;
      letGo(key);
      show(left);
      return true;
    },
  };
}
