import type { Preview } from "../../../realtime/protocol.ts";

/** The widest and the highest its picture is shown: CSS pixels. */
const WIDEST = 320;
const HIGHEST = 160;

/** What the page says of itself that a message links to. */
export function PreviewCard({ room, preview }: {
  room?: string;
  preview: Preview;
}) {
  const { address, title, description, picture } = preview;
  const { width = WIDEST, height = HIGHEST } = picture ?? {};
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  const path = `/rooms/${room}/files/${picture?.id}`;
  return (
    <a class="preview" href={address} target="_blank" rel="noopener noreferrer">
      <b>
        <bdi>{title}</bdi>
      </b>
      {description && (
        <span>
          <bdi>{description}</bdi>
        </span>
      )}
      <span class="soft small" dir="ltr">{new URL(address).host}</span>
      {room && picture && (
        <img
          src={picture.thumbnail ? `${path}/thumbnail` : path}
          alt=""
          width={Math.max(1, Math.round(width * scale))}
          height={Math.max(1, Math.round(height * scale))}
          loading="lazy"
        />
      )}
    </a>
  );
}
