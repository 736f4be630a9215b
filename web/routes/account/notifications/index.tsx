import { parseCookie, stringifySetCookie } from "cookie";
import { page } from "fresh";
import { asset } from "fresh/runtime";
import { invalid } from "../../../accounts/fields.ts";
import { FieldError } from "../../../components/Field.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { BackToAccount } from "../../../components/BackToAccount.tsx";
import { Notice } from "../../../components/Notice.tsx";
import { NotifyDevices } from "../../../components/NotifyDevices.tsx";
import { Once } from "../../../components/Once.tsx";
import { Title } from "../../../components/Title.tsx";
import { dateTimeOf } from "../../../client/drawn/times.ts";
import { personOf } from "../../../http/middleware/person.ts";
import { clockOf } from "../../../http/requests/clock.ts";
import {
  type Failure,
  failureOf,
  readForm,
  sentenceFor,
  textOf,
  unknownIntent,
} from "../../../http/requests/forms.ts";
import {
  listDevices,
  type ListedDevice,
  removeDevice,
  testDevice,
} from "../../../notifications/devices.ts";
import { tomorrow } from "../../../notifications/quiet.ts";
import { changeSettings, settingsOf } from "../../../notifications/settings.ts";
import type { Settings } from "../../../notifications/store.ts";
import { TIME_ZONES, timeZoneNamed } from "../../../people/profile.ts";
import type { Services } from "../../../services.ts";
import { define } from "../../../utils.ts";

interface Data {
  settings: Settings;
  devices: ListedDevice[];
  /** What a browser subscribes with. */
  key: string;
  /** How long what is unread waits until it is e-mailed, in words. */
  unread: string;
  /** Whether this browser is to play a sound. */
  isLoud: boolean;
  done: string | null;
  failure?: Failure;
}

/** A sound is a browser's, not a person's: a script there looks for it (client/browser/tell.ts). */
const soundCookie = (isOn: boolean): string =>
  stringifySetCookie({
    ...{ name: "sound", value: isOn ? "on" : "", path: "/" },
    ...{ sameSite: "lax", maxAge: isOn ? 365 * 24 * 60 * 60 : 0 },
  });

const inMinutes = new Intl.NumberFormat("en", {
  ...{ style: "unit", unit: "minute", unitDisplay: "long" },
});

async function load(
  s: Services,
  id: string,
  { headers }: Request,
): Promise<Omit<Data, "done">> {
  const [settings, devices, key] = await Promise.all([
    settingsOf(s, id),
    listDevices(s, id),
    s.push.publicKey(),
  ]);
  const unread = inMinutes.format(s.config.unreadMailMs / 60_000);
  const { sound } = parseCookie(headers.get("cookie") ?? "");
  const isLoud = sound === "on";
  return { settings, devices, key, unread, isLoud };
}

/** Minutes of the day, of `22:30`. */
function minutesOf(text: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)/.exec(text) ?? [];
  if (hours === undefined) {
    throw invalid({ quiet: "Write both times like 22:00." });
  }
  return Number(hours) * 60 + Number(minutes);
}

/** What is offered to whoever has no quiet hours. */
const NIGHT = { from: 22 * 60, to: 7 * 60 };

const timeOf = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60]
    .map((part) => String(part).padStart(2, "0")).join(":");

/** @throws {AppError} `invalid` (422) where these would be no hours. */
function readQuiet(form: FormData): NonNullable<Settings["quiet"]> {
  const zone = timeZoneNamed(textOf(form, "zone"));
  if (zone === undefined) throw invalid({ zone: "Choose a time zone." });
  const [from, to] = ["from", "to"].map((name) =>
    minutesOf(textOf(form, name))
  );
  // Whether nothing or the whole day is meant cannot be told.
  if (from === to) {
    throw invalid({
      quiet:
        "Choose two different times. To hear nothing at all, use the pause above.",
    });
  }
  return { from, to, zone };
}

/** What is chosen besides the pause. */
const readSettings = (
  form: FormData,
  { pausedUntil }: Settings,
  quiet = form.has("quiet") ? readQuiet(form) : undefined,
): Settings => ({
  pausedUntil,
  ...(quiet && { quiet }),
  ...(!form.has("words") && { wordless: true }),
  ...(!form.has("mail") && { noMail: true }),
});

/** What a form that was refused says, to be shown in it again. */
function typedIn(form: FormData, before: Settings): Settings {
  const minutes = (name: string, otherwise: number) => {
    try {
      return minutesOf(textOf(form, name));
    } catch {
      return otherwise;
    }
  };
  const { from, to } = NIGHT;
  return readSettings(form, before, {
    from: minutes("from", from),
    to: minutes("to", to),
    zone: textOf(form, "zone"),
  });
}

async function act(s: Services, id: string, zone: string, form: FormData) {
  const pause = (pausedUntil?: number) =>
    changeSettings(s, id, (all) => ({ ...all, pausedUntil }));
  switch (textOf(form, "intent")) {
    case "settings":
      return await changeSettings(s, id, (all) => readSettings(form, all));
    case "pause-hour":
      return await pause(Date.now() + 60 * 60 * 1000);
    case "pause-day":
      return await pause(tomorrow(Date.now(), zone));
    case "resume":
      return await pause();
    case "test":
      return await testDevice(s, id, textOf(form, "device"));
    case "remove":
      return await removeDevice(s, id, textOf(form, "device"));
  }
  throw unknownIntent();
}

