/** Bytes that kept recordings may take. */
export interface QuotaLimits {
  /** Of one person. */
  each: number;
  /** Of everybody on this server. */
  all: number;
}

const MB = 1_000_000;

export const DEFAULT_QUOTA: QuotaLimits = { each: 200 * MB, all: 10_000 * MB };
