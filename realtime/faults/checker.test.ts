import { describe, expect, test } from "bun:test";
import { check, closingLine } from "./checker.ts";
import type { Change, RunRecord, Shown } from "./records.ts";

const shown = (offset: number, clientId = `m${offset}`): Shown => ({
  offset,
  clientId,
  sender: "ann",
  content: `Text of ${clientId}`,
});
const entry = (offset: number, clientId?: string): Change => ({
  kind: "entry",
  message: shown(offset, clientId),
});
const window = (offset: number, ...messages: Shown[]): Change => ({
  kind: "window",
  epoch: "1",
  offset,
  messages,
});
const view = (record: RunRecord): Change[] => record.clients[1]!.views[0]!;

/** A run in which ann sent m1 to m4, and ben read from m2 on: nothing is wrong with it. */
function soundRun(): RunRecord {
  const messages = [1, 2, 3, 4].map((offset) => shown(offset));
  const sent = new Map(messages.map((m) => [m.clientId, m.content]));
  const acks = messages.map(({ clientId, offset }) => ({ clientId, offset }));
  return {
    rooms: [{ room: "r", epoch: "1", offset: 4, messages }],
    clients: [
      {
        client: "ann",
        room: "r",
        sent,
        acks,
        views: [[window(0), ...messages.map(({ offset }) => entry(offset))]],
        unsent: new Set(),
      },
      {
        client: "ben",
        room: "r",
        sent: new Map(),
        acks: [],
        views: [[window(3, shown(2), shown(3)), entry(4)]],
        unsent: new Set(),
      },
    ],
  };
}

/** The violations of a sound run after one thing in it was changed. */
function after(change: (run: RunRecord) => void) {
  const run = soundRun();
  change(run);
  return check(run).violations.map(({ kind, what }) => `${kind}: ${what}`);
}

const ann = (run: RunRecord) => run.clients[0]!;
const log = (run: RunRecord) => run.rooms[0]!;

test("a sound run has no violations", () => {
  expect(check(soundRun())).toEqual({
    acknowledged: 4,
    unacknowledged: 0,
    violations: [],
  });
});

describe("the log", () => {
  test("misses an acknowledged message at its end", () => {
    const found = after((run) => {
      log(run).messages.pop();
      log(run).offset = 3;
    });
    expect(found).toContain("lost: m4, acknowledged at 4, is not in the log");
    expect(found).toContain(
      "lost: ben, view 1: shows m4 at 4: not in the log",
    );
  });

  test("has a hole", () => {
    const found = after((run) => log(run).messages.splice(2, 1));
    expect(found).toContain("lost: the log misses 3 to 3");
  });

  test("ends before its newest offset", () => {
    const found = after((run) => log(run).offset = 5);
    expect(found).toContain("lost: the log ends at 4, the room at 5");
  });

  test("holds one message twice", () => {
    const found = after((run) => log(run).messages.push(shown(5, "m1")));
    expect(found).toContain("duplicated: m1 is in the log again at 5");
  });

  test("is out of order", () => {
    const found = after((run) => log(run).messages.reverse());
    expect(found).toContain("reordered: the log has 3 after 4");
  });

  test("has what one person wrote in another order", () => {
    const found = after((run) => {
      const texts = [...ann(run).sent];
      ann(run).sent = new Map([...texts.slice(1), ...texts.slice(0, 1)]);
    });
    expect(found).toEqual([
      "reordered: m1 of ann is at 1, but was written after m4 at 4",
    ]);
  });

  test("began anew, though nothing was lost", () => {
    const found = after((run) => log(run).epoch = "2");
    expect(found).toContain("lost: ben, view 1: shows epoch 1, the log has 2");
  });

  test("holds another text", () => {
    const found = after((run) => log(run).messages[1]!.content = "Altered");
    expect(found).toContain("lost: the text of m2 is not what was sent");
  });
});

describe("an acknowledgement", () => {
  test("names another offset than the log", () => {
    const found = after((run) => ann(run).acks[0]!.offset = 9);
    expect(found).toEqual(["reordered: m1, acknowledged at 9, is at 1"]);
  });

  test("came for two offsets", () => {
    const again = { clientId: "m1", offset: 5 };
    const found = after((run) => ann(run).acks.push(again));
    expect(found).toEqual(["duplicated: m1 was acknowledged at 1 and 5"]);
  });

  test("may be repeated", () => {
    const again = { clientId: "m1", offset: 1 };
    const run = soundRun();
    ann(run).acks.push(again);
    expect(check(run)).toMatchObject({ acknowledged: 4, violations: [] });
  });
});

