import type { z } from "zod";
import { type ApiCall, CALLS } from "../http/openapi/calls.ts";

/** A command to copy; it can be scrolled with the keyboard. */
export function Command({ children, label }: {
  children: string;
  label: string;
}) {
  return <pre tabindex={0} aria-label={label}><code>{children}</code></pre>;
}

/** The names of what a call takes; those that may be left out with a question mark. */
function namesOf({ body, query }: ApiCall): string[] {
  const shape = (body ?? query) as z.ZodObject | undefined;
  return Object.entries(shape?.shape ?? {}).map(([name, value]) =>
    (value as z.ZodType).safeParse(undefined).success ? `${name}?` : name
  );
}

function Call({ call }: { call: ApiCall }) {
  const { method, path, summary, description } = call;
  const names = namesOf(call).join(", ");
  return (
    <>
      <dt>
        <code>{`${method} ${path}`}</code>
      </dt>
      <dd>
        <p>
          {names && <code>{method === "GET" ? `?${names}` : `{${names}}`}
          </code>} {summary}
        </p>
        {description && <p class="hint">{description}</p>}
      </dd>
    </>
  );
}

/** The guide's chapter for programs: the API with examples that run as they stand. */
export function DocsApi({ origin, transcriber }: {
  origin: string;
  transcriber: string;
}) {
  return (
    <section class="stack" aria-labelledby="api">
      <h2 id="api">The API</h2>
      <p>
        JSON in and out, with the same rules as the pages. Sign in once and keep
        the cookies:
      </p>
      <Command label="Sign in with curl">
        {`curl ${origin}/api/login -c cookies.txt \\
  -H 'content-type: application/json' \\
  -d "{\\"email\\": \\"amara@example.com\\", \\"password\\": \\"…\\",
       \\"faceImage\\": \\"data:image/jpeg;base64,$(base64 -w0 me.jpg)\\"}"`}
      </Command>
      <Command label="Make a room, write and read with curl">
        {`curl ${origin}/api/chat -b cookies.txt \\
  -H 'content-type: application/json' \\
  -d '{"name": "Bakery", "emails": ["jonas@example.com"]}'

curl ${origin}/api/messages -b cookies.txt \\
  -H 'content-type: application/json' \\
  -d '{"roomId": "…", "clientId": "a-name-you-choose", "content": "Hello"}'

curl '${origin}/api/messages?roomId=…&limit=20' -b cookies.txt`}
      </Command>
      <dl class="calls">
        {CALLS.map((call) => (
          <Call key={`${call.method} ${call.path}`} call={call} />
        ))}
      </dl>
      <p>
        A program can read all of this, with every shape, as an{" "}
        <a href="/api/openapi.json">OpenAPI document</a>.
      </p>
      <p>
        Errors are{" "}
        <code>{'{"error": {"code", "message", "fields"?}}'}</code>; codes never
        change, messages are for people. Speech becomes text at{" "}
        <a href={`${transcriber}/docs`}>the transcriber</a>, and messages also
        go straight to{" "}
        <a href="/realtime/docs">realtime</a>: both document themselves.
      </p>
    </section>
  );
}
