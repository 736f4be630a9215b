import { page } from "fresh";
import { asset, Head } from "fresh/runtime";
import { BackToRoom } from "../../../../components/BackToRoom.tsx";
import { FileList } from "../../../../components/FileList.tsx";
import { RoomSidebar } from "../../../../components/RoomSidebar.tsx";
import { Title } from "../../../../components/Title.tsx";
import { listFiles } from "../../../../files/list.ts";
import {
  type FileKind,
  KINDS,
  type StoredFile,
} from "../../../../files/records.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { loadRooms, type RoomEntry } from "../../../../http/pages/room-list.ts";
import { clockOf } from "../../../../http/requests/clock.ts";
import { roomNames } from "../../../../rooms/roster.ts";
import { findRoom } from "../../../../rooms/rooms.ts";
import type { Room } from "../../../../rooms/types.ts";
import type { Person } from "../../../../services.ts";
import { define } from "../../../../utils.ts";

interface Data {
  rooms: RoomEntry[];
  room: Room;
  me: Person;
  /** Undefined: all. */
  kind?: FileKind;
  /** What comes before the newest is shown. */
  earlier: boolean;
  files: StoredFile[];
  next?: string;
  names: ReadonlyMap<string, string>;
}

const LABELS: [FileKind | undefined, string][] = [
  [undefined, "All"],
  ["pictures", "Pictures"],
  ["audio", "Audio"],
  ["video", "Video"],
  ["others", "Other files"],
];

export const handler = define.handlers({
  /** The files of a room, newest first: `?type=` of one kind, `?before=` those before a page. */
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const [{ room }, { rooms }] = await Promise.all([
      findRoom(services, me.id, id),
      loadRooms(services, me),
    ]);
    const { searchParams } = ctx.url;
    const kind = KINDS.find((one) => one === searchParams.get("type"));
    const before = searchParams.get("before") ?? "";
    const { files, next } = await listFiles(services, id, kind, before);
    const owners = files.map(({ owner }) => owner);
    const names = await roomNames(services, id, owners);
    const earlier = before !== "";
    const data: Data = { rooms, room, me, kind, earlier, files, next, names };
    return page(data);
  },
});

export default define.page<typeof handler>(({ data, req }) => {
  const { rooms, room, me, kind, earlier, files, next, names } = data;
  const address = (type = kind, before?: string) => {
    const query = new URLSearchParams({
      ...(type && { type }),
      ...(before && { before }),
    });
    return `/rooms/${room.id}/files${query.size ? `?${query}` : ""}`;
  };
  return (
    <>
      <Head>
        <link key="files" rel="stylesheet" href={asset("/files.css")} />
      </Head>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title text={`Files in ${room.name}`} />
        <BackToRoom room={room} />
        <h1>Files</h1>
        <nav class="file-kinds" aria-label="Kinds of files">
          {LABELS.map(([type, label]) => (
            <a
              key={label}
              href={type ? address(type) : `/rooms/${room.id}/files`}
              // Else any of them is taken for the page one is on.
              aria-current={type === kind ? "page" : "false"}
            >
              {label}
            </a>
          ))}
        </nav>
        {files.length > 0
          ? <FileList files={files} names={names} clock={clockOf(req)} />
          : (
            <p>
              {kind || earlier
                ? "There are no files of this kind."
                : "No files yet. Those you send in the room are listed here."}
            </p>
          )}
        {(next || earlier) && (
          <p class="actions">
            {next && (
              <a class="button button-quiet" href={address(kind, next)}>
                Older files
              </a>
            )}
            {earlier && (
              <a class="button button-quiet" href={address(kind)}>
                Newest files
              </a>
            )}
          </p>
        )}
      </div>
    </>
  );
});
