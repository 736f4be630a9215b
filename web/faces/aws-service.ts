import { AppError } from "../errors.ts";
import type { AwsConfig } from "./aws-config.ts";
import { awsFailure, type ServiceName } from "./aws-failure.ts";
import { failure } from "./failures.ts";

/** Milliseconds for one call with all its retries: people wait for the answer. */
const DEADLINE = 12_000;

/**
 * How both SDKs are set up. "standard" retries what may be retried (throttling, 5xx, broken
 * connections) after waits that grow and are random, and stops retrying when most calls fail:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function sdkOptions(aws: AwsConfig, endpoint: string | undefined) {
  const { region, accessKeyId, secretAccessKey } = aws;
  return {
    region,
    endpoint,
    credentials: { accessKeyId, secretAccessKey },
    retryMode: "standard",
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: 8_000,
      throwOnRequestTimeout: true,
    },
  };
}

/** One AWS service, whose SDK is loaded by the first call and not by the start of the server. */
export class AwsService<Client extends { destroy(): void }> {
  readonly #name: ServiceName;
  readonly #open: () => Promise<Client>;
  readonly #deadline: number;
  readonly #closed = new AbortController();
  #client: Promise<Client> | null = null;

  constructor(
    name: ServiceName,
    open: () => Promise<Client>,
    deadline = DEADLINE,
  ) {
    this.#name = name;
    this.#open = open;
    this.#deadline = deadline;
  }

  /**
   * Makes a call within the deadline, reading its answer included. `expected` may turn an error
   * of the service into an answer, or into an error of its own; undefined: it is not expected.
   * @throws AppError 503 for everything that is not expected
   */
  async call<T>(
    operation: string,
    run: (client: Client, abortSignal: AbortSignal) => Promise<T>,
    expected: (error: unknown) => T | undefined = () => undefined,
    deadline = this.#deadline,
  ): Promise<T> {
    const closed = this.#closed.signal;
    if (closed.aborted) throw this.#unavailable();
    const stop = new AbortController();
    const onClose = () => stop.abort(this.#unavailable());
    closed.addEventListener("abort", onClose);
    const timer = setTimeout(
      () => stop.abort(new DOMException("Took too long", "TimeoutError")),
      deadline,
    );
    try {
      const client = await this.#connect();
      // The SDK stops a request when told to, but not the reading of an answer.
      return await Promise.race([
        run(client, stop.signal),
        rejectedBy(stop.signal),
      ]);
    } catch (thrown) {
      // Once stopped, the SDK reports that it was, and not why.
      const error = stop.signal.aborted ? stop.signal.reason : thrown;
      const answer = expected(error);
      if (answer !== undefined) return answer;
      if (error instanceof AppError) throw error;
      throw awsFailure(this.#name, operation, error);
    } finally {
      clearTimeout(timer);
      closed.removeEventListener("abort", onClose);
    }
  }

  /** Ends the calls under way and all later ones with 503. */
  async close() {
    this.#closed.abort();
    (await this.#client)?.destroy();
  }

  async #connect(): Promise<Client> {
    this.#client ??= this.#open();
    try {
      return await this.#client;
    } catch (error) {
      this.#client = null;
      throw error;
    }
  }

  #unavailable(): AppError {
    const code = this.#name === "S3"
      ? "pictures-unavailable"
      : "faces-unavailable";
    return failure(code, new Error(`${this.#name} was closed`));
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener("abort", () => reject(signal.reason));
  return promise;
}
