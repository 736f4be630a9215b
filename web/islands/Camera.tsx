import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

/** A file input for selfies that the camera fills where script and a camera are there. */
export default function Camera({ name, count = 1, required }: {
  name: string;
  count?: 1 | 3;
  required?: boolean;
}) {
  const input = useRef<HTMLInputElement>(null);
  const alive = useSignal(false);
  useEffect(() => {
    alive.value = true;
  }, []);
  return (
    <div class="camera">
      <input
        class="input"
        type="file"
        id={name}
        name={name}
        accept="image/jpeg"
        capture="user"
        multiple={count > 1}
        required={required}
        ref={input}
      />
    </div>
  );
}
