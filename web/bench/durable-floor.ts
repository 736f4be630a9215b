/**
 * The least a message can cost: Bun writes what is sent as one row to SQLite, on the disk before it
 * answers. As in realtime/log/sqlite/, what came meanwhile shares a transaction. FOLDER.
 */
import { createServer, type ServerResponse } from "node:http";
import process from "node:process";
import { join } from "node:path";

// Of Bun alone; Deno's checker does not know it.
const { Database } = await import("bun" + ":sqlite");

const db = new Database(join(process.argv[2], "floor.sqlite3"));
db.run("PRAGMA page_size = 8192");
db.run("PRAGMA journal_mode = WAL");
db.run("PRAGMA synchronous = FULL");
db.run("PRAGMA secure_delete = ON");
db.run("CREATE TABLE log (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
const insert = db.query("INSERT INTO log (body) VALUES (?)");
const insertAll = db.transaction((bodies: string[]) => {
  for (const body of bodies) insert.run(body);
});

let waiting: { body: string; answer: ServerResponse }[] = [];
function commit() {
  const now = waiting;
  waiting = [];
  insertAll(now.map(({ body }) => body));
  for (const { body, answer } of now) {
    answer.writeHead(201, { "content-type": "application/json" }).end(body);
  }
}

const server = createServer((request, answer) => {
  let body = "";
  request.on("data", (chunk) => body += chunk);
  request.on("end", () => {
    if (waiting.push({ body, answer }) === 1) setImmediate(commit);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") {
    console.log(address.port);
  }
});
