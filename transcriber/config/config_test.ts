import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../realtime/common/config-error.ts";
import { readConfig } from "./config.ts";

Deno.test("nothing set is a service for this machine", () => {
  assertEquals(readConfig({}), {
    appUrl: "http://localhost:8000",
    webUrl: undefined,
    publicUrl: undefined,
    port: 8090,
    host: "127.0.0.1",
    dataDir: ".data",
    keys: [],
    google: undefined,
    clipDays: undefined,
    quota: { each: 200_000_000, all: 10_000_000_000 },
    liveStreams: Math.max(2, navigator.hardwareConcurrency),
    sherpa: undefined,
    api: undefined,
  });
});

Deno.test("what is set is used, and empty is the same as unset", () => {
  const config = readConfig({
    APP_URL: "https://chat.example.org/",
    TRANSCRIBER_URL: "",
    WEB_INTERNAL_URL: "http://10.0.0.2:8000",
    TRANSCRIBER_PORT: "9000",
    DATA_DIR: "/var/lib/chat",
    TRANSCRIBER_KEYS: " one-key-of-16-chars , another-key-of-16 ,",
    LIVE_STREAMS: "7",
    CLIP_DAYS: "30",
    CLIP_MB_EACH: "7",
    CLIP_MB_ALL: "0",
    SHERPA_MODEL_DIR: "/models/en",
    PORT: "8000", // web's
  });
  assertEquals(config, {
    appUrl: "https://chat.example.org",
    webUrl: "http://10.0.0.2:8000",
    publicUrl: undefined,
    port: 9000,
    host: "127.0.0.1",
    dataDir: "/var/lib/chat",
    keys: ["one-key-of-16-chars", "another-key-of-16"],
    google: undefined,
    clipDays: 30,
    quota: { each: 7_000_000, all: 0 },
    liveStreams: 7,
    sherpa: { modelDir: "/models/en", languages: ["en-US"] },
    api: undefined,
  });
});

Deno.test("a malformed variable is named", () => {
  const cases = [
    { TRANSCRIBER_PORT: "eighty" },
    { TRANSCRIBER_PORT: "65536" },
    { TRANSCRIBER_PORT: "-1" },
    { APP_URL: "chat.example.org" },
    { APP_URL: "ftp://chat.example.org" },
    { APP_URL: "https://chat.example.org/path" },
    { APP_URL: "https://user:pass@chat.example.org" },
    { TRANSCRIBER_URL: "nonsense" },
    { WEB_INTERNAL_URL: "http://10.0.0.2:8000/path" },
    { TRANSCRIBER_KEYS: "short" },
    { CLIP_DAYS: "0" },
    { CLIP_DAYS: "a week" },
    { CLIP_MB_EACH: "200 MB" },
    { CLIP_MB_ALL: "-1" },
    { SHERPA_LANGUAGES: "en" },
    { SHERPA_LANGUAGES: "english!", SHERPA_MODEL_DIR: "/models/en" },
    { TRANSCRIBE_API_URL: "localhost:8000" },
    { TRANSCRIBE_API_URL: "https://user:pass@speech.example.org/v1" },
    { TRANSCRIBE_API_URL: "https://speech.example.org/v1?key=1" },
    { TRANSCRIBE_API_KEY: "key of theirs", TRANSCRIBE_API_URL: "http://a/v1" },
    { TRANSCRIBE_API_KEY: "key" },
    { TRANSCRIBE_API_MODEL: "base" },
    { PORT: "http", K_SERVICE: "transcriber" },
  ];
  for (const env of cases) {
    assertThrows(() => readConfig(env), ConfigError, Object.keys(env)[0]);
  }
});

Deno.test("a refused key is not repeated in the error", () => {
  const error = assertThrows(
    () => readConfig({ TRANSCRIBER_KEYS: "sesame" }),
    ConfigError,
  );
  assertEquals(error.message.includes("sesame"), false);
});

Deno.test("a server to recognise with needs its address alone", () => {
  const TRANSCRIBE_API_URL = "http://localhost:8080";
  const { api, liveStreams } = readConfig({ TRANSCRIBE_API_URL });
  assertEquals(api, {
    url: TRANSCRIBE_API_URL,
    key: undefined,
    model: "whisper-1",
  });
  assertEquals(liveStreams, 100);
});
