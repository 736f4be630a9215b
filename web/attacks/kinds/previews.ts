/** Links that would have web ask where its writer cannot, and previews that nobody looked up. */
import { type Attack, succeededIf } from "../attack.ts";
import { newRoom, sendJson, valueOf } from "../people.ts";
import { through } from "../weaknesses.ts";

/** A server of this machine, which nobody outside may reach. */
let inside: Deno.HttpServer<Deno.NetAddr> | undefined;

/** Other ways to write an address of this machine. */
const HOSTS = [
  ...["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"],
  ...["localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0"],
];
/** Web looks links up at once; what it would ask by then it asked: ms. */
const SOON = 1_500;

const near: Attack = {
  name: "links to this machine, however they are written, are looked up",
  async run(world) {
    const asked: string[] = [];
    inside = Deno.serve({
      port: 0,
      hostname: "127.0.0.1",
      onListen() {},
    }, (request) => {
      asked.push(new URL(request.url).pathname);
      return new Response("<title>Secret</title>", {
        headers: { "content-type": "text/html" },
      });
    });
    try {
      const roomId = await newRoom(world, "Inside");
      for (const [i, host] of HOSTS.entries()) {
        const content = `http://${host}:${inside.addr.port}/${i}`;
        const draft = { roomId, clientId: `inside-${i}`, content };
        const answer = await sendJson(
          `${world.web}/api/messages`,
          draft,
          world.owner.cookie,
        );
        await answer.body?.cancel();
      }
      await new Promise((resolve) => setTimeout(resolve, SOON));
    } finally {
      await inside.shutdown();
      inside = undefined;
    }
    return succeededIf(asked.length > 0, `${asked.length} were asked for`);
  },
  undone: through(() => ({
    async response(answer) {
      const port = inside?.addr.port;
      if (port) await (await fetch(`http://127.0.0.1:${port}/`)).body?.cancel();
      return answer;
    },
  })),
};

const FORGED = { address: "https://bank.example", title: "Forged" };

const forged: Attack = {
  name: "a message brings a preview of its own making",
  async run(world) {
    const roomId = await newRoom(world, "Forged");
    const draft = {
      ...{ roomId, clientId: "forged", content: FORGED.address },
      preview: FORGED,
    };
    const { cookie } = world.owner;
    const answer = await sendJson(`${world.web}/api/messages`, draft, cookie);
    const text = JSON.stringify(await valueOf(answer));
    return succeededIf(text.includes(FORGED.title), "it is shown");
  },
  undone: through(() => ({
    async response(answer) {
      const text = await answer.text();
      const { status } = answer;
      if (!text.includes('"content"')) return new Response(text, { status });
      return Response.json(FORGED, { status });
    },
  })),
};

export const previews: Attack[] = [near, forged];
