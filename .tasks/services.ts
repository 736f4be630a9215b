/**
 * The three services as processes: what to run, with which permissions, and how to tell that
 * each is up. `start`, `dev` and the browser tests all run exactly these.
 */
import { readFolder, readHost, readText } from "../web/env.ts";
import { StartError } from "./data-folder.ts";
import { fromFileUrl, join, relative, resolve } from "./paths.ts";

/** The root of the checkout, as an absolute path. */
export const root = fromFileUrl(new URL("..", import.meta.url));

/** One service as a child process. */
export interface Service {
  name: "web" | "realtime" | "transcriber";
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Answers 200 once the service serves. */
  health: string;
}

type Env = Record<string, string | undefined>;

/** ffmpeg decodes what neither browsers nor phones record; without it, that is refused. */
function hasFfmpeg(): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(join(folder, "ffmpeg")).isFile;
    } catch {
      // It is not in this folder, or we cannot read the folder: either way we cannot run it.
      return false;
    }
  });
}

/**
 * Paths as the list of a permission. Deno splits it at each comma and knows no sign for one that
 * belongs to a path, so what lies in the checkout, whose own path may have some, is named from there.
 * @throws {StartError} for a comma that remains.
 */
function listed(paths: string[]): string {
  return paths.map((path) => {
    const inside = relative(root, path);
    const named = inside.startsWith("..") ? path : inside || ".";
    if (!named.includes(",")) return named;
    throw new StartError(
      `There is a comma in ${path}, and Deno can be given no right to such a path. Use one without a comma.`,
    );
  }).join(",");
}

/** What the transcriber may run: ffmpeg, and its children, which decode AAC and keep a sherpa model. */
function runs(): string[] {
  const programs = [
    ...(hasFfmpeg() ? ["ffmpeg"] : []),
    Deno.execPath(),
  ];
  return [`--allow-run=${listed(programs)}`];
}

/** What recognisers read outside the checkout: PocketSphinx's model, and what is configured. */
const recogniserFiles = (env: Env): string[] =>
  [
    "/usr/share/pocketsphinx",
    readText(env, "GOOGLE_APPLICATION_CREDENTIALS"),
    readText(env, "SHERPA_MODEL_DIR"),
  ].filter((path) => path !== undefined);

/**
 * The addresses and the data folder, with the defaults of the README filled in. WS_URL and
 * TRANSCRIBER_URL have none: without them web passes on what is for the others.
 * @throws {ConfigError} for a DATA_DIR that is no path.
 */
export function addresses(env: Env) {
  const port = readText(env, "PORT") ?? "8000";
  const wsPort = readText(env, "WS_PORT") ?? "8080";
  const transcriberPort = readText(env, "TRANSCRIBER_PORT") ?? "8090";
  const on = hosts(env);
  const https = readText(env, "HTTPS") === "1";
  return {
    PORT: port,
    WS_PORT: wsPort,
    TRANSCRIBER_PORT: transcriberPort,
    HTTPS: https ? "1" : "",
    APP_URL: readText(env, "APP_URL") ??
      `${https ? "https" : "http"}://localhost:${port}`,
    // How the services reach each other: here, whatever addresses they have outside.
    WEB_INTERNAL_URL: readText(env, "WEB_INTERNAL_URL") ??
      (https
        ? insideOf("127.0.0.1", readText(env, "INSIDE_PORT") ?? "8443")
        : insideOf(on.PORT, port)),
    REALTIME_INTERNAL_URL: readText(env, "REALTIME_INTERNAL_URL") ??
      readText(env, "REALTIME_URL") ?? insideOf(on.WS_PORT, wsPort),
    TRANSCRIBER_INTERNAL_URL: readText(env, "TRANSCRIBER_INTERNAL_URL") ??
      insideOf(on.TRANSCRIBER_PORT, transcriberPort),
    DATA_DIR: resolve(root, readFolder(env, "DATA_DIR", ".data")),
  };
}

