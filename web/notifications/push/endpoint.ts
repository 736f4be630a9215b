/**
 * Which addresses are posted to. A browser says where its push service is, and so could anyone: what
 * is not https at a public address is refused, lest we post to our own network. A name that leads
 * elsewhere by the time of the request meets TLS, which wants a certificate of that name.
 */
import { AppError } from "../../errors.ts";
import {
  internet,
  openAddresses,
  type Outside,
} from "../../previews/outside.ts";

const refused = () =>
  new AppError({
    code: "push-endpoint",
    status: 422,
    message: "This browser’s push service cannot be reached from here.",
  });

/** Checks an endpoint. @throws {AppError} `push-endpoint` (422) */
export type CheckEndpoint = (endpoint: string) => Promise<void>;

/** {@link CheckEndpoint}, for endpoints that are reached so. */
export function publicEndpoint(
  outside: Pick<Outside, "addressesOf" | "isOpen"> = internet,
): CheckEndpoint {
  return async (endpoint) => {
    const url = URL.parse(endpoint);
    const isPlain = url?.protocol === "https:" && url.port === "" &&
      url.username === "" && url.password === "" && endpoint.length <= 1_000;
    if (!isPlain) throw refused();
    const addresses = await openAddresses(outside, url).catch(() => []);
    if (addresses.length === 0) throw refused();
  };
}