/** How somebody is told of messages while they are away. */
export const handler = define.handlers({
  async GET(ctx) {
    const data = await load(
      ctx.state.services,
      personOf(ctx.state).id,
      ctx.req,
    );
    return page<Data>({ ...data, done: ctx.url.searchParams.get("done") });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    let form: FormData | undefined;
    try {
      form = await readForm(ctx.req);
      const { quiet } = await settingsOf(services, me.id);
      const zone = quiet?.zone ?? clockOf(ctx.req).zone;
      await act(services, me.id, zone ?? "UTC", form);
      const done = encodeURIComponent(textOf(form, "intent"));
      const answer = ctx.redirect(`/account/notifications?done=${done}`, 303);
      if (done === "settings") {
        answer.headers.append("set-cookie", soundCookie(form.has("sound")));
      }
      return answer;
    } catch (error) {
      const failure = failureOf(error, ["quiet", "zone"], requestId);
      const data = await load(services, me.id, ctx.req);
      if (form && failure.fields.quiet) {
        data.settings = typedIn(form, data.settings);
        data.isLoud = form.has("sound");
      }
      return page<Data>({ ...data, done: null, failure }, {
        status: failure.status,
      });
    }
  },
});

const DONE: Record<string, string> = {
  settings: "Saved.",
  "pause-hour": "Notifications are paused for an hour.",
  "pause-day": "Notifications are paused until tomorrow.",
  resume: "Notifications are on again.",
  test: "The test is on its way. It should appear in a moment.",
  remove: "This device no longer gets notifications.",
};

function Pause({ until, shown }: { until?: number; shown: string }) {
  const isPaused = until !== undefined && until > Date.now();
  return (
    <section class="stack" aria-labelledby="pause-heading">
      <h2 id="pause-heading">Pause</h2>
      {isPaused && <p>Notifications are paused until {shown}.</p>}
      <form method="post" class="actions">
        <Once />
        {isPaused
          ? (
            <button
              class="button button-quiet"
              type="submit"
              name="intent"
              value="resume"
            >
              Resume notifications
            </button>
          )
          : (
            <>
              <button
                class="button button-quiet"
                type="submit"
                name="intent"
                value="pause-hour"
              >
                For an hour
              </button>
              <button
                class="button button-quiet"
                type="submit"
                name="intent"
                value="pause-day"
              >
                Until tomorrow
              </button>
            </>
          )}
      </form>
    </section>
  );
}

export default define.page<typeof handler>(({ data, req }) => {
  const { settings, devices, key, unread, isLoud, failure } = data;
  const { quiet, pausedUntil } = settings;
  const clock = clockOf(req);
  const errors = failure?.fields ?? {};
  const happened = sentenceFor(DONE, data.done);
  const zone = quiet?.zone ?? clock.zone;
  return (
    <div class="column column-narrow stack">
      <Title text="Notifications" failed={Boolean(failure)} />
      <BackToAccount />
      <h1>Notifications</h1>
      <p class="soft">
        While you are away, we tell you about direct messages and messages that
        mention you. You can choose differently for each room on its page of
        members.
      </p>
      {happened && <Notice answer>{happened}</Notice>}
      <FormNotice failure={failure} />
      <NotifyDevices devices={devices} publicKey={key} clock={clock} />
      <Pause
        until={pausedUntil}
        shown={pausedUntil ? dateTimeOf(pausedUntil, clock) : ""}
      />
      <form method="post" class="form">
        <Once />
        <input type="hidden" name="intent" value="settings" />
        <h2>How</h2>
        <Check
          name="words"
          label="Show the first words of a message"
          checked={!settings.wordless}
        />
        <Check
          name="mail"
          label={`E-mail me, at most once an hour, about messages that reached none of my devices and that I have not read after ${unread}`}
          checked={!settings.noMail}
        />
        <Check
          name="sound"
          label="Play a quiet sound in this browser when a message is for me and this page is in the background, unless it gets notifications already"
          checked={isLoud}
        />
        <Check
          name="quiet"
          label="Pause notifications between these hours, and show them afterwards"
          checked={Boolean(quiet)}
        />
        <div class="field">
          <label for="from">From</label>
          <input
            class="input"
            type="time"
            id="from"
            name="from"
            value={timeOf(quiet?.from ?? NIGHT.from)}
          />
          <FieldError id="quiet-error" message={errors.quiet} />
        </div>
        <div class="field">
          <label for="to">To</label>
          <input
            class="input"
            type="time"
            id="to"
            name="to"
            value={timeOf(quiet?.to ?? NIGHT.to)}
          />
        </div>
        <div class="field">
          <label for="zone">Time zone</label>
          <select class="input" id="zone" name="zone">
            {zone && !TIME_ZONES.includes(zone) && (
              <option value={zone} selected>{zone}</option>
            )}
            {TIME_ZONES.map((one) => (
              <option key={one} value={one} selected={one === zone}>
                {one}
              </option>
            ))}
          </select>
          <FieldError id="zone-error" message={errors.zone} />
        </div>
        <p>
          <button class="button" type="submit">Save</button>
        </p>
      </form>
      <script type="module" src={asset("/notifications.js")} />
    </div>
  );
});

const Check = ({ name, label, checked }: {
  name: string;
  label: string;
  checked: boolean;
}) => (
  <div>
    <div class="check">
      <input type="checkbox" id={name} name={name} checked={checked} />
      <label for={name}>{label}</label>
    </div>
  </div>
);
