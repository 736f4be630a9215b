import type { Upload } from "../browser/pending.ts";
import { sizeText } from "../../../realtime/common/size-text.ts";

/** Files on their way; what listens to its buttons is take-files.ts. */
export function UploadList({ uploads }: { uploads: Upload[] }) {
  return (
    <ul>
      {uploads.map(({ key, name, size, id, failed }) => (
        <li key={key}>
          <span class={failed ? undefined : "truncate"}>
            <bdi>{name}</bdi>{" "}
            <span class="soft">{failed ?? sizeText(size)}</span>
          </span>
          {!id && !failed && <progress data-upload={key} aria-label={name} />}
          <button
            type="button"
            class="button button-plain"
            data-drop={key}
            aria-label={`Remove ${name}`}
          >
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}
