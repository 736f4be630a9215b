import type { OpenRoom } from "./room.ts";

/** Has the room send messages with files; what does that is loaded when there is one. */
export function carryFiles(room: OpenRoom): void {
  room.deliver = (one, say) => {
    // Where it cannot be loaded, the room asks again when it is live again, and now and then.
    import("./deliver.ts").then((part) => part.deliver(room, one, say))
      .catch(() => {});
    return true;
  };
  room.heed();
}
