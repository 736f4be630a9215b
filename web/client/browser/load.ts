/** Loads a part of the page; tells the person, and gives null, if it cannot be had. */
export type Load = <T>(part: () => Promise<T>) => Promise<T | null>;
