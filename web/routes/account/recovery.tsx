import { type Context, page } from "fresh";
import {
  clearRecoveryCookie,
  readRecoveryCookie,
  recoveryCookie,
} from "../../accounts/cookies.ts";
import {
  isRecent,
  requireRecent,
  requireSettled,
} from "../../accounts/factor-changes.ts";
import { factorMailId } from "../../accounts/mail-ids.ts";
import { canAdd, requireAddable } from "../../accounts/passkeys/passkeys.ts";
import { confirmPassword } from "../../accounts/profile.ts";
import {
  areCodesOf,
  codesLeft,
  makeCodes,
  setOf,
} from "../../accounts/recovery/codes.ts";
import { safeNext } from "../../accounts/safe-next.ts";
import { readRecord } from "../../accounts/store.ts";
import { BackToAccount } from "../../components/BackToAccount.tsx";
import { OwnPassword } from "../../components/OwnPassword.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Notice } from "../../components/Notice.tsx";
import { Once } from "../../components/Once.tsx";
import { SignInAgain } from "../../components/SignInAgain.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import { deliverSoon } from "../../mail/deliver.ts";
import { define, type State } from "../../utils.ts";

interface Data {
  left: number;
  /** The {@link setOf} the codes there are. */
  set: string;
  /** Where the person was going when they used their last code. */
  next?: string;
  isRecent: boolean;
  /** Codes that were just made: shown now, and never again. */
  codes?: string[];
  failure?: Failure;
}

/** Milliseconds from making the codes until they must have been shown. */
const SHOWN_MS = 60_000;

async function dataOf({ state, url }: Context<State>): Promise<Data> {
  const { services: s, session } = state;
  const asked = url.searchParams.get("next");
  const next = asked === null ? undefined : safeNext(asked, "/rooms");
  const record = await readRecord(s.kv, personOf(state).id);
  const recent = await isRecent(s, session?.token);
  return {
    left: record ? codesLeft(record) : 0,
    set: record ? setOf(record) : "",
    next,
    isRecent: recent,
  };
}

export const handler = define.handlers({
  async GET(ctx) {
    const { state, req } = ctx;
    const { config, kv } = state.services;
    const data = await dataOf(ctx);
    const given = readRecoveryCookie(config, req.headers);
    if (given === null) return page<Data>(data);
    const codes = given.split(".");
    const record = await readRecord(kv, personOf(state).id);
    const isOurs = record !== null && await areCodesOf(record, codes);
    const headers = { "set-cookie": clearRecoveryCookie(config) };
    return page<Data>(isOurs ? { ...data, codes } : data, { headers });
  },

  async POST(ctx) {
    const { state } = ctx;
    const { services: s, session, ip } = state;
    const { id: accountId } = personOf(state);
    try {
      const form = await readForm(ctx.req);
      const password = textOf(form, "password");
      requireAddable(s.config);
      await requireRecent(s, session?.token);
      await requireSettled(s, accountId);
      await confirmPassword(s, { accountId, password, ip });
      const codes = await makeCodes(s, accountId, textOf(form, "instead"));
      await deliverSoon(s, [factorMailId(accountId)]);
      const answer = ctx.redirect(ctx.url.pathname + ctx.url.search, 303);
      const until = Date.now() + SHOWN_MS;
      answer.headers.append(
        "set-cookie",
        recoveryCookie(s.config, codes.join("."), until),
      );
      return answer;
    } catch (error) {
      const failure = failureOf(error, ["password"], state.requestId);
      const { status } = failure;
      return page<Data>({ ...await dataOf(ctx), failure }, { status });
    }
  },
});

function Codes({ codes }: { codes: string[] }) {
  return (
    <>
      <Notice answer>
        These are your new codes. Print them or write them down now: we cannot
        show them again.
      </Notice>
      <ol class="stack">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
    </>
  );
}

export default define.page<typeof handler>(({ data, state }) => {
  const { left, next, codes, failure } = data;
  const query = next && `?next=${encodeURIComponent(next)}`;
  const action = `/account/recovery${query ?? ""}`;
  return (
    <div class="column column-narrow stack">
      <Title text="Recovery codes" failed={Boolean(failure)} />
      <BackToAccount />
      <h1>Recovery codes</h1>
      <p class="soft">
        Ten codes on paper, for the day when your face, your passkey or your
        mailbox fails you. Each signs you in once, after your password.
      </p>
      {next !== undefined && left === 0 && (
        <Notice icon="alert" answer>
          That was your last code. Make ten new ones now, while you have just
          signed in.
        </Notice>
      )}
      {codes ? <Codes codes={codes} /> : (
        <p>
          {left === 0
            ? "You have no codes."
            : left === 1
            ? "You have one code left."
            : `You have ${left} codes left.`}
        </p>
      )}
      {!canAdd(state.services.config)
        ? null
        : data.isRecent
        ? (
          <form class="form" method="post" action={action}>
            <Once />
            <input type="hidden" name="instead" value={data.set} />
            <FormNotice failure={failure} />
            <OwnPassword error={failure?.fields.password} />
            <button class="button button-quiet" type="submit">
              {left === 0
                ? "Make ten codes"
                : "Make ten new codes in place of these"}
            </button>
          </form>
        )
        : (
          <>
            <FormNotice failure={failure} />
            <SignInAgain>
              To make new codes, sign in again first. You can make them only
              within 10 minutes of signing in.
            </SignInAgain>
          </>
        )}
      {next !== undefined && (
        <p>
          <a href={next}>Go on to where you were going</a>
        </p>
      )}
    </div>
  );
});
