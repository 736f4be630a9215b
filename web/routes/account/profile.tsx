import { page } from "fresh";
import { FieldError } from "../../components/Field.tsx";
import { Field } from "../../components/Field.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Icon } from "../../components/Icon.tsx";
import { Notice } from "../../components/Notice.tsx";
import { Once } from "../../components/Once.tsx";
import { PersonAvatar } from "../../components/PersonAvatar.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import { clockOf } from "../../http/requests/clock.ts";
import {
  type Failure,
  failureOf,
  filesOf,
  readForm,
  sentenceFor,
  textOf,
  unknownIntent,
} from "../../http/requests/forms.ts";
import {
  ABOUT_LENGTH,
  choosePicture,
  describeOneself,
  type Profile,
  profilesOf,
  removePicture,
  TIME_ZONES,
} from "../../people/profile.ts";
import type { Account } from "../../accounts/types.ts";
import { invalid } from "../../accounts/fields.ts";
import type { Services } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  me: Account;
  profile: Profile;
  /** What the form before this page did. */
  done: string | null;
  failure?: Failure;
}

/** Does what a form of this page asks for, by its field `intent`. */
async function act(s: Services, id: string, form: FormData): Promise<void> {
  switch (textOf(form, "intent")) {
    case "about": {
      const about = textOf(form, "about");
      const timeZone = textOf(form, "timeZone");
      await describeOneself(s, id, { about, timeZone });
      return;
    }
    case "picture": {
      const [picture] = await filesOf(form, "picture");
      if (!picture) throw invalid({ picture: "Choose a picture first." });
      return await choosePicture(s, id, picture);
    }
    case "no-picture":
      return await removePicture(s, id);
  }
  throw unknownIntent();
}

/** What others see of the person, beside the name. */
export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    const [profile] = await profilesOf(ctx.state.services, [me.id]);
    const done = ctx.url.searchParams.get("done");
    return page<Data>({ me, profile, done });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    let typed: Profile = {};
    try {
      const form = await readForm(ctx.req);
      const intent = textOf(form, "intent");
      if (intent === "about") typed = { about: textOf(form, "about") };
      await act(services, me.id, form);
      const done = encodeURIComponent(intent);
      return ctx.redirect(`/account/profile?done=${done}`, 303);
    } catch (error) {
      const fields = ["about", "timeZone", "picture"];
      const failure = failureOf(error, fields, requestId);
      const [profile] = await profilesOf(services, [me.id]);
      return page<Data>(
        { me, profile: { ...profile, ...typed }, done: null, failure },
        { status: failure.status },
      );
    }
  },
});

const DONE: Record<string, string> = {
  about: "Saved. Everyone who sees you here sees it.",
  picture: "This is your picture now.",
  "no-picture": "Your picture was deleted.",
};

function Picture({ me, profile, error }: {
  me: Account;
  profile: Profile;
  error?: string;
}) {
  const { picture } = profile;
  return (
    <section class="stack" aria-labelledby="picture-heading">
      <h2 id="picture-heading">Picture</h2>
      <form class="form" method="post" enctype="multipart/form-data">
        <Once />
        <input type="hidden" name="intent" value="picture" />
        <div class="profile">
          <PersonAvatar person={{ id: me.id, name: me.name, picture }} large />
          <div class="field">
            <label for="picture">A picture others see</label>
            <input
              class="input"
              type="file"
              id="picture"
              name="picture"
              accept="image/jpeg,image/png,image/webp,image/avif"
              required
              aria-describedby={error ? "picture-error" : undefined}
              aria-invalid={error ? "true" : undefined}
            />
            <FieldError id="picture-error" message={error} answer />
          </div>
        </div>
        <p>
          <button class="button button-quiet" type="submit">
            Use this picture
          </button>
        </p>
      </form>
      {picture && (
        <form class="actions" method="post">
          <Once />
          <input type="hidden" name="intent" value="no-picture" />
          <button class="button button-plain" type="submit">
            Delete the picture
          </button>
        </form>
      )}
    </section>
  );
}

export default define.page<typeof handler>(({ data, req }) => {
  const { me, profile, failure } = data;
  const errors = failure?.fields ?? {};
  const happened = sentenceFor(DONE, data.done);
  const zone = profile.timeZone;
  const own = clockOf(req).zone;
  return (
    <div class="column column-narrow stack">
      <Title text="What others see" failed={Boolean(failure)} />
      <p>
        <a class="back" href="/account">
          <Icon name="arrow-left" size={18} /> Account
        </a>
      </p>
      <h1>What others see</h1>
      <p class="soft">
        Your name, and what you add here. The photo of your face you may have
        signed up with is never shown.
      </p>
      {happened && <Notice answer>{happened}</Notice>}
      <FormNotice failure={failure} />
      <form class="form" method="post">
        <Once />
        <input type="hidden" name="intent" value="about" />
        <Field
          name="about"
          label="A line about you"
          hint="For example what you do, or what to ask you about."
          maxLength={ABOUT_LENGTH}
          autocomplete="off"
          value={profile.about}
          error={errors.about}
        />
        <div class="field">
          <label for="timeZone">Time zone</label>
          <p class="hint" id="timeZone-hint">
            Others then see what time it is where you are.
          </p>
          <select
            class="input"
            id="timeZone"
            name="timeZone"
            aria-describedby="timeZone-hint"
          >
            <option value="" selected={!zone}>Not shown</option>
            {zone && !TIME_ZONES.includes(zone) && (
              <option value={zone} selected>{zone}</option>
            )}
            {own && own !== "UTC" && own !== zone && (
              <option value={own}>{own} (yours now)</option>
            )}
            {TIME_ZONES.map((one) => (
              <option key={one} value={one} selected={one === zone}>
                {one}
              </option>
            ))}
          </select>
          <FieldError id="timeZone-error" message={errors.timeZone} />
        </div>
        <p>
          <button class="button" type="submit">Save</button>
        </p>
      </form>
      <Picture me={me} profile={profile} error={errors.picture} />
      <p>
        <a href={`/people/${me.id}`}>See yourself as others do</a>
      </p>
    </div>
  );
});
