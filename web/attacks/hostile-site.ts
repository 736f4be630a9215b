/**
 * A small Internet of this machine, for pages that web looks up: a site at 127.0.0.1 that anybody may
 * ask, and beside it, at 127.0.0.2 and the same port, what only this machine may.
 */
import { isIP } from "node:net";
import { pageOf } from "../previews/look-up.ts";
import { openAddresses, type Outside } from "../previews/outside.ts";
import type { PageSays } from "../previews/read-page.ts";
import type { Weakness } from "./weaknesses.ts";

const PUBLIC = "127.0.0.1", NEAR = "127.0.0.2";

/** A name that is public when it is looked up first, and near from then on. */
export const REBOUND = "rebound.test";

export interface HostileSite extends AsyncDisposable {
  outside: Outside;
  port: number;
  /** How often what only this machine may ask was asked. */
  asked(): number;
}

const html = { "content-type": "text/html" };

/** Starts both; `page` is what the public one answers. */
export function startSite(page: (url: URL) => Response): HostileSite {
  let asked = 0;
  let lookedUp = 0;
  const site = Deno.serve(
    { port: 0, hostname: PUBLIC, onListen() {} },
    (request) => page(new URL(request.url)),
  );
  const { port } = site.addr;
  const near = Deno.serve({ port, hostname: NEAR, onListen() {} }, () => {
    asked++;
    return new Response("<title>Secret</title>", { headers: html });
  });
  return {
    port,
    outside: {
      addressesOf(host) {
        const isNear = host === "near.test" ||
          host === REBOUND && lookedUp++ > 0;
        return Promise.resolve([isNear ? NEAR : PUBLIC]);
      },
      isOpen: (address, to) => address === PUBLIC && to === port,
    },
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      await Promise.all([site.shutdown(), near.shutdown()]);
    },
  };
}

export const answerOf = (text: string): Response =>
  new Response(text, { headers: html });

type Look = (
  site: HostileSite,
  address: string,
) => Promise<Pick<PageSays, "title" | "description"> | undefined>;

const carefully: Look = ({ outside }, address) => pageOf({ outside }, address);

/** Bytes after which even the careless one stops. */
const ENOUGH = 96 * 1024 * 1024;

/** As somebody would write it who thinks of none of this. */
const carelessly: Look = async ({ outside }, address) => {
  let url = new URL(address);
  if ((await openAddresses(outside, url)).length === 0) return undefined;
  for (;;) {
    const host = url.hostname;
    const [to] = isIP(host) ? [host] : await outside.addressesOf(host);
    const asked = new URL(url);
    asked.hostname = to;
    const answer = await fetch(asked, { redirect: "manual" });
    const leads = answer.headers.get("location");
    if (leads === null) {
      const text = await firstOf(answer);
      const title = /<title>([^]*?)<\/title>/.exec(text)?.[1] ?? "";
      return { title };
    }
    await answer.body?.cancel();
    url = new URL(leads, url);
  }
};

async function firstOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ENOUGH) break;
  }
  return text;
}

let look = carefully;

/** What web's own code finds at an address of the site. */
export const lookAt: Look = (site, address) => look(site, address);

/** Pages are looked up by somebody careless. */
export const withoutCare: Weakness = (world) => {
  look = carelessly;
  return {
    world,
    [Symbol.asyncDispose]() {
      look = carefully;
      return Promise.resolve();
    },
  };
};
