const MB = 1_000_000;
const WIDTH = 30;

/** How far it is, as a bar. */
export function barOf(done: number, all: number): string {
  const part = all === 0 ? 1 : Math.min(1, done / all);
  const full = Math.floor(part * WIDTH);
  const bar = "█".repeat(full) + "░".repeat(WIDTH - full);
  const megabytes = `${Math.floor(done / MB)} of ${Math.ceil(all / MB)} MB`;
  return `${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${megabytes}`;
}

/** Tells how far it is: on a terminal in one line, elsewhere once every tenth. */
export function progressLine(
  terminal: boolean,
  write: (text: string) => void = (text) =>
    void Deno.stdout.writeSync(new TextEncoder().encode(text)),
) {
  let told = -1;
  return {
    tell(done: number, all: number): void {
      const step = Math.floor((done / all) * (terminal ? 200 : 10));
      if (step === told) return;
      told = step;
      write(terminal ? `\r${barOf(done, all)}` : `${barOf(done, all)}\n`);
    },
    end(): void {
      if (terminal && told >= 0) write("\n");
    },
  };
}
