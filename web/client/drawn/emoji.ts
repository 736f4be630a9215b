/** The reactions on offer: content people send, like any other text. */
export const EMOJI = ["👍", "❤️", "😂", "🎉", "👀", "✅"];
