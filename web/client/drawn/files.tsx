import type { FilePart, Message } from "../../../realtime/protocol.ts";
import { sizeText } from "../../../realtime/common/size-text.ts";
import { plainOf } from "../../../realtime/text/markup.ts";

/** The widest and the highest a picture is shown: CSS pixels. */
const WIDEST = 400;
const HIGHEST = 320;

/** A text for a message on one line: its own words, or what else it is. */
export const textOf = ({ content, voice, files = [] }: Message): string =>
  plainOf(content) || files.map(({ name }) => name).join(", ") ||
  (voice ? "Voice note" : "");

/** The short name of a media type: `PNG`. Of most files it is known only whether they are text. */
export const subtypeOf = (type: string): string =>
  type === "application/octet-stream"
    ? ""
    : type === "text/plain"
    ? "text"
    : type.split("/")[1].toUpperCase();

/** The files of a message: pictures, players, and cards of what else there is. */
export function Files({ room, files }: { room: string; files: FilePart[] }) {
  return (
    <div class="files">
      {files.map((file) => <File key={file.id} room={room} file={file} />)}
    </div>
  );
}

function File({ room, file }: { room: string; file: FilePart }) {
  const { id, name, type, size, width, height, colour, thumbnail } = file;
  const address = `/rooms/${room}/files/${id}`;
  const [kind] = type.split("/");
  if (kind === "image" && width && height) {
    const scale = Math.min(1, WIDEST / width, HIGHEST / height);
    const [w, h] = [width, height].map((side) =>
      Math.max(1, Math.round(side * scale))
    );
    return (
      <a class="picture" href={address} target="_blank" rel="noopener">
        {/* Its colour, until it is there; a style of its own no policy of ours allows. */}
        {colour && (
          <svg
            width={w}
            height={h}
            viewBox={`0 0 ${w} ${h}`}
            aria-hidden="true"
          >
            <path d={`M0 0h${w}v${h}H0z`} fill={colour} />
          </svg>
        )}
        <img
          src={thumbnail ? `${address}/thumbnail` : address}
          alt={name}
          width={w}
          height={h}
          loading="lazy"
        />
      </a>
    );
  }
  return (
    <div class="file">
      {kind === "audio" && (
        <>
          <audio controls preload="none" src={address} aria-label={name} />
          <a href={`/rooms/${room}/transcripts/${id}`}>Transcribe</a>
        </>
      )}
      {kind === "video" && (
        <video
          controls
          preload="metadata"
          width={WIDEST}
          height={225}
          src={address}
          aria-label={name}
        />
      )}
      <a href={`${address}?download`} download={name}>
        <bdi>{name}</bdi>
      </a>
      <span class="soft small">
        {sizeText(size)} {subtypeOf(type)}
      </span>
      {kind === "image" && (
        <span class="soft small">
          Most browsers cannot show this picture. Download it to see it.
        </span>
      )}
    </div>
  );
}
