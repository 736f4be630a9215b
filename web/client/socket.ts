/** One room's connection: identify, join, recover, notice a dead link, come back. */
import {
  type ClientFrame,
  CLOSE,
  mayReconnect,
  type Position,
  type ServerFrame,
} from "../../realtime/protocol.ts";
import { Refused, type Token } from "./token.ts";

/** `offline`: as `reconnecting`, and the device says it has no network. */
export type LinkState =
  | "connecting"
  | "live"
  | "reconnecting"
  | "offline"
  | "refused";

/** Milliseconds; tests shorten them. */
export const TIMING = {
  /** Full jitter: a random wait up to `first`, doubled each time, never above `longest`. */
  first: 500,
  longest: 30_000,
  /** Between position checks: a silent loss is found within this time. */
  check: 40_000,
  /** How long an answer may take before the link counts as dead. */
  answer: 10_000,
  /** A token is renewed this long before it ends… */
  renewBefore: 45_000,
  /** …and at this age at the latest, whatever this device's clock says. */
  renewAge: 240_000,
  /** Never sooner than this after the last: a clock far ahead must not make a storm. */
  renewLeast: 60_000,
};

export interface LinkOptions {
  url: string;
  roomId: string;
  token: Token;
  /** Where to recover from; undefined asks for a fresh window. */
  position(): Position | undefined;
  /** Every frame of the server, in order; never one of a connection given up. */
  onFrame(frame: ServerFrame): void;
  /** `reason` comes with `refused` and is for the person. */
  onState(state: LinkState, reason?: string): void;
  /** A new token; throws {@linkcode Refused} if none will ever come. */
  renew(): Promise<Token>;
  timing?: Partial<typeof TIMING>;
  random?: () => number;
}

export interface Link {
  /** Whether the frame went out. False: not live; send it again when it is. */
  send(frame: ClientFrame): boolean;
  /** Asks for what is missing now; when disconnected, connects now. */
  check(): void;
  close(): void;
}

/** Opens the connection and keeps it until `close` or a final refusal. */
export function connect(options: LinkOptions): Link {
  const { url, roomId, onFrame, onState, random = Math.random } = options;
  const timing = { ...TIMING, ...options.timing };
  let token = options.token;
  let tokenSince = Date.now();
  let socket: WebSocket | undefined;
  let live = false;
  let failures = 0;
  let badTokens = 0;
  let over = false;
  const timers: Record<string, ReturnType<typeof setTimeout>> = {};

  const after = (name: string, wait: number, work: () => void) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(work, wait);
  };
  const write = (frame: ClientFrame) => socket?.send(JSON.stringify(frame));
  const ask = () => {
    write({ event: "join-room", roomId, since: options.position() });
    after("answer", timing.answer, lost);
  };
  const renewal = () =>
    Math.min(
      token.expiresAt - timing.renewBefore,
      tokenSince + timing.renewAge,
    ) - Date.now();

  function end(reason: string) {
    stop();
    onState("refused", reason);
  }

  function stop() {
    over = true;
    drop();
  }

  function drop() {
    live = false;
    Object.values(timers).forEach(clearTimeout);
    const old = socket;
    socket = undefined;
    old?.close();
  }

  /** Gives the connection up and comes back later, at a random moment. */
  function lost() {
    if (over) return;
    drop();
    onState(navigator.onLine === false ? "offline" : "reconnecting");
    const limit = Math.min(timing.longest, timing.first * 2 ** failures++);
    after("open", random() * limit, open);
  }

  async function renewed(): Promise<boolean> {
    try {
      token = await options.renew();
      tokenSince = Date.now();
      return !over;
    } catch (error) {
      if (error instanceof Refused) end(error.message);
      return false;
    }
  }

  async function keepIdentified() {
    const of = socket;
    if (await renewed()) {
      if (of === socket) write({ event: "identify", token: token.token });
    } else if (!over && of === socket) {
      after("renew", timing.answer * (1 + random()), keepIdentified);
    }
  }

  async function open() {
    clearTimeout(timers.open);
    if (over || socket) return;
    // A place holder: `check` must not open a second one while a token is on its way.
    const mine = socket = {} as WebSocket;
    mine.close = () => {};
    if (renewal() <= 0 || badTokens) {
      const good = await renewed();
      if (socket !== mine || over) return;
      if (!good) return lost();
    }
    const now = socket = new WebSocket(url);
    after("answer", timing.answer, lost);
    now.onopen = () => write({ event: "identify", token: token.token });
    now.onmessage = ({ data }) => now === socket && receive(data);
    now.onclose = ({ code, reason }) => now === socket && closed(code, reason);
  }

  function receive(data: string) {
    const frame: ServerFrame = JSON.parse(data);
    if (frame.event === "identified") {
      after("renew", Math.max(timing.renewLeast, renewal()), keepIdentified);
      if (!live) ask();
    }
    const answered = frame.event === "room-joined" && frame.roomId === roomId;
    const first = answered && !live;
    if (answered) {
      clearTimeout(timers.answer);
      after("check", timing.check, ask);
      failures = badTokens = 0;
      live = true;
    }
    onFrame(frame);
    if (first) onState("live");
  }

  function closed(code: number, reason: string) {
    if (code === CLOSE.token && badTokens++ < 2) return lost();
    if (mayReconnect(code)) return lost();
    end(
      code === CLOSE.notMember
        ? "You are no longer a member of this room."
        : code === CLOSE.flooding
        ? "Too much was sent too fast. Wait a minute, then reload the page."
        : reason || "The connection was refused. Reload the page.",
    );
  }

  onState("connecting");
  open();
  return {
    send: (frame) => {
      if (live) write(frame);
      return live;
    },
    check: () => {
      if (live) ask();
      else open();
    },
    close: stop,
  };
}
