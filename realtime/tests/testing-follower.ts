import {
  type FeedState,
  noFeed,
  reduceFeed,
} from "../../web/client/browser/feed-state.ts";
import type { TestClient } from "./testing.ts";

/** A client that keeps its state as ours does. */
export class Follower {
  state: FeedState;
  #taken = 0;
  constructor(readonly client: TestClient, me: string) {
    this.state = noFeed(me);
  }

  /** Takes what came; asks for what it must. */
  step(): void {
    for (; this.#taken < this.client.frames.length; this.#taken += 1) {
      const frame = this.client.frames[this.#taken];
      if (frame) this.state = reduceFeed(this.state, frame);
    }
    if (this.state.askAll) this.client.send({ event: "summaries" });
    else if (this.state.ask.length > 0) {
      this.client.send({ event: "summaries", rooms: this.state.ask });
    }
    this.state = { ...this.state, askAll: false };
  }
}
