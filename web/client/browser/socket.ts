/** One room's connection: identify, join, recover, notice a dead link, come back. */
import {
  type ClientFrame,
  type CLOSE,
  mayReconnect,
  type Position,
  type ServerFrame,
} from "../../../realtime/protocol.ts";
import { openTimers } from "./timers.ts";
import type { Refused, Token } from "./token.ts";

// The protocol's own codes, by type: importing the table would ship all of it.
const BAD_TOKEN: typeof CLOSE.token = 4401;
const NOT_MEMBER: typeof CLOSE.notMember = 4403;

/** `offline`: as `reconnecting`, or not known yet, and the device says it has no network. */
export type LinkState =
  | "connecting"
  | "live"
  | "reconnecting"
  | "offline"
  | "refused";

/** What the person can do after a final refusal. */
export type WayOn = "login" | "rooms" | "reload";

/** What whoever was removed is told. */
export const REMOVED = "You are no longer in this room.";

/** Milliseconds; tests shorten them. */
export const TIMING = {
  /** The longest first wait, and the longest at all: see {@linkcode backoff}. */
  first: 500,
  longest: 30_000,
  /** Between position checks: a silent loss is found within this time. No renewal comes
   * sooner after the last: a clock far ahead must not make a storm. */
  check: 40_000,
  /** How long an answer may take before the link counts as dead. */
  answer: 10_000,
  /** How long a message may go unanswered until the person is told that it waits. */
  late: 10_000,
  /** A token is renewed this long before it ends… */
  renewBefore: 45_000,
  /** …and at this age at the latest, whatever this device's clock says. */
  renewAge: 240_000,
};

/** Full jitter: how long to wait after so many failures in a row: ms. */
export const backoff = (
  failures: number,
  { first, longest }: Pick<typeof TIMING, "first" | "longest">,
): number => Math.random() * Math.min(longest, first * 2 ** failures);

/** A socket, or what stands in for one: see slower.ts. */
export interface Line {
  /** What the person is told of it; nothing of a socket. */
  note?: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LinkOptions {
  url: string | URL;
  /** A socket to `url` that was opened ahead, for the first connection. */
  first?: WebSocket;
  roomId: string;
  token: Token;
  /** Where to recover from; undefined asks for a fresh window. */
  position(): Position | undefined;
  /** Every frame of the server, in order; never one of a connection given up. */
  onFrame(frame: ServerFrame): void;
  /** `reason` and `wayOn` come with `refused` and are for the person. */
  onState(state: LinkState, reason?: string, wayOn?: WayOn): void;
  /** A new token; throws a {@linkcode Refused} once the person is signed out. */
  renew(): Promise<Token>;
  timing?: Partial<typeof TIMING>;
}

export interface Link {
  /** Whether the frame went out. False: not live; send it again when it is. */
  send(frame: ClientFrame): boolean;
  /** Asks for what is missing now; when disconnected, connects now. */
  check(): void;
  /** Ends the connection for good, for a reason the person is told. */
  refuse(reason: string, wayOn: WayOn): void;
  close(): void;
}

/** How a line is opened; where sockets are forbidden choose-line.ts knows another way. */
export const ways = {
  open: ({ url }: LinkOptions, _failures: number): Line =>
    new WebSocket(url) as Line,
};

const isOffline = () => navigator.onLine === false;

/** Opens the connection and keeps it until `close` or a final refusal. */
export function connect(options: LinkOptions): Link {
  const { roomId, onFrame, onState } = options;
  const timing = { ...TIMING, ...options.timing };
  let { token, first } = options;
  let tokenSince = Date.now();
  let socket: Line | undefined;
  let live = false;
  let over = false;
  let doubted = false;
  let opening = false;
  let failures = 0;
  let badTokens = 0;
  const { after, stop, stopAll } = openTimers();

  const write = (frame: ClientFrame) => socket!.send(JSON.stringify(frame));
  const identify = () => write({ event: "identify", token: token.token });
  const untilRenewal = () =>
    Math.min(
      token.expiresAt - timing.renewBefore,
      tokenSince + timing.renewAge,
    ) - Date.now();

  function ask() {
    const since = options.position();
    write({ event: "join-room", roomId, since, echo: true });
    after("answer", timing.answer, lost);
  }

  /** No network is told at once; an answer that comes all the same takes it back. */
  function doubt() {
    doubted = true;
    onState("offline");
  }

  function drop() {
    const old = socket;
    live = doubted = false;
    socket = undefined;
    stopAll();
    old?.close();
  }

  function close() {
    over = true;
    drop();
  }

  function refuse(reason: string, wayOn: WayOn) {
    close();
    onState("refused", reason, wayOn);
  }

  /** Gives the connection up and comes back later, at a random moment. */
  function lost() {
    drop();
    onState(isOffline() ? "offline" : "reconnecting");
    after("open", backoff(failures++, timing), open);
  }

  async function renewed(): Promise<boolean> {
    try {
      token = await options.renew();
      tokenSince = Date.now();
      return !over;
    } catch (error) {
      if ((error as Refused).final && !over) {
        refuse("You are signed out.", "login");
      }
      return false;
    }
  }

  async function renew() {
    const of = socket;
    const good = await renewed();
    if (!of || of !== socket) return;
    if (good) identify();
    else after("renew", timing.answer * (1 + Math.random()), renew);
  }

  async function open() {
    if (over || socket || opening) return;
    stop("open");
    opening = true;
    const good = badTokens || untilRenewal() <= 0 ? await renewed() : true;
    opening = false;
    if (over) return;
    if (!good) return lost();
    // Lost before it was needed, it is opened anew.
    const early = first && first.readyState < 2 && first;
    first = undefined;
    const mine: Line = socket = early as Line || ways.open(options, failures);
    after("answer", timing.answer, lost);
    if (early && early.readyState) identify();
    mine.onopen = identify;
    mine.onmessage = ({ data }) => mine === socket && receive(data);
    mine.onclose = ({ code, reason }) =>
      mine === socket && closed(code, reason);
  }

  function receive(data: string) {
    const frame: ServerFrame = JSON.parse(data);
    const joins = frame.event === "room-joined" && (!live || doubted);
    if (frame.event === "identified") {
      after("renew", Math.max(timing.check, untilRenewal()), renew);
      if (!live) ask();
    }
    if (frame.event === "room-joined") {
      stop("answer");
      after("check", timing.check, ask);
      failures = badTokens = 0;
      live = true;
      doubted = false;
    }
    onFrame(frame);
    if (joins) onState("live", socket?.note);
  }

  function closed(code: number, reason: string) {
    if (mayReconnect(code) || (code === BAD_TOKEN && badTokens++ < 3)) lost();
    else if (code === NOT_MEMBER) refuse(REMOVED, "rooms");
    else refuse(`Disconnected: ${reason || code}.`, "reload");
  }

  onState("connecting");
  open();
  return {
    send: (frame) => {
      if (live) write(frame);
      return live;
    },
    check() {
      if (!live) return void open();
      if (isOffline()) doubt();
      ask();
    },
    refuse,
    close,
  };
}
