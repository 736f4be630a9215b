import type { Transporter } from "nodemailer";
import type { Mailer } from "../services.ts";
import { fromSmtp } from "./mail-error.ts";
import { domainOf, toMessage } from "./mailer.ts";

/** Milliseconds; `whole` bounds one e-mail from the first packet to the last answer. */
export interface SmtpTimeouts {
  connect: number;
  idle: number;
  whole: number;
}

/** A person may be waiting: seconds, where nodemailer's own limits are minutes. */
const TIMEOUTS: SmtpTimeouts = { connect: 5_000, idle: 10_000, whole: 20_000 };

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Whether the connection must be encrypted before anything is said on it: when a password would
 * be, unless the address decides it by `?requireTLS=` or `?ignoreTLS=`. Otherwise whoever sits
 * between could take the offer of STARTTLS out of the greeting, and read the password.
 */
export function mustEncrypt(url: URL): boolean {
  const { searchParams } = url;
  if (searchParams.has("requireTLS") || searchParams.has("ignoreTLS")) {
    return searchParams.get("requireTLS") === "true";
  }
  return url.protocol === "smtp:" && url.username !== "" &&
    !LOOPBACK.test(url.hostname);
}

/**
 * Sends through the SMTP server at `url` (`smtp://`, with STARTTLS where the server offers it, or
 * `smtps://`; RFC 5321, RFC 8314), as `from`. One connection per e-mail, closed with it: a kept
 * one would hold a serverless instance awake and go stale unseen.
 *
 * `send` throws MailError: `mail-refused` (422) for good; `mail-failed` (503) for now;
 * `invalid-address` (422). When the connection breaks after the message was handed over and
 * before the server's answer, it may have been taken all the same (RFC 1047): an e-mail that is
 * sent again then must have the same `id`.
 */
export function smtpMailer(
  url: string,
  from: string,
  timeouts: SmtpTimeouts = TIMEOUTS,
): Mailer {
  let transport: Promise<Transporter> | undefined;
  const open = async (): Promise<Transporter> => {
    // When first used: nodemailer would lengthen every cold start, for mails few requests send.
    const { createTransport } = await import("nodemailer");
    return createTransport({
      url,
      name: domainOf(from),
      requireTLS: mustEncrypt(new URL(url)),
      connectionTimeout: timeouts.connect,
      greetingTimeout: timeouts.connect,
      dnsTimeout: timeouts.connect,
      socketTimeout: timeouts.idle,
    });
  };
  return {
    async send(mail) {
      const message = toMessage(mail, from);
      const signal = AbortSignal.timeout(timeouts.whole);
      try {
        transport ??= open();
        await (await transport).sendMail({ ...message, signal });
      } catch (error) {
        throw fromSmtp(error);
      }
    },
  };
}
