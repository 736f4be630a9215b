/**
 * What people agree to when their face is enrolled. The version is stored with the time they
 * agreed: change it whenever the text changes.
 */
export const CONSENT = {
  version: "2026-11-22",
  text:
    "I agree that ChatSphere measures my face in this picture and compares it with my face each time I sign in. The measurements and the picture are kept on this server only, and I can delete both at any time in my account.",
} as const;
