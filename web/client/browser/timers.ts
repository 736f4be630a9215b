/** The timers of one owner, by name. */
export interface Timers {
  /** Does the work after so many milliseconds, instead of what this name waited for. */
  after(name: string, wait: number, work: () => void): void;
  stop(name: string): void;
  stopAll(): void;
}

export function openTimers(): Timers {
  const running = new Map<string, ReturnType<typeof setTimeout>>();
  const stop = (name: string) => {
    clearTimeout(running.get(name));
    running.delete(name);
  };
  return {
    after(name, wait, work) {
      stop(name);
      const done = () => {
        running.delete(name);
        work();
      };
      running.set(name, setTimeout(done, wait));
    },
    stop,
    stopAll: () => [...running.keys()].forEach(stop),
  };
}
