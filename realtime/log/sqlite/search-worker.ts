// The thread that searches the SQLite log.
import { serveSearcher } from "./searcher.ts";

declare const self: Worker;

const answer = serveSearcher();
self.onmessage = ({ data }: MessageEvent<string>) => {
  const text = JSON.stringify(answer(data));
  if (text !== undefined) self.postMessage(text);
};
