import { asset, Head } from "fresh/runtime";
import type { ComponentChildren } from "preact";
import type { KeptPhotos } from "../accounts/kept-photos.ts";
import type { Turn } from "../accounts/liveness.ts";
import Camera from "../islands/Camera.tsx";
import { FieldError } from "./Field.tsx";

const keptText = (ms: number): string => {
  const minutes = Math.ceil(ms / 60_000);
  return minutes > 1
    ? `Your photo is kept for ${minutes} minutes, so you don’t need to add it again.`
    : "Your photo is kept for one more minute, so you don’t need to add it again.";
};

/** The camera, or without JavaScript a file input, with what to do and what was wrong. */
export function SelfieField(
  { legend, hint, error, count, turn, required, sends, kept }: {
    legend: string;
    hint: ComponentChildren;
    error?: string;
    count?: 1 | 3;
    turn?: Turn;
    required?: boolean;
    /** The photo is sent as soon as it is taken: what its button is called. */
    sends?: string;
    /** The photos of this form that the server keeps. */
    kept?: KeptPhotos;
  },
) {
  return (
    <fieldset class="field" aria-describedby={error && "selfie-error"}>
      <legend>{legend}</legend>
      <Head>
        <link key="camera" rel="stylesheet" href={asset("/camera.css")} />
      </Head>
      <p class="hint">{hint}</p>
      {kept
        ? (
          <>
            <input type="hidden" name="kept" value={kept.handle} />
            <p>{keptText(kept.until - Date.now())}</p>
            <details>
              <summary>Use another photo</summary>
              <Camera name="selfie" count={count} turn={turn} />
            </details>
          </>
        )
        : (
          <Camera
            name="selfie"
            count={count}
            turn={turn}
            required={required}
            sends={sends}
          />
        )}
      <FieldError id="selfie-error" message={error} answer />
    </fieldset>
  );
}
