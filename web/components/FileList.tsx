import { sizeText } from "../../realtime/common/size-text.ts";
import type { StoredFile } from "../files/records.ts";
import { subtypeOf } from "../client/drawn/files.tsx";
import type { Clock } from "../client/drawn/times.ts";
import { dayText } from "./Ago.tsx";

/** The files of a room, with who sent them and the way to their messages. */
export function FileList({ files, names, clock, now = Date.now() }: {
  files: StoredFile[];
  names: ReadonlyMap<string, string>;
  clock: Clock;
  now?: number;
}) {
  return (
    <ul class="file-list">
      {files.map((file) => {
        const { id, name, type, size, roomId, owner, message, sentAt } = file;
        const address = `/rooms/${roomId}/files/${id}`;
        const picture = file.thumbnail
          ? `${address}/thumbnail`
          : file.width && address;
        return (
          <li key={id}>
            {picture && (
              <a href={address} tabindex={-1} aria-hidden="true">
                <img
                  src={picture}
                  alt=""
                  width={80}
                  height={80}
                  loading="lazy"
                />
              </a>
            )}
            <div>
              {picture
                ? (
                  <a href={address}>
                    <bdi>{name}</bdi>
                  </a>
                )
                : (
                  <a href={`${address}?download`} download={name}>
                    <bdi>{name}</bdi>
                  </a>
                )}
              <p class="soft small">
                <span>{sizeText(size)} {subtypeOf(type)}</span>
                <bdi>{names.get(owner)}</bdi>
                {sentAt !== undefined && sentAt > 0 && (
                  <time dateTime={new Date(sentAt).toISOString()}>
                    {dayText(sentAt, now, clock)}
                  </time>
                )}
                {message && (
                  <a
                    href={`/rooms/${roomId}/messages/${message}`}
                    aria-label={`Message with ${name}`}
                  >
                    Message
                  </a>
                )}
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
