import { App, type ListenOptions, setBuildCache } from "../app.ts";
import { aliveResponse, isAlivePath } from "./live_reload.ts";
import { MemoryBuildCache } from "./memory_cache.ts";
import {
  type BuildOptions,
  buildProject,
  resolveConfig,
  type ResolvedBuildConfig,
} from "./project.ts";
import { writeBuild } from "./write.ts";

/** Builds a project for production, and serves it for development. */
// deno-lint-ignore no-explicit-any -- Fresh's own default
export class Builder<State = any> {
  readonly config: ResolvedBuildConfig;

  constructor(options: BuildOptions = {}) {
    this.config = resolveConfig(options);
  }

  /**
   * Builds the project, by default to disk (`_fresh/server.js` serves it). The
   * function it returns gives the build to an app, as tests do.
   */
  async build(
    options: {
      mode?: "development" | "production";
      snapshot?: "disk" | "memory";
    } = {},
  ): Promise<(app: App<State>) => void> {
    this.config.mode = options.mode ?? "production";
    const built = await buildProject(this.config);
    if (options.snapshot !== "memory") {
      await writeBuild(built, this.config);
      return () => {
        throw new Error('Only a build with snapshot "memory" can be applied');
      };
    }
    const { root } = this.config;
    const cache = await MemoryBuildCache.load<State>(root, false, built);
    return (app) => setBuildCache(app, cache, app.config.mode);
  }

  /** Serves the app for development; its pages reload when it restarts. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: ListenOptions = {},
  ): Promise<void> {
    this.config.mode = "development";
    const imported = await importApp();
    const app = imported instanceof App ? imported : imported.app;
    const { root } = this.config;
    const cache = await MemoryBuildCache.load<State>(
      root,
      true,
      await buildProject(this.config),
    );
    setBuildCache(app, cache, "development");
    const handler = app.handler();
    const { basePath } = app.config;
    await Deno.serve(
      options,
      (req, info) =>
        isAlivePath(req, basePath) ? aliveResponse() : handler(req, info),
    ).finished;
  }
}
