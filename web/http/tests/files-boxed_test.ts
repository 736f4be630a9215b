/** Pictures of telephones and of the newer kinds, as people and programs send them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  changed,
  movingAvif,
  stillAvif,
  tiledAvif,
} from "../../files/pictures/boxed/testing.ts";
import { keys, type StoredFile } from "../../files/records.ts";
import { codeOf, onFiles } from "../testing/files.ts";

const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
const heic = () => changed(stillAvif(), "ftyp", 4, [0x68, 0x65, 0x69, 0x63]);

Deno.test(
  "an AVIF is shown as what every browser shows, upright and without where it was taken",
  onFiles(async ({ app, ada, room, added, post, add, stored }) => {
    const file = await added(stillAvif(), "Beach.AVIF");
    assertEquals([file.name, file.type, file.width, file.height], [
      ...["Beach.webp", "image/webp", 12, 24],
    ]);
    assert(/^#[\da-f]{6}$/.test(file.colour!));
    assertEquals((await post([file.id])).status, 201);
    const read = (id: string) =>
      app.ask(`/rooms/${room}/files/${id}`, { cookie: ada.cookie });
    const shown = await read(file.id);
    assertEquals(shown.headers.get("content-type"), "image/webp");
    const bytes = text(await shown.bytes());
    assertStringIncludes(bytes, "WEBP");
    assert(!bytes.includes("GPS") && !bytes.includes("Berlin"));
    // What moves goes on moving.
    const moving = await added(movingAvif(), "wave.avif");
    assertEquals([moving.name, moving.type, moving.width, moving.height], [
      ...["wave.avif", "image/avif", 32, 16],
    ]);
    const whole = await read(moving.id);
    assertEquals(whole.headers.get("content-type"), "image/avif");
    assert(!text(await whole.bytes()).includes("GPS"));
    // What is damaged, or would be huge, is refused with a sentence, and nothing of it stays.
    const before = (await stored()).length;
    const side = [0, 0, 0x3f, 0];
    const wide = changed(tiledAvif(), "ispe", 8, [...side, ...side]);
    assertEquals(await codeOf(await add(stillAvif().slice(0, 560))), [
      ...[422, "picture-broken"],
    ]);
    assertEquals(await codeOf(await add(wide)), [422, "picture-too-large"]);
    assertEquals((await stored()).length, before);
  }),
);

Deno.test(
  "a HEIC photo is a card that says what to do, and no longer where it was taken",
  onFiles(async ({ app, ada, room, added, post }) => {
    const file = await added(heic(), "IMG_0001.HEIC");
    assertEquals([file.name, file.type, file.width, file.thumbnail], [
      ...["IMG_0001.HEIC", "image/heic", undefined, undefined],
    ]);
    assertEquals((await post([file.id])).status, 201);
    const page = await app.ask(`/rooms/${room}`, { cookie: ada.cookie });
    assertStringIncludes(
      await page.text(),
      "Most browsers cannot show this picture. Download it to see it.",
    );
    const saved = await app.ask(`/rooms/${room}/files/${file.id}`, {
      cookie: ada.cookie,
    });
    assertStringIncludes(
      saved.headers.get("content-disposition")!,
      "attachment",
    );
    const bytes = await saved.bytes();
    assertEquals(bytes.length, heic().length);
    assert(!text(bytes).includes("GPS"));
  }),
);

Deno.test(
  "an AVIF of before there was a decoder stays the card it was",
  onFiles(async ({ app, ada, room, added, post }) => {
    const { kv } = app.services;
    const { id } = await added("kept as it came", "old.avif");
    const { value } = await kv.get<StoredFile>(keys.file(id));
    await kv.set(keys.file(id), { ...value!, type: "image/avif" });
    const { files } = await (await post([id])).json();
    assertEquals([files[0].type, files[0].width], ["image/avif", undefined]);
    const address = `/rooms/${room}/files/${id}?download`;
    const page = await app.ask(`/rooms/${room}`, { cookie: ada.cookie });
    assertStringIncludes(await page.text(), `href="${address}"`);
    const saved = await app.ask(address, { cookie: ada.cookie });
    assertStringIncludes(
      saved.headers.get("content-disposition")!,
      "attachment",
    );
    assertEquals(await saved.text(), "kept as it came");
  }),
);
