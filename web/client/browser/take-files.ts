import type { OpenRoom } from "./room.ts";

const load = () => import("../drawn/Uploads.tsx");

/** Files that are chosen, pasted or dropped are sent along; what does that is loaded when used. */
export function takeFiles(
  input: HTMLTextAreaElement,
  open: OpenRoom,
  signal: AbortSignal,
): void {
  const form = input.form!;
  const room = form.parentElement!;
  const chooser = document.createElement("input");
  Object.assign(chooser, {
    type: "file",
    multiple: true,
    ariaLabel: "Add files",
  });
  form.querySelector(".icon-send")!.before(chooser);
  signal.addEventListener("abort", () => chooser.remove());
  const said = document.createElement("p");
  Object.assign(said, { className: "uploads", role: "alert" });
  const take = async (files: Iterable<File>) => {
    const chosen = [...files];
    if (chosen.length === 0) return;
    try {
      (await load()).addUploads(
        input,
        open,
        chosen,
      );
    } catch {
      // Offline, or the page is of an older build whose files are gone.
      said.textContent = "Files could not be added. Reload the page.";
      form.before(said);
    }
    chooser.value = "";
  };
  const on = <E extends keyof HTMLElementEventMap>(
    element: HTMLElement,
    event: E,
    listen: (event: HTMLElementEventMap[E]) => void,
  ) => element.addEventListener(event, listen, { signal });
  on(room, "click", async ({ target }) => {
    const key = (target as HTMLElement).dataset.drop;
    if (!key) return;
    (await load()).dropUpload(input, open, key);
  });
  // While the person chooses.
  on(chooser, "click", () => void load().catch(() => {}));
  on(chooser, "change", () => void take(chooser.files!));
  on(input, "paste", (event) => {
    const { files } = event.clipboardData!;
    if (files.length > 0) event.preventDefault();
    take(files);
  });
  on(room, "dragover", (event) => {
    if (event.dataTransfer!.types.includes("Files")) event.preventDefault();
  });
  on(room, "drop", (event) => {
    const { files } = event.dataTransfer!;
    if (files.length > 0) event.preventDefault();
    take(files);
  });
}
