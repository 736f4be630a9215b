import type { Message, ServerFrame } from "../protocol.ts";
import type { Issuer } from "../tests/testing.ts";
import type { OpenRoom, ProductClient, RoomState } from "./product.ts";
import type { Ack, Change, ClientRecord, Shown } from "./records.ts";
import { tap } from "./tap.ts";

/** Milliseconds; far shorter than the product's, so that a minute holds many of each. */
const TIMING = {
  first: 100,
  longest: 2_000,
  check: 3_000,
  answer: 2_500,
  renewBefore: 10_000,
  renewLeast: 5_000,
};
/** Seconds a token lives: renewals must happen under faults too. */
const TOKEN_SECONDS = 30;
/** Unsent messages after which a person waits before writing more. */
const PATIENCE = 40;

/** One person with the room's page open, on the product's own client, and their record. */
export class RecordingClient {
  readonly record: ClientRecord;
  /** Why the product's client gave up for good, if it did. */
  refused: string | undefined;
  /** Windows that replaced what was shown. */
  replaced = 0;
  /** How often it identified: on connecting, and to renew its token. */
  identified = 0;
  readonly #url: string;
  #room: OpenRoom | undefined;
  #state: RoomState | undefined;
  #view: Change[] = [];

  constructor(
    client: string,
    room: string,
    port: number,
    readonly product: ProductClient,
    readonly issuer: Issuer,
  ) {
    this.record = {
      client,
      room,
      sent: new Map(),
      acks: [],
      views: [],
      unsent: new Set(),
    };
    // The server reads no more than the host of it; the tap tells clients apart by it.
    this.#url = `ws://127.0.0.1:${port}/?client=${client}`;
    tap(this.#url, (frame) => {
      if (frame.event === "identified") this.identified += 1;
      const ack = acknowledged(frame, client);
      if (ack) this.record.acks.push(ack);
    });
  }

  /** Loads the page: nothing of an earlier view is left but what was not sent. */
  async open(): Promise<void> {
    const { client: me, room: roomId } = this.record;
    const renew = () => this.#token();
    const state = this.product.initialState({
      roomId,
      me,
      history: null,
      read: 0,
    });
    this.#state = state;
    const view: Change[] = [];
    this.#view = view;
    this.record.views.push(view);
    this.#room = this.product.openRoom({
      url: this.#url,
      token: await renew(),
      state,
      timing: TIMING,
      renew,
      onState: (state, reason) => {
        if (state === "refused") this.refused = reason;
      },
      onChange: (next) => {
        // A page that was left may still forget who was typing.
        if (view === this.#view) this.#changed(next);
      },
      onNotice: () => {},
    });
  }

  async #token() {
    const expiresAt = Date.now() + TOKEN_SECONDS * 1_000;
    const { client, room } = this.record;
    const claims = { exp: Math.floor(expiresAt / 1_000) };
    const roles = { [room]: "member" as const };
    const token = await this.issuer.personToken(client, roles, claims);
    return { token, expiresAt };
  }

  #changed(next: RoomState): void {
    const before = this.#state;
    this.#state = next;
    for (const { clientId, content } of next.unsent) {
      this.record.sent.set(clientId, content);
    }
    if (!before || next.messages === before.messages) {
      if (next.epoch !== before?.epoch) this.#window(next);
      return;
    }
    const known = before.messages.length;
    const appended = next.epoch === before.epoch &&
      next.messages[known - 1] === before.messages.at(-1);
    if (!appended) return this.#window(next);
    for (const message of next.messages.slice(known)) {
      this.#view.push({ kind: "entry", message: shown(message) });
    }
  }

  #window({ epoch, offset, messages }: RoomState): void {
    if (this.#view.length > 0) this.replaced += 1;
    const window = { epoch, offset, messages: messages.map(shown) };
    this.#view.push({ kind: "window", ...window });
  }

  /** Writes messages, unless so many wait already that a person would not. */
  send(...contents: string[]): void {
    if ((this.#state?.unsent.length ?? 0) >= PATIENCE) return;
    for (const content of contents) this.#room?.send(content);
  }

  typing(): void {
    this.#room?.typing();
  }

  /** Messages it still tries to send. */
  get waiting(): number {
    const unsent = this.#state?.unsent ?? [];
    return unsent.filter(({ status }) => status === "sending").length;
  }

  /** Of the newest entry it shows; -1: none. */
  get offset(): number {
    return this.#state?.offset ?? -1;
  }

  /** Whether nothing is on its way and all of a log up to `offset` is shown. */
  settledAt(offset: number): boolean {
    const unsent = this.#state?.unsent ?? [];
    return this.offset >= offset &&
      unsent.every(({ status }) => status === "failed");
  }

  /** Leaves the page; what it still says is unsent goes into the record. */
  close(): void {
    this.#room?.close();
    this.record.unsent = new Set(
      this.#state?.unsent.filter(({ status }) => status !== "sent")
        .map(({ clientId }) => clientId),
    );
  }

  async reload(): Promise<void> {
    this.close();
    await this.open();
  }
}

/** What a frame tells a client is stored of its own: an entry that comes back does too. */
function acknowledged(frame: ServerFrame, client: string): Ack | undefined {
  if (frame.event === "message-ack") {
    const { clientId, offset } = frame;
    return { clientId, offset };
  }
  if (frame.event !== "new-message") return undefined;
  const { sender, clientId, offset } = frame.message;
  return sender.id === client ? { clientId, offset } : undefined;
}

const shown = ({ offset, sender, clientId, content }: Message): Shown => ({
  offset,
  sender: sender.id,
  clientId,
  content,
});
