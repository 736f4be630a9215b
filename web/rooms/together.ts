/** Asks that wait. */
interface Waiting<A, B> {
  asked: A;
  resolve: (answer: B) => void;
}

/**
 * Answers many asks with few calls: what is asked while a call is under way goes out with the next.
 *
 * @param most asks of one call.
 * @param ask gives an answer to each, in their order, and never fails.
 */
export function together<A, B>(
  most: number,
  ask: (asked: A[]) => Promise<B[]>,
): (asked: A) => Promise<B> {
  const waiting: Waiting<A, B>[] = [];
  let isUnderWay = false;

  async function work() {
    isUnderWay = true;
    while (waiting.length > 0) {
      const some = waiting.splice(0, most);
      const answers = await ask(some.map(({ asked }) => asked));
      some.forEach(({ resolve }, i) => resolve(answers[i]));
    }
    isUnderWay = false;
  }

  return (asked) =>
    new Promise((resolve) => {
      waiting.push({ asked, resolve });
      // What is asked in the same moment goes out with it.
      if (!isUnderWay) queueMicrotask(() => isUnderWay || work());
    });
}
