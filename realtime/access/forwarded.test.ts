import { expect, test } from "bun:test";
import { startTestServer, TestClient } from "../tests/testing.ts";

test("what web says of an address is believed, with its token alone", async () => {
  const server = await startTestServer();
  const { issuer } = server;
  const from = (ip: string, headers: Record<string, string> = {}) =>
    new TestClient(server.port, { "x-forwarded-for": ip, ...headers });
  const opens = (client: TestClient) =>
    client.opened.then(() => true, () => false);
  const web = { "x-web-token": await issuer.serviceToken() };
  const many = Array.from({ length: 200 }, () => from("10.0.0.1", web));
  await Promise.all(many.map(({ opened }) => opened));
  expect(await opens(from("10.0.0.1", web))).toBe(false);
  // Only the last entry is web's own.
  expect(await opens(from("10.0.0.9, 10.0.0.1", web))).toBe(false);
  const other = from("10.0.0.2", web);
  expect(await opens(other)).toBe(true);

  // Whoever is not web is counted by where they connect from.
  const person = { "x-web-token": await issuer.personToken("ann", {}) };
  const forged = { "x-web-token": "forged" };
  const ended = {
    "x-web-token": await issuer.sign({ scope: "service", exp: 1 }),
  };
  const strangers = [];
  for (let i = 0; i < 50; i += 1) {
    strangers.push(from(`10.0.1.${i}`));
    strangers.push(from(`10.0.2.${i}`, person));
    strangers.push(from(`10.0.3.${i}`, forged));
    strangers.push(from(`10.0.4.${i}`, ended));
  }
  await Promise.all(strangers.map(({ opened }) => opened));
  for (const headers of [{}, person, forged, ended]) {
    expect(await opens(from("10.0.9.9", headers))).toBe(false);
  }
  [...many, ...strangers, other].forEach((client) => client.close());
  await server.stop();
});
