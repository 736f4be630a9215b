/** Requests from another address of this machine: to the services, from another network. */

/** Asks from 127.0.0.`n`. */
export class Elsewhere implements Disposable {
  readonly #client: Deno.HttpClient;

  constructor(n: number) {
    const options = { localAddress: `127.0.0.${n}` };
    this.#client = Deno.createHttpClient(options);
  }

  /** As `fetch`; with Deno's own option, which the types of browsers do not have. */
  fetch(url: string, init: RequestInit): Promise<Response> {
    const own = { client: this.#client, redirect: "manual" };
    return fetch(url, { ...own, ...init } as RequestInit);
  }

  /** Sends JSON. */
  send(url: string, body: unknown, cookie = ""): Promise<Response> {
    return this.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify(body),
    });
  }

  [Symbol.dispose]() {
    this.#client.close();
  }
}
