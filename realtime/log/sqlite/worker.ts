// The thread that writes the SQLite log.
import { serveWriter } from "./writer.ts";

declare const self: Worker;

const answer = serveWriter();
self.onmessage = ({ data }: MessageEvent<string>) => {
  const text = JSON.stringify(answer(data));
  if (text !== undefined) self.postMessage(text);
};
