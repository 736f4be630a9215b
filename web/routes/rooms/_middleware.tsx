import type { Middleware } from "fresh";
import { Unsent } from "../../components/Unsent.tsx";
import { readForm, textOf } from "../../http/requests/forms.ts";
import { signInFirst } from "../../http/middleware/person.ts";
import type { State } from "../../utils.ts";

/** A session may end while a message is being written: the text must not go with it. */
const keepText: Middleware<State> = async (ctx) => {
  if (ctx.state.account || ctx.req.method !== "POST") return ctx.next();
  const content = textOf(await readForm(ctx.req), "content");
  if (content === "") return ctx.next();
  // It brings its own header, as the room does.
  return ctx.render(
    <Unsent path={ctx.url.pathname} content={content} />,
    { status: 401 },
    { skipInheritedLayouts: true },
  );
};

export default [keepText, signInFirst];
