import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { onLogChange } from "../browser/log-changes.ts";
import { zoomable } from "../browser/zoom.ts";

/** A picture of the page. */
interface Picture {
  /** The id of its message. */
  message: string;
  address: string;
  name: string;
}

/** Where it is in the log: rows are drawn anew, so its link is not always the same. */
const linkOf = ({ message, address }: Picture) =>
  [...document.getElementById(message)?.querySelectorAll("a") ?? []]
    .find((link) => link.href === address);

/** Whether its message is there without it. One that is only not loaded any more has lost nothing. */
const isGone = (picture: Picture): boolean =>
  document.getElementById(picture.message) !== null && !linkOf(picture);

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
      message: link.closest("li")!.id,
      address: link.href,
      name: link.querySelector("img")!.alt,
    }));
  const place = document.createElement("div");
  document.body.append(place);
  const end = (last: Picture) => {
    render(null, place);
    place.remove();
    // Where one is now in the log, not where one began.
    const link = linkOf(last);
    (link ?? log).focus({ preventScroll: true });
    link?.scrollIntoView({ block: "nearest" });
  };
  const start = pictures.find(({ address }) => address === first.href)!;
  render(<Viewer pictures={pictures} start={start} onEnd={end} />, place);
}

function Viewer({ pictures, start, onEnd }: {
  pictures: Picture[];
  start: Picture;
  onEnd(last: Picture): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const closing = useRef<HTMLButtonElement>(null);
  const [shown, setShown] = useState(start);
  const [failed, setFailed] = useState(false);
  const [gone, setGone] = useState<Picture[]>([]);
  const { address, name } = shown;
  const isOver = gone.includes(shown);
  // The one that is looked at keeps its place, where it says what became of it.
  const list = pictures.filter((one) => one === shown || !gone.includes(one));
  const at = list.indexOf(shown);
  const count = list.length;
  const go = (to: number) => {
    if (to < 0 || to >= count) return;
    setFailed(false);
    setShown(list[to]);
  };

  // The dialog keeps the focus in, and closes on Escape, by itself.
  useEffect(() => dialog.current!.showModal(), []);
  useEffect(() =>
    onLogChange(() => {
      const now = pictures.filter(isGone);
      setGone((before) => before.length === now.length ? before : now);
    }), []);
  useEffect(
    () => zoomable(stage.current!, (by) => go(at + by)),
    [shown, count],
  );
  // What had the focus may have gone with the picture.
  useEffect(() => {
    if (isOver && !dialog.current!.contains(document.activeElement)) {
      closing.current!.focus();
    }
  }, [isOver]);

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
      onClose={() => onEnd(shown)}
      onKeyDown={onKeyDown}
    >
      <div class="viewer-stage" ref={stage}>
        {isOver
          ? <p role="alert">This picture was deleted.</p>
          : failed
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
          <bdi>{!isOver && name}</bdi>{" "}
          <span class="soft">{`${at + 1} of ${count}`}</span>
        </p>
        {turn("Previous", at - 1)}
        {turn("Next", at + 1)}
        {!isOver && (
          <a
            class="button button-plain"
            href={`${address}?download`}
            download={name}
          >
            Download
          </a>
        )}
        <button
          type="button"
          class="button button-plain"
          ref={closing}
          autofocus
          onClick={() => dialog.current!.close()}
        >
          Close
        </button>
      </div>
    </dialog>
  );
}
