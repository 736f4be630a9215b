import type { Middleware } from "fresh";
import { Unsent } from "../components/Unsent.tsx";
import { AppError, NotSent } from "../errors.ts";
import { readForm, textOf } from "../http/requests/forms.ts";
import { isMultipart, readUpload } from "../http/requests/upload.ts";
import { allowed } from "../http/middleware/allowed.ts";
import type { State } from "../utils.ts";

/** The text of a form; its files are let go of. */
async function contentOf(req: Request): Promise<string> {
  if (!isMultipart(req)) return textOf(await readForm(req), "content");
  const { fields } = await readUpload(req, drained);
  return fields.get("content") ?? "";
}

async function drained(_name: string, bytes: AsyncIterable<Uint8Array>) {
  for await (const _chunk of bytes);
}

/**
 * A session may end while a message is being written, or the room, or one's place in it: the text
 * must not go with it.
 */
const keepText: Middleware<State> = async (ctx) => {
  const isRoom = ctx.url.pathname.startsWith("/rooms");
  const isPost = ctx.req.method === "POST";
  if (!isPost || !isRoom) return ctx.next();
  if (ctx.state.account) return await giveTextBack(ctx);
  const content = await contentOf(ctx.req);
  if (content === "") return ctx.next();
  // It brings its own header, as the room does.
  return ctx.render(
    <Unsent path={ctx.url.pathname} content={content} />,
    { status: 401 },
    { skipInheritedLayouts: true },
  );
};

/** A page that takes a form gives back what was in it; where none did, the error does. */
const giveTextBack: Middleware<State> = async (ctx) => {
  try {
    return await ctx.next();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // What cannot be read either has nothing to give back.
    const content = await contentOf(ctx.req).catch(() => "");
    throw content === "" ? error : new NotSent(error, content);
  }
};

export default [keepText, allowed];
