import type { Config } from "../config/config.ts";
import { createAuth } from "../access/auth.ts";
import { Bodies } from "../http/bodies.ts";
import { folderClips } from "../clips/folder.ts";
import { Quota } from "../clips/quota.ts";
import { DEFAULT_QUOTA } from "../clips/quota-limits.ts";
import type { LiveTimes } from "../live/live.ts";
import { Metrics } from "../operations/metrics.ts";
import { RateLimiter } from "../http/limits.ts";
import type { Fields } from "../../realtime/common/log-line.ts";
import { createService } from "../server.ts";
import type { Deps } from "../service.ts";
import { KEY } from "./live-client.ts";
import { OneWord } from "./recognizers.ts";
import { type FakeWeb, startWeb } from "./web.ts";

export { KEY };

export interface Running extends AsyncDisposable {
  url: string;
  web: FakeWeb;
  /** Every line the service logged. */
  lines: (Fields & { event: string })[];
  /** `fetch` with the key of a program, unless the headers say otherwise. */
  request(path: string, init?: RequestInit): Promise<Response>;
  drain(): Promise<void>;
}

/** Starts the whole service on a free port, with a web of its own and a folder that goes away with it. */
export async function startService(
  deps: Partial<Deps> = {},
  { google, publicUrl, liveStreams = 10, ...times }: Partial<
    LiveTimes & Pick<Config, "google" | "liveStreams" | "publicUrl">
  > = {},
): Promise<Running> {
  const web = await startWeb();
  const dataDir = await Deno.makeTempDir({ prefix: "transcriber-test-" });
  const config = {
    appUrl: web.url,
    publicUrl,
    port: 0,
    host: "127.0.0.1",
    dataDir,
    keys: ["another-key-of-a-program", KEY],
    google,
    liveStreams,
    quota: DEFAULT_QUOTA,
  };
  const lines: Running["lines"] = [];
  const recognizer = deps.recognizer ?? new OneWord();
  const clips = deps.clips ?? folderClips(`${dataDir}/clips`);
  const service = createService({
    config,
    auth: createAuth(config),
    recognizer,
    metrics: new Metrics(recognizer),
    clips,
    bodies: new Bodies(),
    quota: new Quota(clips),
    limits: new RateLimiter(),
    log: (_level, event, fields) => lines.push({ event, ...fields }),
    ffmpeg: "/nonexistent/ffmpeg",
    ...deps,
  }, times);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    service.fetch,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    web,
    lines,
    drain: () => service.drain(),
    request(path, init = {}) {
      const headers = new Headers({ authorization: `Bearer ${KEY}` });
      new Headers(init.headers).forEach((value, name) =>
        headers.set(name, value)
      );
      return fetch(url + path, { ...init, headers });
    },
    async [Symbol.asyncDispose]() {
      await service.drain();
      await server.shutdown();
      await web[Symbol.asyncDispose]();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
