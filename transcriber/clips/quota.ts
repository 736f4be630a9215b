import { sizeText } from "../../realtime/common/size-text.ts";
import type { Caller } from "../access/auth.ts";
import { ApiError } from "../http/errors.ts";
import { type Clips, LEAST } from "./clips.ts";
import { DEFAULT_QUOTA, type QuotaLimits } from "./quota-limits.ts";

/** Keeps recordings within their limits, even while many arrive at once. */
export class Quota {
  /** What is being kept at this moment. */
  #underWay = new Map<string, number>();

  constructor(
    readonly clips: Pick<Clips, "taken">,
    readonly limits: QuotaLimits = DEFAULT_QUOTA,
  ) {}

  /**
   * Does `put` if there is room for so many bytes of this caller.
   * @throws {ApiError} 413 `clip-quota` when they keep too much, 503 `clips-full` when all do
   */
  async within<T>(
    { kind, id }: Caller,
    length: number,
    put: () => Promise<T>,
  ): Promise<T> {
    const bytes = Math.max(LEAST, length);
    this.#change(id, bytes);
    try {
      const taken = await this.clips.taken(id);
      const own = this.#underWay.get(id) ?? 0;
      const all = this.#underWay.values().reduce((sum, each) => sum + each, 0);
      if (taken.all + all > this.limits.all) throw clipsFull(this.limits);
      if (kind === "person" && taken.own + own > this.limits.each) {
        throw clipQuota(this.limits);
      }
      return await put();
    } finally {
      this.#change(id, -bytes);
    }
  }

  #change(id: string, bytes: number): void {
    const next = (this.#underWay.get(id) ?? 0) + bytes;
    if (next > 0) this.#underWay.set(id, next);
    else this.#underWay.delete(id);
  }
}

const clipQuota = ({ each }: QuotaLimits) =>
  new ApiError({
    code: "clip-quota",
    status: 413,
    message: `The recordings you keep here may take ${
      sizeText(each)
    }, and this one is more. Delete one of them, or send this one without keeping it.`,
  });

const clipsFull = ({ all }: QuotaLimits) =>
  new ApiError({
    code: "clips-full",
    status: 503,
    message:
      "This server has no room for more recordings. Yours is not lost: send it without keeping it.",
    operator: `Kept recordings take all of CLIP_MB_ALL, ${
      sizeText(all)
    }. Raise it, or let CLIP_DAYS delete old ones.`,
  });
