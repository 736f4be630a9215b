/** Tells somebody that they were signed in on a device they have not used before. */
import { createHash } from "node:crypto";
import { log } from "../../log.ts";
import { queueMail } from "../../mail/queue-store.ts";
import { takeUpDevices } from "../../notifications/devices.ts";
import { DEVICE_MS, deviceOf, isKnownDevice } from "../devices.ts";
import { newDeviceMailId, TOLD_MS } from "../mail-ids.ts";
import { sha256 } from "../secrets.ts";
import { keys, readRecord, type Store } from "../store.ts";
import { listSessions, manyNetworks } from "./session-list.ts";
import { currentVisitor } from "./visitor.ts";

/** Tells people of one account apart in the operator's log, and not who they are. */
const hashOf = (id: string): string =>
  createHash("sha256").update(`request line ${id}`).digest("hex").slice(0, 12);

/**
 * Queues an e-mail about a sign-in from a device that is not known by its cookie, nor by the same
 * software in the same network: programs keep no cookies. And notes for the operator when an
 * account is used from many networks. The e-mail goes with the postman's next round. A browser that is
 * known is sent notifications again, if it was before.
 *
 * @param isTold whoever signed in knows, as they have just signed up.
 */
export async function noteDevice(
  s: Store,
  accountId: string,
  token: string,
  isTold = false,
): Promise<void> {
  const networks = manyNetworks(await listSessions(s, accountId, token));
  if (networks > 0) {
    log("warn", "many-networks", { account: hashOf(accountId), networks });
  }
  const visitor = currentVisitor();
  const record = await readRecord(s.kv, accountId);
  if (visitor === undefined || record === null) return;
  const { software, network, device } = visitor;
  const what = await sha256(`${software} ${network}`);
  const key = keys.deviceLike(accountId, what);
  const isLike = (await s.kv.get(key)).value !== null;
  const isSame = await isKnownDevice(s, accountId, device);
  if (isSame && device) {
    const browser = await deviceOf(device);
    const session = await sha256(token);
    await takeUpDevices(s, accountId, { browser, session });
  }
  const commit = s.kv.atomic().set(key, true, { expireIn: DEVICE_MS });
  if (!isTold && !isLike && !isSame) {
    const { name, email } = record;
    const at = Date.now();
    const where = { software, network, at };
    const occasion = { kind: "new-device", name, email, ...where } as const;
    queueMail(commit, newDeviceMailId(accountId), occasion, at + TOLD_MS);
  }
  await commit.commit();
}
