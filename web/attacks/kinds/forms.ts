/** Forms with far more in a field than it holds (issue 13, high 3). */
import { type Attack, succeededIf } from "../attack.ts";
import { send, type Try } from "../http.ts";
import { through } from "../weaknesses.ts";

/** Every form that shows again what was typed into it. */
const FORMS: [path: string, form: Record<string, string>, field: string][] = [
  ["/login", { password: "x" }, "email"],
  ["/login/forgot", {}, "email"],
  ["/register", {}, "name"],
  ["/register", {}, "email"],
  ["/rooms", {}, "name"],
  ["/rooms/{room}", {}, "content"],
  ["/rooms/{room}", { content: "" }, "clientId"],
  ["/rooms/{room}/members", { intent: "rename" }, "name"],
  ["/rooms/{room}/members", { intent: "invite" }, "email"],
  ["/account", { intent: "rename" }, "name"],
];

/** Bytes of an answer that has none of it. */
const USUAL = 100_000;
const MOST = 8_000_000;

/** The body of the request comes back in the answer. */
const echoing = through(() => ({
  request: async (_, request) => new Response(await request.text()),
}));

const asParts = (form: Record<string, string>): FormData => {
  const data = new FormData();
  Object.entries(form).forEach(([name, value]) => data.set(name, value));
  return data;
};

export const forms: Attack[] = FORMS.flatMap(([path, form, field]) =>
  (["urlencoded", "multipart"] as const).map((kind): Attack => ({
    name: `8 MB in the field ${field} of ${path}, ${kind}`,
    async run(world) {
      const isForStrangers = /^\/(login|register)/.test(path);
      const headers: Record<string, string> = {
        origin: world.appUrl,
        ...(isForStrangers ? {} : { cookie: world.owner.cookie }),
      };
      const filled = { ...form, [field]: "<".repeat(MOST - 1_000) };
      const attempt: Try = { service: "web", method: "POST", path };
      const body = kind === "multipart"
        ? asParts(filled)
        : new URLSearchParams(filled);
      const answer = await send(world, { ...attempt, body }, headers);
      const { length } = await answer.text();
      return succeededIf(
        answer.status < 400 || length > USUAL,
        `${answer.status} with ${length} characters`,
      );
    },
    undone: echoing,
  }))
);

/** Addresses whose query is shown in the page. */
const QUERIES = [
  "/login?next=/{long}",
  "/register?next=/{long}",
  "/login/face?next=/{long}",
  "/rooms/{room}/search?q={long}",
  "/rooms?done={long}",
  "/account?done={long}",
];

export const queries: Attack[] = QUERIES.map((path): Attack => ({
  name: `30,000 characters in the address ${path}`,
  async run(world) {
    const long = "%3C".repeat(10_000);
    const answer = await send(
      world,
      { service: "web", method: "GET", path: path.replace("{long}", long) },
      path.startsWith("/r") && !path.startsWith("/register") ||
        path.startsWith("/account")
        ? { cookie: world.owner.cookie }
        : {},
    );
    const text = await answer.text();
    const location = answer.headers.get("location") ?? "";
    return succeededIf(
      /(&lt;|%3C|<){5000}/.test(text + location),
      "it came back",
    );
  },
  undone: through(() => ({
    request: (_, request) => new Response(request.url),
  })),
}));
