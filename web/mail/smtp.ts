import { createTransport } from "nodemailer";
import type { Mailer } from "../services.ts";
import { mailFailed, toMessage } from "./mailer.ts";

const CONNECT_MS = 5_000;
const IDLE_MS = 10_000;

/**
 * Sends through the SMTP server at `url` (`smtp://` or `smtps://`, RFC 5321), as `from`. Each
 * e-mail gives up after seconds rather than nodemailer's minutes: a person is waiting for it.
 *
 * `send` throws AppError `mail-failed` (503) when the server did not take it.
 */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: IDLE_MS,
    dnsTimeout: CONNECT_MS,
  });
  return {
    async send(mail) {
      const message = toMessage(mail, from);
      try {
        await transport.sendMail(message);
      } catch (error) {
        throw mailFailed(error);
      }
    },
  };
}
