import { assertEquals } from "@std/assert";
import { type Format, sniff } from "./sniff.ts";

const bytes = (text: string) =>
  Uint8Array.from(text, (char) => char.charCodeAt(0));

Deno.test("a recording is what its first bytes say", () => {
  const cases: [string, Format | null][] = [
    ["\x1A\x45\xDF\xA3\x01", "webm"],
    ["OggS\0\x02", "ogg"],
    ["RIFF\0\0\0\0WAVEfmt ", "wav"],
    ["\0\0\0\x1CftypM4A ", "mp4"],
    ["fLaC\0\0\0\x22", "flac"],
    ["ID3\x04\0\0", "mpeg"],
    ["\xFF\xFB\x90\x64", "mpeg"],
    ["RIFF\0\0\0\0AVI LIST", null],
    ["\xFF\xD8\xFF\xE0", null], // JPEG
    ["\xFF\xFF\xFF\xFF", null],
    ["\xFF\xFB", null],
    ["<!doctype html>", null],
    ["#EXTM3U\nfile:///etc/passwd", null],
    ["", null],
  ];
  for (const [head, format] of cases) {
    assertEquals(sniff(bytes(head)), format, JSON.stringify(head));
  }
});
