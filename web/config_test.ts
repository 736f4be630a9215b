import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ConfigError } from "../realtime/common/config-error.ts";
import { readConfig } from "./config.ts";

/** The example key of RFC 8037, appendix A. */
const key = {
  kty: "OKP",
  crv: "Ed25519",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
};

Deno.test("with nothing set, everything is on this machine", () => {
  assertEquals(readConfig({}), {
    appUrl: "http://localhost:8000",
    urlGiven: false,
    port: 8000,
    wsUrl: "/realtime",
    speechUrl: "/transcriber",
    realtimeUrl: "http://localhost:8080",
    transcriberUrl: "http://localhost:8090",
    dataDir: ".data",
    kvPath: ".data/web/kv.sqlite3",
    mail: { kind: "outbox" },
    mailFrom: "ChatSphere <no-reply@localhost>",
    aws: undefined,
    faceLiveness: "off",
    faceSignIn: "offered",
    dataKeys: undefined,
    auditDays: 90,
    signUp: { kind: "open" },
    peopleDirectory: "everyone",
    openRooms: "everyone",
    signingKey: undefined,
    files: { maxMb: 50, eachMb: 2_000, allMb: 20_000 },
    linkPreviews: true,
    unreadMailMs: 15 * 60_000,
    secure: false,
    local: true,
    trustedProxies: undefined,
  });
});

Deno.test("ports move the addresses that are not given", () => {
  const config = readConfig({
    PORT: "9000",
    WS_PORT: "9001",
    TRANSCRIBER_PORT: "9002",
  });
  assertEquals(config.appUrl, "http://localhost:9000");
  assertEquals(config.realtimeUrl, "http://localhost:9001");
  assertEquals(config.transcriberUrl, "http://localhost:9002");
});

Deno.test("everything can be given", () => {
  const config = readConfig({
    APP_URL: "https://chat.example/",
    PORT: "80",
    WS_URL: "wss://live.example/socket/",
    TRANSCRIBER_URL: "https://speech.example",
    DATA_DIR: "/var/lib/chatsphere/",
    DENO_KV_PATH: "https://kv.example",
    DENO_KV_ACCESS_TOKEN: "secret",
    SMTP_URL: "smtps://mail.example",
    MAIL_FROM: "Chat <chat@chat.example>",
    FACE_LIVENESS: "turn",
    FACE_SIGN_IN: "required",
    SIGNING_KEY: JSON.stringify({ ...key, use: "sig" }),
    FILE_MAX_MB: "7",
    FILE_MB_EACH: "70",
    FILE_MB_ALL: "0",
    LINK_PREVIEWS: "off",
    UNREAD_MAIL_MINUTES: "5",
    TRUST_PROXY: "1",
  });
  assertEquals(config, {
    appUrl: "https://chat.example",
    urlGiven: true,
    port: 80,
    wsUrl: "wss://live.example/socket",
    speechUrl: "https://speech.example",
    realtimeUrl: "https://live.example/socket",
    transcriberUrl: "https://speech.example",
    dataDir: "/var/lib/chatsphere",
    kvPath: "https://kv.example",
    mail: {
      kind: "smtp",
      url: "smtps://mail.example",
      from: "Chat <chat@chat.example>",
    },
    mailFrom: "Chat <chat@chat.example>",
    aws: undefined,
    faceLiveness: "turn",
    faceSignIn: "required",
    dataKeys: undefined,
    auditDays: 90,
    signUp: { kind: "open" },
    peopleDirectory: "everyone",
    openRooms: "everyone",
    signingKey: key,
    files: { maxMb: 7, eachMb: 70, allMb: 0 },
    linkPreviews: false,
    unreadMailMs: 5 * 60_000,
    secure: true,
    local: false,
    trustedProxies: [
      ...["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12"],
      ...["192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7"],
      "fe80::/10",
    ],
  });
});

Deno.test("this service may reach the others by other addresses than browsers", () => {
  const config = readConfig({
    WS_URL: "ws://live.example",
    REALTIME_INTERNAL_URL: "http://10.0.0.2:8080",
    TRANSCRIBER_INTERNAL_URL: "http://10.0.0.3:8090/",
  });
  assertEquals(config.wsUrl, "ws://live.example");
  assertEquals(config.realtimeUrl, "http://10.0.0.2:8080");
  assertEquals(config.speechUrl, "/transcriber");
  assertEquals(config.transcriberUrl, "http://10.0.0.3:8090");
});

Deno.test("the earlier name of realtime's address inside still counts, the new one more", () => {
  const earlier = { REALTIME_URL: "http://10.0.0.2:8080" };
  assertEquals(readConfig(earlier).realtimeUrl, "http://10.0.0.2:8080");
  const both = { ...earlier, REALTIME_INTERNAL_URL: "http://10.0.0.4:8080" };
  assertEquals(readConfig(both).realtimeUrl, "http://10.0.0.4:8080");
});

Deno.test("an e-mail account without a server is one of Gmail's", () => {
  const { mail } = readConfig({
    EMAIL_USER: "chat@gmail.com",
    EMAIL_PASS: "p@ss word",
  });
  assertEquals(mail, {
    kind: "smtp",
    url: "smtps://chat%40gmail.com:p%40ss%20word@smtp.gmail.com:465",
    from: "chat@gmail.com",
  });
});

