import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { zoomable } from "../browser/zoom.ts";

/** A picture of the page. */
interface Picture {
  /** Its link. */
  link: HTMLAnchorElement;
  address: string;
  name: string;
}

/** Its styles, which nothing else needs. */
function addStyles() {
  if (document.querySelector("link[data-viewer]")) return;
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: "/files.css" });
  link.dataset.viewer = "";
  document.head.append(link);
}

/** Shows a picture of the log in the window, and from there those before and after it. */
export function viewPicture(log: HTMLElement, first: HTMLAnchorElement): void {
  // Pressed twice while this was loaded.
  if (document.querySelector(".viewer")) return;
  addStyles();
  const pictures = [...log.querySelectorAll<HTMLAnchorElement>("a.picture")]
    .map((link): Picture => ({
      link,
      address: link.href,
      name: link.querySelector("img")!.alt,
    }));
  const place = document.createElement("div");
  document.body.append(place);
  const end = (at: number) => {
    render(null, place);
    place.remove();
    // Where one is now in the log, not where one began.
    const { link } = pictures[at];
    (link.isConnected ? link : log).focus({ preventScroll: true });
    if (link.isConnected) link.scrollIntoView({ block: "nearest" });
  };
  const start = pictures.findIndex(({ link }) => link === first);
  render(<Viewer pictures={pictures} start={start} onEnd={end} />, place);
}

function Viewer({ pictures, start, onEnd }: {
  pictures: Picture[];
  start: number;
  onEnd(at: number): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(start);
  const [failed, setFailed] = useState(false);
  const { address, name } = pictures[at];
  const count = pictures.length;
  const go = (to: number) => {
    if (to < 0 || to >= count) return;
    setFailed(false);
    setAt(to);
  };

  // The dialog keeps the focus in, and closes on Escape, by itself.
  useEffect(() => dialog.current!.showModal(), []);
  useEffect(
    () => zoomable(stage.current!, (by) => go(at + by)),
    [at],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: count - 1,
    };
    if (to[event.key] === undefined) return;
    event.preventDefault();
    go(to[event.key]);
  };
  const turn = (label: string, to: number) => (
    <button
      type="button"
      class="button button-plain"
      // Disabled, it would lose the focus.
      aria-disabled={to < 0 || to >= count ? "true" : "false"}
      onClick={() => go(to)}
    >
      {label}
    </button>
  );

  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label="Pictures"
      onClose={() => onEnd(at)}
      onKeyDown={onKeyDown}
    >
      <div class="viewer-stage" ref={stage}>
        {failed
          ? <p>This picture could not be loaded. It may have been deleted.</p>
          : (
            <img
              key={address}
              src={address}
              alt={name}
              draggable={false}
              onError={() => setFailed(true)}
            />
          )}
      </div>
      <div class="viewer-bar">
        <p class="truncate" role="status">
          <bdi>{name}</bdi> <span class="soft">{`${at + 1} of ${count}`}</span>
        </p>
        {turn("Previous", at - 1)}
        {turn("Next", at + 1)}
        <a
          class="button button-plain"
          href={`${address}?download`}
          download={name}
        >
          Download
        </a>
        <button
          type="button"
          class="button button-plain"
          autofocus
          onClick={() => dialog.current!.close()}
        >
          Close
        </button>
      </div>
    </dialog>
  );
}
