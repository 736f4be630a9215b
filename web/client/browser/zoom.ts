/** A picture under fingers, a mouse or a wheel: pinched, pulled about, or swiped to the next. */

const MOST = 6;
/** What a double press zooms to. */
const CLOSE = 2.5;
/** A finger that went so far sideways asks for another picture: CSS pixels. */
const SWIPE = 60;

interface Point {
  x: number;
  y: number;
}

/** Listens on what holds the picture until what it returns is called. */
export function zoomable(
  stage: HTMLElement,
  onSwipe: (by: 1 | -1) => void,
): () => void {
  const stop = new AbortController();
  const fingers = new Map<number, Point>();
  let scale = 1;
  let moved: Point = { x: 0, y: 0 };
  let began: Point | undefined;
  let pinched = false;

  const show = () => {
    const style = stage.querySelector<HTMLElement>("img")?.style;
    style?.setProperty(
      "transform",
      `translate(${moved.x}px, ${moved.y}px) scale(${scale})`,
    );
    stage.classList.toggle("zoomed", scale > 1);
  };
  /** Zooms so that what is under a point stays there. */
  const zoom = (to: number, { x, y }: Point) => {
    const next = Math.min(MOST, Math.max(1, to));
    const { left, top, width, height } = stage.getBoundingClientRect();
    const [dx, dy] = [x - left - width / 2, y - top - height / 2];
    const by = next / scale;
    moved = next === 1
      ? { x: 0, y: 0 }
      : { x: dx - (dx - moved.x) * by, y: dy - (dy - moved.y) * by };
    scale = next;
    show();
  };
  const on = <E extends keyof HTMLElementEventMap>(
    event: E,
    listen: (event: HTMLElementEventMap[E]) => void,
  ) =>
    stage.addEventListener(event, listen, {
      signal: stop.signal,
      passive: false,
    });
  const spread = () => {
    const [a, b] = fingers.values();
    return {
      distance: Math.hypot(a.x - b.x, a.y - b.y),
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    };
  };

  on("pointerdown", (event) => {
    fingers.set(event.pointerId, { x: event.x, y: event.y });
    stage.setPointerCapture(event.pointerId);
    if (fingers.size === 1) began = { x: event.x, y: event.y };
    pinched = fingers.size > 1;
  });
  on("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.x, y: event.y };
    if (fingers.size === 2) {
      const { distance } = spread();
      fingers.set(event.pointerId, now);
      const after = spread();
      zoom(scale * after.distance / Math.max(1, distance), after.middle);
    } else if (scale > 1) {
      moved = {
        x: moved.x + now.x - before.x,
        y: moved.y + now.y - before.y,
      };
      show();
    }
    fingers.set(event.pointerId, now);
  });
  const lift = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
    const far = event.x - (began?.x ?? event.x);
    const isSwipe = event.type === "pointerup" && scale === 1 && !pinched &&
      Math.abs(far) > SWIPE &&
      Math.abs(far) > 2 * Math.abs(event.y - began!.y);
    if (isSwipe) onSwipe(far < 0 ? 1 : -1);
  };
  on("pointerup", lift);
  on("pointercancel", lift);
  on("dblclick", (event) => zoom(scale > 1 ? 1 : CLOSE, event));
  // What a touch pad sends for a pinch.
  on("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(scale * Math.exp(-event.deltaY / 100), event);
  });
  show();
  return () => stop.abort();
}
