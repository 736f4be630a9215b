import { createAuth } from "./access/auth.ts";
import { Bodies } from "./http/bodies.ts";
import { Quota } from "./clips/quota.ts";
import { ConfigError } from "../realtime/common/config-error.ts";
import { readConfig } from "./config/config.ts";
import { VARIABLES } from "./config/environment.ts";
import { createEngines } from "./engines.ts";
import { RateLimiter } from "./http/limits.ts";
import { log } from "./operations/log.ts";
import { Metrics } from "./operations/metrics.ts";
import { createService } from "./server.ts";

/** Milliseconds that recordings in progress have to finish; platforms kill after 10 s. */
const DRAIN_MS = 8_000;

function main(): void {
  const config = readConfig(
    Object.fromEntries(VARIABLES.map((name) => [name, Deno.env.get(name)])),
  );
  const { recognizer, clips } = createEngines(config, log);
  const service = createService({
    config,
    auth: createAuth(config),
    recognizer,
    clips,
    bodies: new Bodies(),
    quota: new Quota(clips, config.quota),
    metrics: new Metrics(recognizer),
    limits: new RateLimiter(),
    log,
  });

  const server = Deno.serve({
    port: config.port,
    hostname: config.host,
    onListen: ({ port }) => {
      const status = recognizer.status();
      log("info", "listening", {
        port,
        engine: recognizer.name,
        recognizer: status.state,
      });
      if (status.state === "off") {
        log("warn", "recognizer-off", { reason: status.reason });
      }
    },
  }, service.fetch);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    log("info", "stopping");
    const late = setTimeout(() => Deno.exit(1), DRAIN_MS);
    await Promise.all([server.shutdown(), service.drain()]);
    clearTimeout(late);
    Deno.exit(0);
  };
  Deno.addSignalListener("SIGTERM", stop);
  Deno.addSignalListener("SIGINT", stop);
}

try {
  main();
} catch (error) {
  const sentence = explain(error);
  if (sentence === undefined) throw error;
  console.error(sentence);
  Deno.exit(1);
}

/** What stands in the way of a start, as a sentence; undefined: nobody foresaw it. */
function explain(error: unknown): string | undefined {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Deno.errors.AddrInUse) {
    return "The port is taken by another program. Set TRANSCRIBER_PORT to a free one.";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "The port needs rights this user does not have. Set TRANSCRIBER_PORT to a higher one, such as 8090.";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "TRANSCRIBER_HOST is not an address of this machine. Set it to one, or to 0.0.0.0.";
  }
}
