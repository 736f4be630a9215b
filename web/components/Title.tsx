import { Head } from "fresh/runtime";

/** The title of a page; says first when its form came back with errors. */
export function Title({ text, failed }: { text: string; failed?: boolean }) {
  return (
    <Head>
      <title>
        {failed ? `Error: ${text} · ChatSphere` : `${text} · ChatSphere`}
      </title>
    </Head>
  );
}
