/**
 * The three services as processes: what to run, with which permissions, and how to tell that
 * each is up. `start`, `dev` and the browser tests all run exactly these.
 */
import { fromFileUrl, join, toFileUrl } from "./paths.ts";

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

/** ffmpeg decodes what the browsers of today do not record; without it, those are refused. */
function hasFfmpeg(): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(join(folder, "ffmpeg")).isFile;
    } catch {
      // Not in this folder, or a folder that cannot be read: either way not there for us.
      return false;
    }
  });
}

/** What the transcriber may run: ffmpeg, and the child that keeps a sherpa model. */
function runs(env: Env): string[] {
  const programs = [
    ...(hasFfmpeg() ? ["ffmpeg"] : []),
    ...(env.SHERPA_MODEL_DIR ? [Deno.execPath()] : []),
  ];
  return programs.length ? [`--allow-run=${programs.join(",")}`] : [];
}

/** What recognisers read outside the checkout: PocketSphinx's model, and what is configured. */
const recogniserFiles = (env: Env): string[] =>
  [
    "/usr/share/pocketsphinx",
    env.GOOGLE_APPLICATION_CREDENTIALS,
    env.SHERPA_MODEL_DIR,
  ].filter((path) => path !== undefined && path !== "") as string[];

/** The addresses and the data folder, with the defaults of the README filled in. */
export function addresses(env: Env) {
  const port = env.PORT ?? "8000";
  const wsPort = env.WS_PORT ?? "8080";
  const transcriberPort = env.TRANSCRIBER_PORT ?? "8090";
  const dataDir = env.DATA_DIR ?? ".data";
  return {
    PORT: port,
    WS_PORT: wsPort,
    TRANSCRIBER_PORT: transcriberPort,
    APP_URL: env.APP_URL ?? `http://localhost:${port}`,
    WS_URL: env.WS_URL ?? `ws://localhost:${wsPort}`,
    TRANSCRIBER_URL: env.TRANSCRIBER_URL ??
      `http://localhost:${transcriberPort}`,
    DATA_DIR: fromFileUrl(new URL(dataDir, toFileUrl(join(root, "/")))),
  };
}

/**
 * The services to run for this environment.
 * @param mode `production` serves the build; `development` reloads on change.
 */
export function services(
  env: Env,
  mode: "production" | "development" = "production",
): Service[] {
  const at = addresses(env);
  const bun = join(root, "node_modules/.bin/bun");
  const deno = Deno.execPath();
  const watch = mode === "development" ? ["--watch"] : [];
  const common = {
    ...at,
    ...(mode === "development" ? { DENO_ENV: "development" } : {}),
  };
  const reads = `--allow-read=${root},${at.DATA_DIR}`;
  const writes = `--allow-write=${at.DATA_DIR}`;
  return [
    {
      name: "web",
      command: deno,
      args: mode === "development"
        // A bare --watch follows modules only, and a stylesheet is none.
        ? ["run", "--allow-all", "--watch=web/styles,web/static", "web/dev.ts"]
        : [
          "serve",
          "--no-prompt",
          "--allow-net",
          "--allow-env",
          "--allow-sys",
          reads,
          writes,
          `--port=${at.PORT}`,
          "web/_fresh/server.js",
        ],
      // Since Deno 2.9 answers are compressed only when asked for.
      env: { ...common, DENO_SERVE_AUTOMATIC_COMPRESSION: "1" },
      health: `http://127.0.0.1:${at.PORT}/healthz`,
    },
    {
      name: "realtime",
      command: bun,
      args: [...watch, "realtime/main.ts"],
      env: common,
      health: `http://127.0.0.1:${at.WS_PORT}/healthz`,
    },
    {
      name: "transcriber",
      command: deno,
      args: [
        "run",
        ...watch,
        "--no-prompt",
        "--allow-net",
        "--allow-env",
        "--allow-ffi",
        ...runs(env),
        `${reads},${recogniserFiles(env).join(",")}`,
        writes,
        "transcriber/main.ts",
      ],
      env: common,
      health: `http://127.0.0.1:${at.TRANSCRIBER_PORT}/healthz`,
    },
  ];
}