/** Where each service listens: web for the network, the others for this machine alone. */
export const hosts = (env: Env) => ({
  PORT: readHost(env, "HOST", "0.0.0.0"),
  WS_PORT: readHost(env, "WS_HOST", "127.0.0.1"),
  TRANSCRIBER_PORT: readHost(env, "TRANSCRIBER_HOST", "127.0.0.1"),
});

/** The address of a service that listens on `host`, from this machine. */
const insideOf = (host: string, port: string): string => {
  const at = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${at.includes(":") ? `[${at}]` : at}:${port}`;
};

/** What serve-https.ts needs besides. */
const httpsEnv = (env: Env, dataDir: string, host: string) => ({
  HOST: host,
  INSIDE_PORT: readText(env, "INSIDE_PORT") ?? "8443",
  HTTPS_CERT: join(dataDir, "https/certificate.pem"),
  HTTPS_KEY: join(dataDir, "https/key.pem"),
});

const probeOf = (host: string, port: string): string =>
  `${insideOf(host, port)}/healthz`;

/**
 * The services to run for this environment.
 * @param mode `production` serves the build; `development` reloads on change.
 * @throws {StartError} for a path that no service can be given the right to.
 */
export function services(
  env: Env,
  mode: "production" | "development" = "production",
): Service[] {
  const at = addresses(env);
  const on = hosts(env);
  const bun = join(root, "node_modules/.bin/bun");
  const deno = Deno.execPath();
  const watch = mode === "development" ? ["--watch"] : [];
  const { APP_URL, ...rest } = at;
  const common = {
    ...rest,
    ...(mode === "development" ? { DENO_ENV: "development" } : {}),
  };
  // What `start` has installed is not looked through again at each start, which takes half a second.
  const installed = "--node-modules-dir=manual";
  const reads = (...others: string[]) =>
    `--allow-read=${listed([root, at.DATA_DIR, ...others])}`;
  const writes = `--allow-write=${listed([at.DATA_DIR])}`;
  return [
    {
      name: "web",
      command: deno,
      args: mode === "development"
        // A bare --watch follows modules only, and a stylesheet is none.
        ? ["run", "--allow-all", "--watch=web/styles,web/static", "web/dev.ts"]
        : [
          at.HTTPS ? "run" : "serve",
          "--no-prompt",
          installed,
          "--allow-net",
          "--allow-env",
          "--allow-sys",
          reads(),
          writes,
          ...(at.HTTPS ? [".tasks/serve-https.ts"] : [
            `--host=${on.PORT}`,
            `--port=${at.PORT}`,
            "web/_fresh/server.js",
          ]),
        ],
      // Since Deno 2.9 answers are compressed only when asked for.
      // Without APP_URL it takes the address people came by for their links.
      env: {
        ...common,
        ...(readText(env, "APP_URL") ? { APP_URL } : {}),
        ...(at.HTTPS ? httpsEnv(env, at.DATA_DIR, on.PORT) : {}),
        DENO_SERVE_AUTOMATIC_COMPRESSION: "1",
      },
      health: at.HTTPS
        ? `${at.WEB_INTERNAL_URL}/healthz`
        : probeOf(on.PORT, at.PORT),
    },
    {
      name: "realtime",
      command: bun,
      // Bun alone would read a .env of the checkout, and so for one service of three.
      args: ["--no-env-file", ...watch, "realtime/main.ts"],
      env: { ...common, APP_URL },
      health: probeOf(on.WS_PORT, at.WS_PORT),
    },
    {
      name: "transcriber",
      command: deno,
      args: [
        "run",
        ...watch,
        "--no-prompt",
        installed,
        "--allow-net",
        "--allow-env",
        "--allow-ffi",
        ...runs(),
        reads(...recogniserFiles(env)),
        writes,
        "transcriber/main.ts",
      ],
      env: { ...common, APP_URL },
      health: probeOf(on.TRANSCRIBER_PORT, at.TRANSCRIBER_PORT),
    },
  ];
}
