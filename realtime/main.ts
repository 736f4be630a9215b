import process from "node:process";
import { tokenVerifier } from "./access/tokens.ts";
import { ConfigError } from "./common/config-error.ts";
import { type Config, readConfig } from "./config.ts";
import { openLog } from "./log/open.ts";
import { holdFolder } from "./log/sqlite/lock.ts";
import { errorFields, logger } from "./operations/logger.ts";
import { startServer } from "./server.ts";

/** Milliseconds after which a shutdown that hangs is cut short. */
const SHUTDOWN_LIMIT = 10_000;

// What people say to each other is in its files: nobody else on this machine may look.
process.umask(0o077);

try {
  const config = readConfig(process.env);
  if (config.redisUrls.length === 0) {
    // Whatever nobody refers to is closed.
    process.once("exit", holdFolder(config.dataDir));
  }
  const server = await startServer(config, {
    openLog: (listener) => openLog(config, listener, logger),
    verify: tokenVerifier(config.appUrl, config.webUrl),
    logger,
  }).catch((error) => {
    throw aboutListening(error, config) ?? error;
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

/** What to do about an address that cannot be listened on; undefined: it is something else. */
function aboutListening(
  error: unknown,
  { port, host }: Config,
): ConfigError | undefined {
  const code = error instanceof Error && "code" in error ? error.code : "";
  const sentence = ({
    EADDRINUSE:
      `Port ${port} is taken by another program. Set WS_PORT to another.`,
    EACCES:
      `Port ${port} needs rights this user does not have. Set WS_PORT to a higher one, such as 8080.`,
    EADDRNOTAVAIL:
      `${host} is not an address of this machine. Set WS_HOST to one, or to 0.0.0.0.`,
  } as Record<string, string>)[String(code)];
  return sentence === undefined ? undefined : new ConfigError(sentence);
}
