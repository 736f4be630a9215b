import { deliverDue } from "./mail/deliver.ts";
import { MailError } from "./mail/mail-error.ts";
import { laterInTheQueue, onQueue } from "./mail/testing.ts";
import { finishErasures, noteErasure } from "./accounts/erasures.ts";
import { keepsNotes, type QueueOnTest } from "./notes-contract.ts";
import { enqueue, finishPreviews } from "./previews/queue.ts";
import { type Job, keys as previewKeys } from "./previews/records.ts";
import type { PreviewServices } from "./previews/picture.ts";
import {
  handOverDue,
  nextVersion,
  noteHandOver,
  noteMembers,
} from "./rooms/hand-over.ts";
import { finishRoomErasures, noteRoomErasure } from "./rooms/room-erasures.ts";
import { keys as roomKeys, type StoredRoom } from "./rooms/store.ts";
import { elsewhere, onStage, type Stage } from "./rooms/testing.ts";
import { keys as voiceKeys, type WaitingVoice } from "./voices/records.ts";
import { hearDue } from "./voices/waiting.ts";
import { collect } from "./notifications/collect.ts";
import { deliverNotices } from "./notifications/deliver.ts";
import { away } from "./notifications/testing.ts";

const DAY = 86_400_000;

/** Takes something as the test wants it taken. */
async function take({ taken, taking }: QueueOnTest, name: string) {
  await taking.first?.(name);
  taken.push(name);
  await taking.then?.(name);
}

const onRooms = (
  make: (stage: Stage) => Omit<QueueOnTest, "kv" | "taken" | "taking">,
  receive: (stage: Stage, take: (name: string) => Promise<void>) => void,
) =>
(test: (queue: QueueOnTest) => Promise<void>) =>
  onStage(async (stage) => {
    const { kv } = stage.s;
    const queue = { kv, taken: [], taking: {}, ...make(stage) };
    receive(stage, (name) => take(queue, name));
    await test(queue);
  })();

const nothing = () => Promise.resolve();

keepsNotes("e-mails", (test) =>
  onQueue(async ({ s, queue: put }) => {
    const queue: QueueOnTest = {
      ...{ kv: s.kv, put, taken: [], taking: {}, prefixes: ["mails_waiting"] },
      round: () => deliverDue(s),
      later: () => laterInTheQueue(s.kv),
    };
    s.mailer.send = ({ to }) =>
      take(queue, to.split("@")[0]).catch((error) => {
        throw MailError.failed("delayed", error);
      });
    await test(queue);
  })());

keepsNotes(
  "members of rooms",
  onRooms(({ s }) => ({
    prefixes: ["hand_overs"],
    put: async (name) =>
      void await noteHandOver(s.kv.atomic(), name, nextVersion({})).commit(),
    round: () => handOverDue(s),
    later: nothing,
  }), ({ s }, take) => {
    s.realtime.handOver = (roomId) => take(roomId);
  }),
);

keepsNotes(
  "changes of the members of rooms",
  onRooms(({ s: { kv, ...s } }) => ({
    prefixes: ["hand_overs"],
    put: async (id) => {
      const { key, value } = await kv.get<StoredRoom>(roomKeys.room(id));
      const room = value ?? { id } as StoredRoom;
      const version = nextVersion(room);
      const commit = kv.atomic().set(key, { ...room, version });
      await noteMembers(commit, room, version, {}).commit();
    },
    round: () => handOverDue({ kv, ...s }),
    later: nothing,
  }), ({ s }, take) => {
    s.realtime.updateMembers = async (roomId) => {
      await take(roomId);
      return true;
    };
  }),
);

keepsNotes(
  "rooms that ended",
  onRooms(({ s }) => ({
    prefixes: ["room_erasures"],
    put: async (name) => {
      const commit = s.kv.atomic();
      noteRoomErasure(commit, name);
      await commit.commit();
    },
    round: () => finishRoomErasures(elsewhere(s)),
    later: nothing,
  }), ({ s }, take) => {
    s.realtime.endRoom = (roomId) => take(roomId);
  }),
  true,
);

keepsNotes(
  "accounts that are gone",
  onRooms(({ s }) => ({
    prefixes: ["erasures"],
    put: async (name) => {
      const commit = s.kv.atomic();
      noteErasure(commit, name, { names: {} });
      await commit.commit();
    },
    round: () => finishErasures(elsewhere(s)),
    later: nothing,
  }), ({ s }, take) => {
    s.realtime.rename = async ({ userId }) => {
      await take(userId);
      return {};
    };
  }),
);

keepsNotes(
  "links of messages",
  onRooms(({ s }) => {
    const services = {
      ...elsewhere(s),
      outside: {},
    } as unknown as PreviewServices;
    return {
      prefixes: ["preview_jobs"],
      put: async (name) => void await enqueue(services, "room", name, "ada"),
      round: () => finishPreviews(services),
      later: async () => {
        const jobs = s.kv.list<Job>({ prefix: previewKeys.jobs() });
        for await (const { key, value } of jobs) {
          await s.kv.set(key, { ...value, until: 0 });
        }
      },
    };
  }, ({ s }, take) => {
    s.realtime.find = async (_, _room, id) => {
      await take(id);
      const sender = { id: "ada", name: "Ada" };
      const of = { id, clientId: id, sender, timestamp: 0, offset: 1 };
      return { ...of, content: "No link" };
    };
  }),
);

keepsNotes("words of voice notes", async (test) => {
  await using transcriber = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) =>
      Response.json(
        url.endsWith("/readyz")
          ? { recognizer: { state: "ready" } }
          : { text: "Tea", words: [], duration: 1 },
      ),
  );
  const url = `http://127.0.0.1:${transcriber.addr.port}`;
  await onRooms(({ s }) => {
    const services = elsewhere(s, url) as never;
    const put = async (clip: string) => {
      const waiting: WaitingVoice = {
        ...{ roomId: "room", owner: "ada", id: clip, voice: { clip } },
        ...{ sentAt: Date.now(), due: 0, tries: 0 },
      };
      await s.kv.set(voiceKeys.waiting(clip), waiting);
    };
    return {
      prefixes: ["voices_waiting"],
      put,
      round: () => hearDue(services),
      later: async () => {
        const notes = s.kv.list<WaitingVoice>({
          prefix: voiceKeys.allWaiting(),
        });
        for await (const { key, value } of notes) {
          await s.kv.set(key, { ...value, due: Date.now() - DAY });
        }
      },
    };
  }, ({ s }, take) => {
    s.realtime.transcript = (_, { id }) => take(id);
  })(test);
});

keepsNotes("notices", async (test) => {
  await using at = await away();
  const { services: s } = at.app;
  await at.device(at.bob, "phone");
  const failed = (error: unknown) => {
    throw error;
  };
  const queue: QueueOnTest = {
    ...{ kv: s.kv, taken: [], taking: {}, prefixes: ["notices_due"] },
    put: async (name) => {
      await at.say(`@Bob ${name}`);
      await collect(s, failed);
      at.later(2_000);
    },
    round: () => deliverNotices(s, failed),
    later: () => Promise.resolve(at.later(DAY / 24)),
  };
  s.push.send = (_, text) =>
    take(queue, JSON.parse(text).body.replace("@Bob ", ""))
      .then(() => ({ kind: "sent" }), () => ({ kind: "later" }));
  await test(queue);
}, true);
