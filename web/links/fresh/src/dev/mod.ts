export { Builder } from "./builder.ts";
export type { BuildOptions, ResolvedBuildConfig } from "./project.ts";
