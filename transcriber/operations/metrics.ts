import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Recognizer } from "../recognizers/recognizer.ts";

/** The addresses of this service; others share one label, for anybody can make them up. */
const ROUTES =
  /^\/(v1\/audio\/transcriptions|v1\/models|v1\/models\/:id|transcribe|transcribe\/live|languages|openapi\.json|docs|sessions|erasures\/(people|clips)|healthz|readyz|metrics|clips|clips\/:id|clips\/:id\/(address|audio))$/;

/** The methods of this service, and those programs try; anybody can make up others. */
const METHODS = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;

/** The route of a path: without ids, so that neither logs nor metrics point to one recording. */
export function routeOf(path: string): string {
  const route = path.replace(/^(\/clips\/|\/v1\/models\/)[^/]+/, "$1:id");
  return ROUTES.test(route) ? route : "unknown";
}

/** What this process has done, for Prometheus. */
export class Metrics {
  #registry = new Registry();
  #requests = new Counter({
    name: "transcriber_requests_total",
    help: "Requests answered, by route and status; sockets count once opened.",
    labelNames: ["method", "route", "status"],
    registers: [this.#registry],
  });
  #audio = new Counter({
    name: "transcriber_audio_seconds_total",
    help: "Seconds of audio taken, as recordings and live.",
    labelNames: ["kind"],
    registers: [this.#registry],
  });
  #transcription = new Histogram({
    name: "transcriber_transcription_seconds",
    help: "Seconds a recording took to be recognised, its wait included.",
    labelNames: ["outcome"],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    registers: [this.#registry],
  });
  #live = new Gauge({
    name: "transcriber_live_streams",
    help: "Live sockets open now.",
    registers: [this.#registry],
  });

  constructor(recognizer: Recognizer) {
    new Gauge({
      name: "transcriber_queue_length",
      help: "Recordings and streams that wait for a decoder now.",
      registers: [this.#registry],
      collect() {
        this.set(recognizer.waiting());
      },
    });
    new Gauge({
      name: "transcriber_recognizer_ready",
      help: "1 while recordings can be transcribed.",
      labelNames: ["recognizer"],
      registers: [this.#registry],
      collect() {
        const ready = recognizer.status().state === "ready";
        this.set({ recognizer: recognizer.name }, ready ? 1 : 0);
      },
    });
  }

  request(method: string, path: string, status: number): void {
    const known = METHODS.test(method) ? method : "other";
    this.#requests.inc({ method: known, route: routeOf(path), status });
  }

  audio(kind: "recording" | "live", seconds: number): void {
    this.#audio.inc({ kind }, seconds);
  }

  /** Runs a transcription and counts the seconds it took, and how it ended. */
  async timed<T>(work: () => Promise<T>): Promise<T> {
    const end = this.#transcription.startTimer();
    try {
      const done = await work();
      end({ outcome: "done" });
      return done;
    } catch (error) {
      end({ outcome: "failed" });
      throw error;
    }
  }

  liveStreams(open: number): void {
    this.#live.set(open);
  }

  /** The text exposition format, and its content type. */
  async expose(): Promise<{ text: string; contentType: string }> {
    const text = await this.#registry.metrics();
    return { text, contentType: this.#registry.contentType };
  }
}
