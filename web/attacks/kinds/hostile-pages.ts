/** Pages that a message links to, whose owner wants something of the server that looks them up. */
import { gzipSync } from "node:zlib";
import { type Attack, succeededIf } from "../attack.ts";
import {
  answerOf,
  lookAt,
  REBOUND,
  startSite,
  withoutCare,
} from "../hostile-site.ts";
import { startOf } from "../http.ts";
import { newRoom, sendJson, valueOf } from "../people.ts";
import { claimsFor } from "../signing.ts";
import { unescaped } from "../weaknesses.ts";

const MB = 1024 * 1024;

/** Where a page leads first, and what is there then leads to: only this machine may ask that. */
const NEAR: Record<string, (port: string) => [first: string, then: string]> = {
  "an address of this machine": (port) => [`http://127.0.0.2:${port}/`, ""],
  "a name of this machine": (port) => [`http://near.test:${port}/`, ""],
  "a page that leads there": (port) => ["/on", `http://127.0.0.2:${port}/`],
};

const redirects = Object.entries(NEAR).map(([what, leading]): Attack => ({
  name: `a page that is linked to leads on to ${what}`,
  async run() {
    await using site = startSite(({ pathname, port }) => {
      const [first, then] = leading(port);
      const location = pathname === "/" ? first : then;
      return new Response(null, { status: 302, headers: { location } });
    });
    const says = await lookAt(site, `http://hostile.test:${site.port}/`);
    const got = says?.title ?? "";
    return succeededIf(site.asked() > 0 || got !== "", `it was asked: ${got}`);
  },
  undone: withoutCare,
}));

const rebinding: Attack = {
  name:
    "the name of a linked page means this machine, once it was looked at whether it does",
  async run() {
    await using site = startSite(() => answerOf("<title>Harmless</title>"));
    await lookAt(site, `http://${REBOUND}:${site.port}/`);
    return succeededIf(site.asked() > 0, "it was asked");
  },
  undone: withoutCare,
};

/** The same, byte for byte, until nobody reads any more. */
function endless(sent: (bytes: number) => void): Response {
  const chunk = new Uint8Array(64 * 1024).fill(0x20);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      sent(chunk.length);
      controller.enqueue(chunk);
    },
  });
  return new Response(body, { headers: { "content-type": "text/html" } });
}

const unending: Attack = {
  name: "a page that is linked to does not end",
  async run() {
    let bytes = 0;
    await using site = startSite(() => endless((more) => bytes += more));
    await lookAt(site, `http://hostile.test:${site.port}/`);
    // What is on its way between two sockets was not read.
    return succeededIf(bytes > 32 * MB, `${bytes} bytes were read`);
  },
  undone: withoutCare,
};

const packed: Attack = {
  name: "a page that is linked to becomes 64 MB when it is unpacked",
  async run() {
    const page = `${" ".repeat(64 * MB)}<title>Unpacked</title>`;
    const bytes = gzipSync(page);
    await using site = startSite(() =>
      new Response(bytes, {
        headers: { "content-type": "text/html", "content-encoding": "gzip" },
      })
    );
    const says = await lookAt(site, `http://hostile.test:${site.port}/`);
    return succeededIf(says?.title === "Unpacked", "all of it was unpacked");
  },
  undone: withoutCare,
};

const SCRIPT = "<script>alert(1)</script>", IMAGE = "<img src=x onerror=1>";

const scripted: Attack = {
  name: "stored markup in what a linked page says of itself",
  async run(world) {
    await using site = startSite(() =>
      answerOf(
        `<title>Tea ${SCRIPT}</title><meta name="description" content="${
          IMAGE.replace("<", "&lt;")
        }">`,
      )
    );
    const address = `http://hostile.test:${site.port}/`;
    const says = await lookAt(site, address);
    const roomId = await newRoom(world, "Previewed");
    const { cookie } = world.owner;
    const draft = { roomId, clientId: "previewed", content: address };
    const { id } = await valueOf<{ id: string }>(
      await sendJson(`${world.web}/api/messages`, draft, cookie),
    );
    // As web tells it.
    const claims = { aud: "realtime", scope: "service" };
    const token = await world.sign(claimsFor(world, claims));
    const preview = { address, ...says };
    const told = await fetch(`${world.realtime}/rooms/${roomId}/previews`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ id, preview }),
    });
    await told.body?.cancel();
    const page = await startOf(
      await fetch(`${world.web}/rooms/${roomId}`, { headers: { cookie } }),
    );
    if (!page.includes("Tea ")) throw new Error("No preview is shown");
    const mark = [SCRIPT, IMAGE].find((mark) => page.includes(mark));
    return succeededIf(mark !== undefined, `the page holds ${mark}`);
  },
  undone: unescaped,
};

export const hostilePages: Attack[] = [
  ...redirects,
  rebinding,
  unending,
  packed,
  scripted,
];
