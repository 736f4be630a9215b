import process from "node:process";
import { tokenVerifier } from "./auth.ts";
import { ConfigError, readConfig } from "./config.ts";
import { openLog } from "./log/open.ts";
import { errorFields, logger } from "./logger.ts";
import { startServer } from "./server.ts";

/** Milliseconds after which a shutdown that hangs is cut short. */
const SHUTDOWN_LIMIT = 10_000;

// What people say to each other is in its files: nobody else on this machine may look.
process.umask(0o077);

try {
  const config = readConfig(process.env);
  const server = await startServer(config, {
    openLog: (listener) => openLog(config, listener, logger),
    verify: tokenVerifier(config.appUrl),
    logger,
  });
  const { store } = server.hub.log;
  logger("info", "listening", { port: server.port, store });
  const stop = () => {
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT).unref();
    void server.drain().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
} catch (error) {
  if (error instanceof ConfigError) console.error(error.message);
  else logger("error", "start-failed", errorFields(error));
  process.exit(1);
}