describe("an unacknowledged message", () => {
  test("may be stored", () => {
    const run = soundRun();
    ann(run).acks.pop();
    expect(check(run)).toEqual({
      acknowledged: 3,
      unacknowledged: 1,
      violations: [],
    });
  });

  test("may be told to be pending or failed", () => {
    expect(after((run) => {
      ann(run).sent.set("m9", "Waiting");
      ann(run).unsent.add("m9");
    })).toEqual([]);
  });

  test("must not vanish without a word", () => {
    expect(after((run) => ann(run).sent.set("m9", "Gone")))
      .toEqual(["lost: m9 of ann was dropped without a word"]);
  });
});

describe("a view", () => {
  test("lacks the end of the log", () => {
    const found = after((run) => view(run).pop());
    expect(found).toEqual(["lost: ben, view 1: ends at 3, the log at 4"]);
  });

  test("may lack it if the page was left", () => {
    const left = [window(0), entry(1)];
    expect(after((run) => run.clients[1]!.views.unshift(left))).toEqual([]);
  });

  test("has a hole", () => {
    const found = after((run) => view(run)[0] = window(2, shown(2)));
    expect(found).toEqual(["lost: ben, view 1: shows 4 after 2"]);
  });

  test("shows a message twice", () => {
    const found = after((run) => view(run).push(entry(4)));
    expect(found).toEqual(["duplicated: ben, view 1: shows m4 twice"]);
  });

  test("shows a message twice, under another offset", () => {
    const found = after((run) => view(run)[1] = entry(4, "m3"));
    expect(found).toContain("duplicated: ben, view 1: shows m3 twice");
  });

  test("has another order than the log", () => {
    const found = after((run) => {
      view(run)[0] = window(1);
      view(run).push(entry(3), entry(2));
    });
    expect(found).toContain("reordered: ben, view 1: shows 3 after 4");
    expect(found).toContain("reordered: ben, view 1: shows 2 after 4");
  });

  test("has other messages at the same offsets", () => {
    const found = after((run) => {
      view(run).splice(0, 2, window(1), entry(2), entry(3, "m4"));
      view(run).push(entry(4, "m3"));
    });
    expect(found).toEqual([
      "reordered: ben, view 1: shows m4 at 3: the log has m3",
      "reordered: ben, view 1: shows m3 at 4: the log has m4",
    ]);
  });

  test("shows what the log never had", () => {
    const found = after((run) => view(run).push(entry(5)));
    expect(found).toContain(
      "lost: ben, view 1: shows m5 at 5: not in the log",
    );
  });

  test("shows the text of another message", () => {
    const found = after((run) => {
      view(run)[1] = { kind: "entry", message: { ...shown(4), content: "?" } };
    });
    expect(found).toEqual([
      "lost: ben, view 1: shows m4 at 4 with another text",
    ]);
  });

  test("is replaced by one that leaves messages out", () => {
    const replaced = window(4, shown(4));
    const found = after((run) =>
      run.clients[1]!.views = [[
        window(1, shown(1)),
        replaced,
      ]]
    );
    expect(found).toEqual(["lost: ben, view 1: a window skips 2 to 3"]);
  });

  test("is replaced by an older one", () => {
    const found = after((run) => view(run).push(window(3, shown(3)), entry(4)));
    expect(found).toEqual([
      "lost: ben, view 1: a window goes back from 4 to 3",
    ]);
  });

  test("is replaced by a window that does not reach its own offset", () => {
    const found = after((run) => view(run)[0] = window(4, shown(2), shown(3)));
    expect(found).toEqual([
      "lost: ben, view 1: a window to 4 ends at 3",
    ]);
  });

  test("may be replaced after a gap too long to replay", () => {
    const found = after((run) => {
      const messages = Array.from({ length: 600 }, (_, i) => shown(i + 1));
      run.rooms = [{ room: "r", epoch: "1", offset: 600, messages }];
      const end = window(600, ...messages.slice(-50));
      ann(run).views = run.clients[1]!.views = [[window(0), entry(1), end]];
    });
    expect(found).toEqual([]);
  });
});

test("other rooms do not count", () => {
  const run = soundRun();
  const other = soundRun();
  log(other).room = "s";
  for (const client of other.clients) client.room = "s";
  run.rooms.push(...other.rooms);
  run.clients.push(...other.clients);
  expect(check(run)).toMatchObject({ acknowledged: 8, violations: [] });
});

test("the closing line sums up all runs", () => {
  const run = soundRun();
  ann(run).sent.set("m9", "Gone");
  run.clients[1]!.views[0]!.push(entry(4));
  expect(closingLine(7, [check(run), check(soundRun())])).toBe(
    "faults: 7 injected, 8 acknowledged, 1 lost, 1 duplicated, 0 reordered",
  );
});
