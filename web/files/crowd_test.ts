import { assertEquals } from "@std/assert";
import { enter, onFiles } from "../http/testing/files.ts";
import { withMethods } from "../kv.ts";
import { addFile } from "./add.ts";

const bytesOf = async function* (text: string) {
  yield await Promise.resolve(new TextEncoder().encode(text));
};

/** The same KV on a busy machine: what is written takes a while. */
const slow = (kv: Deno.Kv): Deno.Kv =>
  withMethods(kv, {
    atomic: (begin) => () =>
      withMethods(begin() as Deno.AtomicOperation, {
        commit: (commit) => async () => {
          await new Promise((done) => setTimeout(done, 15));
          return await commit();
        },
      }),
  });

Deno.test(
  "files of many people at once are all taken, and none is refused because others came between",
  onFiles(async ({ app, room }) => {
    const s = { ...app.services, kv: slow(app.services.kv) };
    const people = [];
    for (let n = 0; n < 20; n++) {
      const { account } = await app.person(`Person ${n}`);
      await enter(app, room, account.id);
      people.push(account);
    }
    const sent = people.flatMap((account) =>
      [1, 2, 3].map((n) =>
        addFile(s, account, room, { name: `${n}.txt`, bytes: bytesOf("bread") })
      )
    );
    const done = await Promise.allSettled(sent);
    assertEquals(
      done.filter(({ status }) => status === "rejected").length,
      0,
    );
  }),
);
