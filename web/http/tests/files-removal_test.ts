import { assert, assertEquals } from "@std/assert";
import { finishErasures } from "../../accounts/erasures.ts";
import { deleteAccount } from "../../accounts/delete-account.ts";
import { LOOSE_MS, sweepFiles } from "../../files/sweep.ts";
import { removeMember } from "../../rooms/members.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { finishLeftovers } from "../../rooms/leftovers.ts";
import { enter, onFiles, photo } from "../testing/files.ts";

Deno.test(
  "what nobody sent is gone after an hour, and what may have been sent is looked for first",
  onFiles(async ({ app, room, added, post, stored }) => {
    const [loose, sent, lost] = [
      await added("1"),
      await added("2"),
      await added("3"),
    ];
    await post([sent.id]);
    const { kv } = app.services;
    // A process ended between the log and KV: one message was stored, one was not.
    for (const { id } of [sent, lost]) {
      const { value } = await kv.get<object>(["files", id]);
      await kv.set(["files", id], {
        ...value,
        state: "claimed",
        clientId: "c",
      });
      await kv.set(["files_loose", id], Date.now());
    }
    assertEquals(await sweepFiles(app.services), 0);
    assertEquals((await stored()).length, 3);
    app.services.realtime.clips = (asked) =>
      Promise.resolve({ clips: [], files: asked === room ? [sent.id] : [] });
    const later = Date.now() + LOOSE_MS + 1_000;
    assertEquals(await sweepFiles(app.services, later), 2);
    assertEquals(await stored(), [`${sent.id}.file`]);
    assertEquals(await sweepFiles(app.services, later), 0);
    assert((await kv.get(["files", loose.id])).value === null);
  }),
);

Deno.test(
  "files of messages that are gone are deleted with their thumbnails, and no others",
  onFiles(async ({ app, ada, room, added, post, stored }) => {
    const picture = await added(await photo(800, 700));
    const other = await added("stays");
    await post([picture.id, other.id]);
    assertEquals((await stored()).length, 3);
    const attached = (id: string, owner = ada.account.id, roomId = room) => ({
      roomId,
      receipt: "1",
      attached: [{ kind: "file" as const, id, owner }],
    });
    let left = [
      attached(picture.id),
      attached(other.id, "ben"),
      attached(other.id, ada.account.id, "elsewhere"),
      attached("none"),
    ];
    app.services.realtime.leftovers = () => Promise.resolve(left);
    app.services.realtime.leftoversTaken = () =>
      Promise.resolve(void (left = []));
    assertEquals(await finishLeftovers(app.services), 0);
    assertEquals(await stored(), [`${other.id}.file`]);
    const answer = await app.ask(`/rooms/${room}/files/${picture.id}`, {
      cookie: ada.cookie,
    });
    assertEquals(answer.status, 404);
  }),
);

Deno.test(
  "the files of an ended room, and of a deleted account, are deleted",
  onFiles(async ({ app, ada, room, added, post, stored }) => {
    const ben = await app.person("Ben");
    await enter(app, room, ben.account.id);
    const { id } = await added("of Ada");
    await post([id]);
    await deleteAccount(app.services, ada.account.id);
    await finishErasures(app.services);
    assertEquals(await stored(), []);
    const { id: own } = await createRoom(app.services, ben.account, "Own");
    const answer = await app.ask(`/api/rooms/${own}/files?name=x`, {
      method: "POST",
      body: "of Ben",
      headers: { "content-type": "application/octet-stream" },
      cookie: ben.cookie,
    });
    assertEquals((await answer.json()).size, 6);
    assertEquals((await stored()).length, 1);
    await removeMember(app.services, ben.account, own, ben.account.id);
    await finishErasures(app.services);
    assertEquals(await stored(), []);
    const { value } = await app.services.kv.get<Deno.KvU64>(["file_bytes_all"]);
    assertEquals(value?.value, 0n);
  }),
);
