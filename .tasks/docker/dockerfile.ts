/** Reading a Dockerfile: https://docs.docker.com/reference/dockerfile/ */

/** One instruction, as far as ours use them. */
export type Instruction =
  | {
    name: "COPY";
    from?: string;
    chown?: string;
    sources: string[];
    to: string;
  }
  | { name: "RUN"; command: string }
  | { name: "WORKDIR" | "USER"; value: string }
  | { name: "ENV"; values: Record<string, string> }
  | { name: "VOLUME" | "EXPOSE"; values: string[] }
  | { name: "CMD" | "ENTRYPOINT"; argv: string[]; isShell: boolean }
  | { name: "HEALTHCHECK"; command: string };

export interface Stage {
  /** The image, or the name of an earlier stage. */
  base: string;
  name?: string;
  instructions: Instruction[];
}

/**
 * The stages of a Dockerfile, in order.
 * @throws Error for an instruction or option the replay does not know: it must not be passed over
 */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const line of logicalLines(text)) {
    const [, name, rest] = /^(\w+)\s+([\s\S]*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`What is "${line}"?`);
    if (name.toUpperCase() === "FROM") {
      const [base, as, stage] = rest.split(/\s+/);
      if (as && as.toUpperCase() !== "AS") throw new Error(`FROM ${rest}?`);
      stages.push({ base, name: stage, instructions: [] });
      continue;
    }
    const last = stages.at(-1);
    if (!last) throw new Error(`${name} stands before the first FROM.`);
    last.instructions.push(instruction(name.toUpperCase(), rest));
  }
  return stages;
}

function logicalLines(text: string): string[] {
  return text.split("\n").filter((line) => !/^\s*#/.test(line)).join("\n")
    .replace(/\\\n\s*/g, " ").split("\n").map((line) => line.trim())
    .filter(Boolean);
}

function instruction(name: string, rest: string): Instruction {
  switch (name) {
    case "COPY":
      return copy(rest);
    case "RUN":
      return { name, command: rest };
    case "WORKDIR":
    case "USER":
      return { name, value: rest };
    case "ENV":
      return { name, values: assignments(rest) };
    case "VOLUME":
    case "EXPOSE":
      return { name, values: list(rest) ?? rest.split(/\s+/) };
    case "CMD":
    case "ENTRYPOINT": {
      const argv = list(rest);
      return argv
        ? { name, argv, isShell: false }
        : { name, argv: ["/bin/sh", "-c", rest], isShell: true };
    }
    case "HEALTHCHECK":
      return { name, command: healthCommand(rest) };
  }
  throw new Error(`The replay does not know ${name}.`);
}

/** The exec form, a JSON array; undefined for the shell form. */
function list(text: string): string[] | undefined {
  return text.startsWith("[") ? JSON.parse(text) : undefined;
}

function copy(rest: string): Instruction {
  const words = rest.split(/\s+/);
  const options = words.filter((word) => word.startsWith("--"));
  const paths = words.filter((word) => !word.startsWith("--"));
  const known = new Map(options.map((option) => {
    const [name, value] = option.slice(2).split("=");
    if (name !== "from" && name !== "chown") {
      throw new Error(`The replay does not know COPY --${name}.`);
    }
    return [name, value];
  }));
  return {
    name: "COPY",
    from: known.get("from"),
    chown: known.get("chown"),
    sources: paths.slice(0, -1),
    to: paths.at(-1) ?? ".",
  };
}

function assignments(rest: string): Record<string, string> {
  const pairs = rest.matchAll(/(\w+)=("[^"]*"|\S*)/g);
  return Object.fromEntries(
    [...pairs].map(([, name, value]) => [name, value.replace(/^"|"$/g, "")]),
  );
}

function healthCommand(rest: string): string {
  const command = /(?:^|\s)CMD\s+([\s\S]+)$/.exec(rest)?.[1];
  if (!command) throw new Error(`HEALTHCHECK ${rest} has no CMD.`);
  return list(command)?.join(" ") ?? command;
}
