import type { Turn } from "../accounts/liveness.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  cameraProblem,
  hintOf,
  openCamera,
  readPicture,
  setFiles,
  type Still,
  takeStills,
} from "../client/browser/camera.ts";
import { lightOf } from "../client/browser/light.ts";
import { sendForm } from "../client/browser/send-form.ts";
import { loadZone } from "../client/browser/zone.ts";

export interface CameraProps {
  /** The name of the form's field; it may carry several files, from two inputs with `turn`. */
  name: string;
  /** How many stills one press takes. */
  count?: 1 | 3;
  /** Asks for two photos: straight ahead, then with the head turned to this side of one's own. */
  turn?: Turn;
  required?: boolean;
  /** The photo is sent as soon as it is taken: what its button is called. */
  sends?: string;
}

/** Milliseconds between two looks at the light, and from one answer to the next frame. */
const LOOK_MS = 500;
const HINT_MS = 1000;

/**
 * A file input for selfies, which the camera fills where script and a camera are there. The
 * camera starts only when asked to, and stops as soon as the picture is taken.
 */
export default function Camera(
  { name, count = 1, turn, required, sends }: CameraProps,
) {
  const camera = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const shown = useRef<HTMLDivElement>(null);
  const actions = useRef<HTMLDivElement>(null);
  // A button was pressed: where it was, its successor gets the focus.
  const pressed = useRef(false);
  const stream = useRef<MediaStream | null>(null);
  // The photo that looks straight ahead, while the turned one is still to come.
  const [first, setFirst] = useState<Still | null>(null);
  const [alive, setAlive] = useState(false);
  const [phase, setPhase] = useState<
    "idle" | "starting" | "open" | "taking" | "taken" | "chosen"
  >("idle");
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  // Away from https there is none to ask for.
  const [none, setNone] = useState(false);

  const still = useRef<"idle" | "taken" | "chosen">("idle");

  const stop = () => {
    stream.current?.getTracks().forEach((track) => track.stop());
    stream.current = null;
  };
  // Back to what the form would send now.
  const rest = () => {
    stop();
    setFirst(null);
    setPhase(still.current);
    setSaid("");
  };

  useEffect(() => {
    setAlive(true);
    loadZone().catch(() => {});
    if (!navigator.mediaDevices) {
      setNone(true);
      setProblem(cameraProblem({ name: "TypeError" }));
    }
    const hide = () => stream.current && rest();
    addEventListener("pagehide", hide);
    const field = camera.current!.closest("fieldset")!;
    const form = field.form!;
    form.onsubmit = async (event) => {
      setSaid("Checking your photo…");
      // Another side may be asked for then, and both photos are needed anew.
      if (turn) return;
      event.preventDefault();
      if (form.ariaBusy) return;
      form.ariaBusy = "true";
      setProblem("");
      field.querySelector(":scope > .error")?.remove();
      try {
        const wrong = await sendForm(form, field);
        setSaid("");
        if (!wrong) return;
        // The photo is what was wrong: another is needed.
        const isTaken = still.current === "taken";
        field.querySelectorAll("input").forEach((one) => setFiles(one, []));
        still.current = "idle";
        rest();
        field.append(wrong);
        (wrong as HTMLElement).focus();
        // Ready for the next try, and what was wrong stays to be read.
        if (sends && isTaken) await start();
      } catch {
        // As without script: the browser says what it has to say.
        form.submit();
      } finally {
        form.ariaBusy = null;
      }
    };
    return () => {
      removeEventListener("pagehide", hide);
      stop();
    };
  }, []);

  useEffect(() => {
    const next = actions.current!.querySelector<HTMLElement>(
      "button:enabled",
    );
    if (!pressed.current || !next) return;
    pressed.current = false;
    // Unless the person went on to something else meanwhile.
    const at = document.activeElement;
    if (at === document.body || actions.current!.contains(at)) next.focus();
  }, [phase]);

  useEffect(() => {
    if (phase !== "open" || first) return;
    let isOn = true;
    let hint = "";
    let asking: ReturnType<typeof setTimeout>;
    const look = () =>
      setSaid(
        lightOf(video.current!) || hint ||
          "Fit your face in the oval, in even light.",
      );
    const ask = async () => {
      // Nothing of a face leaves the page before its person has agreed.
      const consent = camera.current!.closest("form")!.elements
        .namedItem("consent") as HTMLInputElement | null;
      try {
        hint = consent?.checked === false ? "" : await hintOf(video.current!);
      } catch {
        hint = "";
      }
      if (isOn) asking = setTimeout(ask, HINT_MS);
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    ask();
    return () => {
      clearInterval(timer);
      clearTimeout(asking);
      isOn = false;
    };
  }, [phase, first]);

  const start = async () => {
    setPhase("starting");
    setProblem("");
    setSaid("");
    try {
      const opened = stream.current = await openCamera();
      // Unplugged, or taken by the system.
      opened.getTracks()[0].onended = () => fail({ name: "AbortError" });
      video.current!.srcObject = opened;
      await video.current!.play();
      setPhase("open");
    } catch (error) {
      fail(error);
    }
  };

  const fail = (error: unknown) => {
    rest();
    setProblem(cameraProblem(error));
  };

  const put = (input: HTMLInputElement, stills: Still[]) =>
    setFiles(input, stills.map((still) => still.file));

  const show = ({ canvas }: Still, how: "taken" | "chosen") => {
    shown.current!.replaceChildren(canvas);
    still.current = how;
    rest();
  };

  const take = async () => {
    setPhase("taking");
    try {
      const stills = await takeStills(video.current!, count, (number) => {
        setSaid(count > 1 ? `Hold still: ${number} of ${count}` : "");
      }, first ? 1 : 0);
      if (turn && !first) {
        setFirst(stills[0]);
        setPhase("open");
        setSaid(
          `Now turn your head slowly to your ${turn}, a third of the way to your shoulder, and take the second photo.`,
        );
        return;
      }
      const [input, second] = camera.current!.querySelectorAll("input");
      if (first) put(input, [first]);
      put(first ? second : input, stills);
      show(first ?? stills[0], "taken");
      setSaid(
        count > 1 || turn ? "The photos are ready." : "The photo is ready.",
      );
      if (sends) camera.current!.closest("form")!.requestSubmit();
    } catch (error) {
      fail(error);
    }
  };

  const choose = async (input: HTMLInputElement) => {
    const chosen = [...input.files!].slice(0, count);
    still.current = "idle";
    rest();
    setProblem("");
    if (!chosen.length) return;
    try {
      const stills = await Promise.all(chosen.map(readPicture));
      put(input, stills);
      show(stills[0], "chosen");
    } catch {
      // Not a picture this browser knows: the server would refuse it too.
      setFiles(input, []);
      setProblem(
        "This browser cannot open that file as a photo. Choose another, ideally a JPEG.",
      );
    }
  };

  const done = phase === "taken" || phase === "chosen";
  const filming = phase === "open" || phase === "taking";
  const button = (label: string, work: () => void, kind = "button-quiet") => (
    <button
      type="button"
      class={`button ${kind}`}
      disabled={phase === "taking" || phase === "starting"}
      onClick={() => {
        pressed.current = true;
        work();
      }}
    >
      {label}
    </button>
  );
  const takeLabel = turn
    ? first ? "Take second photo" : "Take first photo"
    : count > 1
    ? "Take photos"
    : sends ?? "Take photo";
  const picker = () => (
    <input
      class="input"
      type="file"
      name={name}
      accept="image/jpeg"
      capture="user"
      multiple={count > 1}
      required={required}
      onChange={(event) => choose(event.currentTarget)}
    />
  );
  return (
    <div class={`camera ${alive ? "alive" : ""} ${phase}`} ref={camera}>
      <div class="frame" hidden={phase === "idle"}>
        <video ref={video} muted playsInline hidden={done} />
        <div ref={shown} hidden={!done} />
      </div>
      <p class="hint" role="status">{said}</p>
      <div class="actions live" ref={actions} hidden={none}>
        {filming
          ? button(takeLabel, take, "")
          : phase === "taken"
          ? button("Take again", start)
          : button(
            "Use the camera",
            start,
            phase === "chosen" ? undefined : "",
          )}
        {filming && button("Cancel", rest, "button-plain")}
      </div>
      {problem && <p class="error" role="alert">{problem}</p>}
      {turn
        ? (
          <>
            <label>Looking straight ahead {picker()}</label>
            <label>Head turned to your {turn} {picker()}</label>
          </>
        )
        : (
          <label>
            {alive ? "Or choose a photo" : "A photo of your face"} {picker()}
          </label>
        )}
    </div>
  );
}
