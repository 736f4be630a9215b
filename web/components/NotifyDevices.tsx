import { type Clock, dateTimeOf } from "../client/drawn/times.ts";
import type { ListedDevice } from "../notifications/devices.ts";
import { Once } from "./Once.tsx";

/**
 * The devices that show notifications, and what turns them on here, which static/notifications.js
 * does: only a script can ask a browser for it.
 */
export function NotifyDevices({ devices, publicKey, clock }: {
  devices: ListedDevice[];
  publicKey: string;
  clock: Clock;
}) {
  return (
    <section class="stack" aria-labelledby="devices-heading">
      <h2 id="devices-heading">Devices</h2>
      {devices.length === 0 && (
        <p class="soft">No device of yours shows notifications yet.</p>
      )}
      <ul class="people">
        {devices.map(({ id, name, createdAt, goneAt }) => (
          <li class="person" key={id}>
            <span>
              <bdi>{name}</bdi> {goneAt === undefined
                ? (
                  <span class="soft small">
                    since {dateTimeOf(createdAt, clock)}
                  </span>
                )
                : (
                  <span class="soft small">
                    No longer accepts notifications. Open ChatSphere on it to
                    turn them on again.
                  </span>
                )}
            </span>
            <form method="post" class="actions">
              <Once />
              <input type="hidden" name="device" value={id} />
              {goneAt === undefined && (
                <button
                  class="button button-quiet"
                  type="submit"
                  name="intent"
                  value="test"
                >
                  Send me a test
                </button>
              )}
              <button
                class="button button-plain"
                type="submit"
                name="intent"
                value="remove"
              >
                Remove
              </button>
            </form>
          </li>
        ))}
      </ul>
      <noscript>
        <p class="soft">
          A browser shows notifications only where script runs. E-mails come
          without it.
        </p>
      </noscript>
      <div id="this-device" data-key={publicKey} hidden>
        <p>
          <button class="button button-quiet" type="button">
            Show notifications on this device
          </button>
        </p>
        <p data-says="on" hidden>This browser is one of them.</p>
        <p role="alert" data-says="ended" hidden>
          Notifications no longer reach this browser. Turn them on again.
        </p>
        <p role="alert" data-says="denied" hidden>
          This browser does not allow notifications from here. Allow them in its
          settings for this site, then try again.
        </p>
        <p role="alert" data-says="failed" hidden>
          Notifications could not be turned on. Check your connection, and try
          again.
        </p>
      </div>
    </section>
  );
}
