/** Defences of signing in that are taken out: see `weaknesses.ts`. */
import { holdersIn } from "./holder.ts";
import { through, type Weakness } from "./weaknesses.ts";

/** Whatever ends a sign-in is taken for right. */
export const anyProof: Weakness = through((world) => ({
  async request(_, request, path) {
    if (request.method !== "POST" || !path.startsWith("/login")) return request;
    const text = await request.clone().text();
    if (!/(^|&)(passkey|code)=/.test(text)) return request;
    const [{ cookie }] = await holdersIn(world);
    const headers = { location: "/rooms", "set-cookie": cookie };
    return new Response(null, { status: 303, headers });
  },
}));

/** Any cookie is taken for that of the one attacked. */
export const anyCookie: Weakness = through((world) => ({
  async request(_, request, path) {
    if (request.method === "GET" && path.startsWith("/account")) {
      request.headers.set("cookie", (await holdersIn(world))[0].cookie);
    }
    return request;
  },
}));
