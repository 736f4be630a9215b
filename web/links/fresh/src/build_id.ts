declare const __FRESH_BUILD_ID__: string | undefined;

/** Names the build in asset addresses; the bundler writes it into islands. */
export let BUILD_ID = typeof __FRESH_BUILD_ID__ === "string"
  ? __FRESH_BUILD_ID__
  : "dev";

export function setBuildId(id: string): void {
  BUILD_ID = id;
}