Deno.test("on Deno Deploy, KV is Deploy's own", () => {
  assertEquals(readConfig({ DENO_DEPLOYMENT_ID: "x1" }).kvPath, undefined);
});

Deno.test("an empty variable counts as unset", () => {
  assertEquals(readConfig({ PORT: "", SMTP_URL: " " }), readConfig({}));
});

Deno.test("only an address on this machine is local", () => {
  const local = (APP_URL: string) => readConfig({ APP_URL }).local;
  assertEquals(local("http://127.0.0.1:8000"), true);
  assertEquals(local("http://chat.localhost:8000"), true);
  assertEquals(local("http://localhost.example"), false);
  assertEquals(local("http://192.168.1.7:8000"), false);
});

for (
  const [variable, env] of [
    ["PORT", { PORT: "http" }],
    ["PORT", { PORT: "70000" }],
    ["WS_PORT", { WS_PORT: "-1" }],
    ["TRANSCRIBER_PORT", { TRANSCRIBER_PORT: "1.5" }],
    ["APP_URL", { APP_URL: "chat.example" }],
    ["APP_URL", { APP_URL: "https://chat.example/app" }],
    ["APP_URL", { APP_URL: "https://user:pass@chat.example" }],
    ["WS_URL", { WS_URL: "http://live.example" }],
    ["WS_URL", {
      APP_URL: "https://chat.example",
      WS_URL: "ws://live.example",
    }],
    ["REALTIME_URL", { REALTIME_URL: "ws://live.example" }],
    ["TRANSCRIBER_URL", { TRANSCRIBER_URL: "speech" }],
    ["DENO_KV_ACCESS_TOKEN", { DENO_KV_PATH: "https://kv.example" }],
    ["SMTP_URL", { SMTP_URL: "mail.example:25" }],
    ["SMTP_URL", { SMTP_URL: "smtp://" }],
    ["SMTP_URL", { SMTP_URL: "smtp://ada@mail.example" }],
    ["SMTP_URL", { SMTP_URL: "smtp://ada:100%@mail.example" }],
    ["SMTP_URL", { SMTP_URL: "smtp://ada:a/b@mail.example" }],
    ["SMTP_URL", { SMTP_URL: "smtp://ada:p@ss/word@mail.example:587" }],
    ["SMTP_URL", { SMTP_URL: "smtp://ada:p@ss#word@mail.example:587" }],
    ["EMAIL_PASS", { EMAIL_USER: "chat@gmail.com" }],
    ["EMAIL_USER", { EMAIL_PASS: "secret" }],
    ["EMAIL_USER", { EMAIL_USER: "chat", EMAIL_PASS: "secret" }],
    ["MAIL_FROM", { MAIL_FROM: "Chat" }],
    ["SIGNING_KEY", { SIGNING_KEY: "-----BEGIN PRIVATE KEY-----" }],
    ["SIGNING_KEY", { SIGNING_KEY: JSON.stringify({ ...key, d: undefined }) }],
    ["SIGNING_KEY", { SIGNING_KEY: JSON.stringify({ ...key, d: "cut" }) }],
    ["SIGNING_KEY", { SIGNING_KEY: "null" }],
    ["FACE_LIVENESS", { FACE_LIVENESS: "on" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`${variable} is named when it is wrong: ${JSON.stringify(env)}`, () => {
    const error = assertThrows(() => readConfig(env), ConfigError);
    assertEquals(error.variable, variable);
    assertEquals(error.message.split(" ")[0], variable);
    assertEquals(error.message.includes("secret"), false);
  });
}

Deno.test("a malformed variable stops the start with one sentence", async () => {
  const module = import.meta.resolve("./config.ts");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `import { checkConfig } from "${module}"; checkConfig();`],
    env: { PORT: "http" },
  }).output();
  assertEquals(code, 1);
  assertEquals(
    new TextDecoder().decode(stderr),
    "PORT must be a port number from 1 to 65535.\n",
  );
});

Deno.test("SIGN_UP says who may make an account", () => {
  const read = (SIGN_UP: string) => readConfig({ SIGN_UP }).signUp;
  assertEquals(read(""), { kind: "open" });
  assertEquals(read(" Invited "), { kind: "invited" });
  assertEquals(read("acme.net, Eng.acme.org"), {
    kind: "domains",
    domains: ["acme.net", "eng.acme.org"],
  });
  for (
    const bad of ["closed", "acme.net,", "@acme.net", "acme..net", "*.net"]
  ) {
    assertThrows(() => read(bad), ConfigError, "SIGN_UP");
  }
});

Deno.test("who is found, and who makes open rooms, is one of a few words", () => {
  const config = readConfig({ PEOPLE_DIRECTORY: "Rooms", OPEN_ROOMS: "owner" });
  assertEquals(config.peopleDirectory, "rooms");
  assertEquals(config.openRooms, "owner");
  for (const name of ["PEOPLE_DIRECTORY", "OPEN_ROOMS"]) {
    const error = assertThrows(() => readConfig({ [name]: "some" }));
    assertMatch(String(error), / must be everyone/);
  }
});
