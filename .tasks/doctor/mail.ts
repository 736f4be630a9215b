import { createTransport } from "nodemailer";
import { readConfig } from "../../web/config.ts";
import { isLocal } from "../../web/env.ts";
import { mustEncrypt } from "../../web/mail/smtp.ts";
import { addresses } from "../services.ts";
import {
  type Env,
  type Finding,
  note,
  ok,
  reasonOf,
  within,
  wrong,
} from "./finding.ts";

const TIMEOUT = 8_000;
const VARIABLES = ["SMTP_URL", "EMAIL_USER", "EMAIL_PASS", "MAIL_FROM"];

/** Connects and signs in as web would, and sends nothing. */
export async function checkMail(env: Env): Promise<Finding[]> {
  const mail = mailOf(env);
  if (mail === undefined) return []; // told with the variables
  if (mail.kind === "outbox") return [outbox(env)];
  const name = env.SMTP_URL ? "SMTP_URL" : "EMAIL_USER";
  const transport = createTransport({
    url: mail.url,
    requireTLS: mustEncrypt(new URL(mail.url)),
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: TIMEOUT,
  });
  try {
    await within(2 * TIMEOUT, transport.verify());
    return [ok("Mail", "The server takes the connection and the login.")];
  } catch (error) {
    return [refused(name, error)];
  } finally {
    transport.close();
  }
}

function mailOf(env: Env) {
  // Mistakes elsewhere must not hide those of mail.
  const only = Object.fromEntries(VARIABLES.map((name) => [name, env[name]]));
  try {
    return readConfig(only).mail;
  } catch (error) {
    if (error instanceof Error && error.name === "ConfigError") {
      return undefined;
    }
    throw error;
  }
}

/** Only web's own machine can read its outbox. */
function outbox(env: Env): Finding {
  const app = URL.parse(addresses(env).APP_URL);
  return app && !isLocal(app)
    ? wrong(
      "SMTP_URL",
      "SMTP_URL is unset, so nobody would get an invitation or a code. Set it to smtps://user:password@host:465.",
    )
    : note("SMTP_URL", "Unset: e-mails stay in the outbox, shown at /outbox.");
}

function refused(name: string, error: unknown): Finding {
  const code = error instanceof Error && "code" in error ? error.code : "";
  const reason = reasonOf(error);
  if (code === "EAUTH") {
    const what = name === "EMAIL_USER"
      ? "EMAIL_USER and EMAIL_PASS: the mail server refuses the login. Gmail wants an app password, made in the Google account."
      : "SMTP_URL: the mail server refuses the user name or password. Write them percent-encoded: smtps://user:password@host:465.";
    return wrong(name, what);
  }
  if (code === "ETLS" || /wrong version number|certificate/i.test(reason)) {
    return wrong(
      name,
      `${name}: no encrypted connection comes about (${reason}). Use smtps:// for port 465 and smtp:// for 587.`,
    );
  }
  return wrong(
    name,
    `${name}: the mail server cannot be reached (${reason}). Check host and port; many clouds block port 25.`,
  );
}
