import { AppError } from "../errors.ts";

/** How far a refusal reaches, and so whether trying again can help. */
export type Reach =
  /** For good: this server will not take this e-mail for this address. */
  | "refused"
  /** For now, and for this e-mail; another one may well get through. */
  | "delayed"
  /** For now, and for every e-mail: the server cannot be reached or does not let us in. */
  | "down";

/** An e-mail that was not handed over. */
export class MailError extends AppError {
  override name = "MailError";

  constructor(
    readonly reach: Reach,
    init: { code: string; status: number; message: string; cause?: unknown },
  ) {
    super(init);
  }

  /** `to` is not exactly one address. */
  static invalidAddress(): MailError {
    return new MailError("refused", {
      code: "invalid-address",
      status: 422,
      message: "We cannot send e-mail to this address.",
    });
  }

  static refused(cause: unknown): MailError {
    return new MailError("refused", {
      code: "mail-refused",
      status: 422,
      message:
        "The mail server refused the e-mail for this address. Check that the address is right and its mailbox works.",
      cause,
    });
  }

  static failed(reach: "delayed" | "down", cause: unknown): MailError {
    return new MailError(reach, {
      code: "mail-failed",
      status: 503,
      message:
        "The e-mail could not be sent. Please try again in a few minutes.",
      cause,
    });
  }
}

const replyOf = (error: Error): number | undefined =>
  "responseCode" in error && typeof error.responseCode === "number"
    ? error.responseCode
    : undefined;

/**
 * What a failure of nodemailer's SMTP transport means. Only an answer to the recipient or to the
 * message itself says something about this e-mail: 5yz for good, 4yz for now (RFC 5321 §4.2.1;
 * 503 complains about the order of commands, 421 about the connection). Everything before those,
 * a wrong password included, is about us and the server: no e-mail gets through until it is
 * mended, and none is to blame.
 */
export function fromSmtp(error: unknown): MailError {
  const isAboutMail = error instanceof Error && "command" in error &&
    (error.command === "RCPT TO" || error.command === "DATA");
  const reply = error instanceof Error ? replyOf(error) : undefined;
  if (!isAboutMail || reply === undefined || reply === 421) {
    return MailError.failed("down", error);
  }
  const isForGood = reply >= 500 && reply < 600 && reply !== 503;
  return isForGood
    ? MailError.refused(error)
    : MailError.failed("delayed", error);
}
