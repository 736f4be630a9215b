import { EVERYONE, type Mention, type Parts } from "../protocol.ts";

/** Whether an entry's parts mention a person, or everyone. Nearly all mention nobody: that is seen without parsing. */
export const mentions = (parts: string, userId: string): boolean =>
  mentionsIn(parts).some(({ id }) => id === userId || id === EVERYONE);

/** Whom an entry's parts mention. What anybody writes cannot look like it: JSON escapes its quotes. */
export function mentionsIn(parts: string): Mention[] {
  if (!parts.includes('"mentions":[')) return [];
  return (JSON.parse(`{${parts}}`) as Partial<Parts>).mentions ?? [];
}
