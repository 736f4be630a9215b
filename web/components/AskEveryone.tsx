import { Notice } from "./Notice.tsx";

/** What was written to everyone in a large room, before it is sent. */
export interface ToEveryone {
  people: number;
  content: string;
  clientId: string;
  /** Ids of files that came with it. */
  files: string[];
}

/** Without script: asks before a message tells a whole room. */
export function AskEveryone({ asked }: { asked: ToEveryone }) {
  return (
    <Notice answer>
      <form method="post">
        <input type="hidden" name="content" value={asked.content} />
        <input type="hidden" name="clientId" value={asked.clientId} />
        <input type="hidden" name="kept" value={asked.files.join(",")} />
        @room tells all {asked.people} people in this room.{" "}
        <button
          type="submit"
          name="everyone"
          value="yes"
          class="button button-quiet"
        >
          Send it to everyone
        </button>
      </form>
    </Notice>
  );
}
