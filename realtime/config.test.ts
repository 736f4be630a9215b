import { expect, test } from "bun:test";
import { ConfigError, readConfig } from "./config.ts";

test("runs with nothing set", () => {
  expect(readConfig({})).toMatchObject({
    appUrl: "http://localhost:8000",
    port: 8080,
    dataDir: ".data",
    redisUrls: [],
    retentionDays: undefined,
  });
});

test("takes an address with a path as its origin, and a list as a cluster", () => {
  const config = readConfig({
    APP_URL: "https://chat.example/",
    REDIS_URL: "redis://a:1, redis://b:2",
  });
  expect(config.appUrl).toBe("https://chat.example");
  expect(config.redisUrls).toEqual(["redis://a:1", "redis://b:2"]);
});

for (
  const [name, value] of [
    ["APP_URL", "chat.example"],
    ["WS_PORT", "70000"],
    ["REDIS_URL", "http://localhost"],
    ["RETENTION_DAYS", "soon"],
    ["MAX_CONNECTIONS", "-1"],
  ] as const
) {
  test(`names ${name} when it is malformed`, () => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
}
