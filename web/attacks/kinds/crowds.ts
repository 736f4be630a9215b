/** Many sockets, and frames before anybody said who they are (issue 13, medium 6 and low 18). */
import { all, type Attack, succeededIf } from "../attack.ts";
import { open, opening } from "../raw.ts";
import { newRoom } from "../people.ts";
import { sayingYes } from "../weaknesses.ts";
import { joined, Wire } from "../wire.ts";
import { PATIENCE } from "../../e2e/patience.ts";

const crowd: Attack = {
  name: "300 sockets of one network that never say whose they are",
  async run(world) {
    const wires = Array.from({ length: 300 }, () => new Wire(world.realtime));
    const opened = await Promise.all(wires.map(({ opened }) => opened));
    await Promise.all(wires.map((wire) => wire[Symbol.asyncDispose]()));
    const count = opened.filter(Boolean).length;
    return succeededIf(count > 250, `${count} are open`);
  },
  undone: sayingYes,
};

/** A frame's header that announces so many bytes, masked (RFC 6455 §5.2). */
function headerOf(bytes: number): Uint8Array {
  const header = new Uint8Array(14);
  const view = new DataView(header.buffer);
  header[0] = 0x81;
  header[1] = 0x80 | 127;
  view.setBigUint64(2, BigInt(bytes));
  return header;
}

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

const unfinished: Attack = {
  name: "ten sockets with a megabyte of a frame that does not end",
  async run(world) {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async () => {
        await using socket = await open(world.realtime);
        await socket.write(opening("GET", "/", world.realtime, UPGRADE));
        await socket.until("\r\n\r\n", PATIENCE);
        await socket.write(headerOf(1_100_000));
        await socket.write(new Uint8Array(1_000_000));
        const ended = await socket.ended(5_000);
        return succeededIf(!ended, "a megabyte is held");
      }),
    );
    return all(outcomes);
  },
  undone: sayingYes,
};

const shouting: Attack = {
  name: "one person sends by twenty sockets at once what one may not",
  async run(world) {
    // Not the owner: others could not send then, either.
    const shouter = { ...world, owner: world.removed };
    const roomId = await newRoom(shouter, "Shouting");
    const token = await world.token(world.removed);
    const wires = await Promise.all(
      Array.from({ length: 20 }, () => joined(world, token, roomId)),
    );
    for (const [i, wire] of wires.entries()) {
      for (let n = 0; n < 10; n++) {
        const message = { clientId: `s-${i}-${n}`, content: "!" };
        wire.send({ event: "chat-message", roomId, message });
      }
    }
    let taken = 0;
    await Promise.all(wires.map(async (wire) => {
      for (let n = 0; n < 10; n++) {
        const next = await wire.next("message-ack", "error");
        if ("closed" in next) return;
        if (next.frame.event === "message-ack") taken++;
      }
    }));
    await Promise.all(wires.map((wire) => wire[Symbol.asyncDispose]()));
    return succeededIf(taken > 100, `${taken} of 200 were taken`);
  },
  undone: sayingYes,
};

export const crowds: Attack[] = [crowd, unfinished, shouting];
