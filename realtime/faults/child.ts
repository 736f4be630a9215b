import { closeSync, openSync } from "node:fs";
import { endsWithUs } from "../tests/ends-with-us.ts";

type Signal = "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT";

/** How a process is started, and how to see that it serves. */
export interface ChildInit {
  name: string;
  command: [command: string, ...args: string[]];
  env?: Record<string, string>;
  /** Where its output is appended. */
  output: string;
  ready(): Promise<boolean>;
}

/** Milliseconds until a process that does not end by itself is killed. */
const STOP_LIMIT = 12_000;
/** Milliseconds until a process counts as unable to start. */
const START_LIMIT = 30_000;

/**
 * A real process that is started again when it ends by itself, as a supervisor would.
 * Signals go to the process started here alone.
 */
export class Child {
  #process: Bun.Subprocess | undefined;
  /** Whether its end would be of its own doing. */
  #serves = false;
  /** What it did that no fault explains, a sentence each. */
  readonly troubles: string[] = [];

  constructor(readonly init: ChildInit) {}

  get name(): string {
    return this.init.name;
  }

  /**
   * Starts it and waits until it serves.
   *
   * @throws Error if it does not in half a minute; then it has been killed.
   */
  async start(): Promise<void> {
    const until = performance.now() + START_LIMIT;
    while (performance.now() < until) {
      if (!this.#running()) this.#spawn();
      if (await this.init.ready()) {
        this.#serves = true;
        return;
      }
      await Bun.sleep(50);
    }
    await this.kill();
    throw new Error(`${this.name} did not start; see ${this.init.output}.`);
  }

  #running(): boolean {
    const process = this.#process;
    return process?.exitCode === null && process.signalCode === null;
  }

  #spawn(): void {
    const output = openSync(this.init.output, "a");
    // However this process ends, the others must not outlive it.
    const child = Bun.spawn(endsWithUs(...this.init.command), {
      env: { ...process.env, ...this.init.env },
      stdin: "pipe",
      stdout: output,
      stderr: output,
    });
    closeSync(output);
    this.#process = child;
    void child.exited.then((code) => {
      void child.stdin.end();
      if (!this.#serves) return;
      this.#serves = false;
      this.troubles.push(`${this.name} ended by itself, with code ${code}.`);
    });
  }

  #signal(signal: Signal): void {
    if (this.#running()) this.#process?.kill(signal);
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    this.#serves = false;
    this.#signal("SIGKILL");
    await this.#gone();
  }

  /** Asks it to end, and waits; in the end it is killed. */
  async stop(): Promise<void> {
    this.#serves = false;
    this.#signal("SIGTERM");
    const timer = setTimeout(() => {
      this.troubles.push(`${this.name} did not stop when it was told to.`);
      this.#signal("SIGKILL");
    }, STOP_LIMIT);
    await this.#gone();
    clearTimeout(timer);
  }

  async #gone(): Promise<void> {
    await this.#process?.exited;
    this.#process = undefined;
  }

  freeze(): void {
    this.#signal("SIGSTOP");
  }

  thaw(): void {
    this.#signal("SIGCONT");
  }
}
