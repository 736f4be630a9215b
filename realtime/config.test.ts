import { expect, test } from "bun:test";
import { ConfigError } from "./common/config-error.ts";
import { readConfig } from "./config.ts";

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
  expect(config.webUrl).toBeUndefined();
  const webUrl = "http://10.0.0.2:8000";
  expect(readConfig({ WEB_INTERNAL_URL: webUrl }).webUrl).toBe(webUrl);
  expect(config.redisUrls).toEqual(["redis://a:1", "redis://b:2"]);
});

for (
  const [name, value] of [
    ["APP_URL", "chat.example"],
    ["WS_PORT", "70000"],
    ["WEB_INTERNAL_URL", "10.0.0.2"],
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

test("takes DATA_DIR as a path, and what is empty as unset", () => {
  const at = (DATA_DIR: string) =>
    readConfig({ HOME: "/home/ada", DATA_DIR }).dataDir;
  for (const path of ["/srv/team#1", "/srv/a?b", "/srv/a%20b", "/data/100%"]) {
    expect(at(path)).toBe(path);
  }
  expect([at("/srv/a/"), at("~/chat"), at(" "), at("/")])
    .toEqual(["/srv/a", "/home/ada/chat", ".data", "/"]);
  expect(() => at("file:///srv")).toThrow("DATA_DIR");
  const names = [
    "APP_URL",
    "WS_PORT",
    "WS_HOST",
    "REDIS_URL",
    "RETENTION_DAYS",
  ];
  const empty = Object.fromEntries(names.map((name) => [name, " "]));
  expect(readConfig(empty)).toEqual(readConfig({}));
});

test("listens on loopback unless it is told otherwise", () => {
  expect(readConfig({}).host).toBe("127.0.0.1");
  expect(readConfig({ WS_HOST: "0.0.0.0" }).host).toBe("0.0.0.0");
  expect(() => readConfig({ WS_HOST: "not an address" })).toThrow("WS_HOST");
});
