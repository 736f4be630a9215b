import { useEffect, useRef, useState } from "preact/hooks";
import {
  cameraProblem,
  openCamera,
  readPicture,
  setFiles,
  type Still,
  takeStills,
} from "../client/camera.ts";

export interface CameraProps {
  /** The name of the form's field; it may carry several files. */
  name: string;
  /** How many stills one press takes. */
  count?: 1 | 3;
  required?: boolean;
}

/**
 * A file input for selfies, which the camera fills where script and a camera are there. The
 * camera starts only when asked to, and stops as soon as the picture is taken.
 */
export default function Camera({ name, count = 1, required }: CameraProps) {
  const input = useRef<HTMLInputElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const shown = useRef<HTMLDivElement>(null);
  const actions = useRef<HTMLDivElement>(null);
  // A button was pressed: where it was, its successor gets the focus.
  const pressed = useRef(false);
  const stream = useRef<MediaStream | null>(null);
  const [alive, setAlive] = useState(false);
  const [phase, setPhase] = useState<
    "idle" | "starting" | "open" | "taking" | "taken" | "chosen"
  >("idle");
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");

  const still = useRef<"idle" | "taken" | "chosen">("idle");

  const stop = () => {
    stream.current?.getTracks().forEach((track) => track.stop());
    stream.current = null;
  };
  // Back to what the form would send now.
  const rest = () => {
    stop();
    setPhase(still.current);
    setSaid("");
  };

  useEffect(() => {
    setAlive(true);
    const hide = () => stream.current && rest();
    addEventListener("pagehide", hide);
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
      setSaid("Put your face into the oval, in even light.");
    } catch (error) {
      fail(error);
    }
  };

  const fail = (error: unknown) => {
    rest();
    setProblem(cameraProblem(error));
  };

  const show = (stills: Still[], how: "taken" | "chosen") => {
    setFiles(input.current!, stills.map((still) => still.file));
    shown.current!.replaceChildren(stills[0].canvas);
    still.current = how;
    rest();
  };

  const take = async () => {
    setPhase("taking");
    try {
      show(
        await takeStills(video.current!, count, (number) => {
          setSaid(count > 1 ? `Hold still: ${number} of ${count}` : "");
        }),
        "taken",
      );
      setSaid(count > 1 ? "The photos are ready." : "The photo is ready.");
    } catch (error) {
      fail(error);
    }
  };

  const choose = async () => {
    const chosen = [...input.current!.files!].slice(0, count);
    still.current = "idle";
    rest();
    setProblem("");
    if (!chosen.length) return;
    try {
      show(await Promise.all(chosen.map(readPicture)), "chosen");
    } catch {
      // Not a picture this browser knows: the server would refuse it too.
      setFiles(input.current!, []);
      setProblem(
        "This file is not a photo this browser can open. Choose another, best a JPEG.",
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
  return (
    <div class={`camera ${alive ? "alive" : ""} ${phase}`}>
      <div class="frame" hidden={phase === "idle"}>
        <video ref={video} muted playsInline hidden={done} />
        <div ref={shown} hidden={!done} />
      </div>
      <div class="actions live" ref={actions}>
        {filming
          ? button(count > 1 ? "Take photos" : "Take photo", take, "")
          : phase === "taken"
          ? button("Take again", start)
          : button("Use the camera", start)}
        {filming && button("Cancel", rest, "button-plain")}
      </div>
      <p class="hint" role="status">{said}</p>
      {problem && <p class="error" role="alert">{problem}</p>}
      <input
        class="input"
        type="file"
        name={name}
        accept="image/jpeg"
        capture="user"
        multiple={count > 1}
        required={required}
        aria-label={alive ? "Or choose a photo" : "A photo of your face"}
        ref={input}
        onChange={choose}
      />
    </div>
  );
}
