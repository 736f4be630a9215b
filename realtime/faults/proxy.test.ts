import { afterEach, expect, test } from "bun:test";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Proxy, startProxy } from "./proxy.ts";

let echo: Server;
let proxy: Proxy;
let client: Socket;
afterEach(() => {
  client.destroy();
  proxy.stop();
  echo.close();
});

/** A server that answers with what it got, behind a proxy that hits every connection. */
async function open(): Promise<void> {
  echo = createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) =>
    echo.listen(0, "127.0.0.1", () => resolve())
  );
  const address = echo.address();
  const port = typeof address === "object" ? address?.port ?? 0 : 0;
  proxy = await startProxy([port], () => 0.1);
  client = connect(proxy.port, "127.0.0.1");
  client.setNoDelay(true);
}

/** Resolves once this much text came back. */
function received(length: number): Promise<string> {
  let text = "";
  return new Promise((resolve) =>
    client.on("data", (piece) => {
      text += piece;
      if (text.length >= length) resolve(text);
    })
  );
}

test("passes everything on, both ways", async () => {
  await open();
  const text = "words ".repeat(100_000);
  const back = received(text.length);
  client.write(text);
  expect(await back).toBe(text);
});

test("cuts connections", async () => {
  await open();
  const first = received(1);
  client.write("a");
  await first;
  const closed = new Promise((resolve) => client.on("close", resolve));
  expect(proxy.cut(1)).toBe(1);
  await closed;
  expect(proxy.cut(1)).toBe(0);
});

test("passes everything late, in its order", async () => {
  await open();
  const first = received(1);
  client.write("a");
  await first;
  expect(proxy.delay(1)).toBe(1);
  const rest = received(6);
  for (const letter of "bcd") {
    client.write(letter);
    await Bun.sleep(5);
  }
  expect(proxy.delay(0)).toBe(0);
  for (const letter of "efg") client.write(letter);
  expect(await rest).toBe("bcdefg");
});

test("holds everything back until it is told to go on", async () => {
  await open();
  const first = received(1);
  client.write("a");
  await first;
  expect(proxy.stall(1)).toBe(1);
  let came = false;
  const next = received(1).then((text) => {
    came = true;
    return text;
  });
  client.write("b");
  await Bun.sleep(50);
  expect(came).toBe(false);
  proxy.stall(0);
  expect(await next).toBe("b");
});
