/**
 * What of web tells people, as a process of its own that can be killed: its stores, the routes that
 * realtime calls, its rounds. Push services may be on this machine, and e-mails come soon.
 */
import { readConfig } from "../../config.ts";
import { errorResponse } from "../../errors.ts";
import { calledFor } from "../../http/requests/realtime-caller.ts";
import { deliverDue } from "../../mail/deliver.ts";
import { createServices } from "../../open-services.ts";
import { handOverDue } from "../../rooms/hand-over.ts";
import { handler as jwks } from "../../routes/.well-known/jwks.json.ts";
import { handler as alerts } from "../../routes/api/internal/alerts.ts";
import { handler as members } from "../../routes/api/internal/members.ts";
import { startRounds } from "../../rounds.ts";
import type { Services } from "../../services.ts";
import { webPush } from "../push/send.ts";
import { notifyPeople } from "../work.ts";

/** Milliseconds. */
const MAIL_AFTER = 2_000, PATIENCE = 3_000, ROUND = 2_000;

const config = {
  ...readConfig(Deno.env.toObject()),
  unreadMailMs: MAIL_AFTER,
};
const opened = await createServices(config);
/** A mail server of our own: a line for each e-mail it takes. */
const mailer: Services["mailer"] = {
  send: ({ to, text, id }) => {
    const line = JSON.stringify({ to, text, id, at: Date.now() });
    const path = `${config.dataDir}/mails`;
    return Deno.writeTextFile(path, `${line}\n`, { append: true });
  },
};
const anywhere = () => Promise.resolve();
const services: Services = {
  ...opened,
  mailer,
  push: webPush(opened.kv, config, anywhere, PATIENCE),
};

const routes: Record<string, unknown> = {
  "GET /.well-known/jwks.json": jwks.GET,
  "GET /api/internal/members": members.GET,
  "POST /api/internal/alerts": alerts.POST,
  "GET /healthz": () => new Response("ok"),
};
type Route = (
  context: {
    req: Request;
    url: URL;
    state: { services: Services; askedFor?: string };
  },
) => Response | Promise<Response>;

startRounds(() => notifyPeople(services), "notices-failed", ROUND);
startRounds(() => handOverDue(services), "hand-over-failed", ROUND);
startRounds(() => deliverDue(services), "mail-queue-failed", ROUND);
Deno.serve(
  { hostname: "127.0.0.1", port: config.port, onListen: () => {} },
  async (req) => {
    const url = new URL(req.url);
    const route = routes[`${req.method} ${url.pathname}`] as Route | undefined;
    if (!route) return new Response(null, { status: 404 });
    try {
      const askedFor = url.pathname.startsWith("/api/internal/")
        ? await calledFor(services, req)
        : undefined;
      return await route({ req, url, state: { services, askedFor } });
    } catch (error) {
      return errorResponse(error);
    }
  },
);
