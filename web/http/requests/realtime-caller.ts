import { AppError } from "../../errors.ts";
import type { Services } from "../../services.ts";

const refused = (): AppError =>
  new AppError({
    code: "token-invalid",
    status: 401,
    message: "A person’s token for realtime is required.",
  });

/**
 * The id of the person with whose token realtime asks: it learns what that person may know, and
 * needs no key of its own.
 *
 * @throws {AppError} `token-invalid` (401).
 */
export async function calledFor(
  { signer }: Pick<Services, "signer">,
  { headers }: Request,
): Promise<string> {
  const [scheme, token = ""] = (headers.get("authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer") throw refused();
  const id = await signer.personOf("realtime", token);
  if (id === null) throw refused();
  return id;
}
