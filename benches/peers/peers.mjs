// A job queue for Postgres, pushed to by as many callers at once as asked, in one Node process.
//
// `node peers.mjs graphile-worker|pg-boss <url of the database>` says "ready", then takes a command of one line of JSON
// at a time and answers with one:
//   {"fill": keys, "text": text}        empties the queue and gives each key one message
//   {"push": {pushers, ms, keys, text}} pushes to random keys; says how many messages, in how many seconds, and p50 and
//                                       p99 of the time that one took, in milliseconds
import { createInterface } from "node:readline";
import pg from "pg";

// As many as make it fastest here. With more of them Postgres has more to do at a time than it has cores.
const CONNECTIONS = 32;
const QUEUE = "sms";
// No window ends while a queue is measured.
const WINDOW_S = 3600;
const FILL_AT_ONCE = 1000;

const key = (number) => `+63${String(number).padStart(10, "0")}>+15551230000`;
const message = (text) => ({ id: crypto.randomUUID(), text });

// A job per key whose payload is the list of the messages; a message for a key that has a job is added to its list.
async function graphileWorker(url) {
  const { makeWorkerUtils, Logger } = await import("graphile-worker");
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const utils = await makeWorkerUtils({ pgPool: pool, logger: new Logger(() => () => {}) });
  await utils.migrate();
  const spec = (jobKey) => ({ jobKey, runAt: new Date(Date.now() + WINDOW_S * 1000) });
  return {
    async fill(keys, text) {
      await pool.query("TRUNCATE graphile_worker._private_jobs");
      for (let from = 0; from < keys; from += FILL_AT_ONCE) {
        const numbers = Array.from({ length: Math.min(FILL_AT_ONCE, keys - from) }, (_, n) => from + n);
        await pool.query(
          `SELECT graphile_worker.add_jobs(array(
             SELECT row($1, json_build_array($3::json), NULL, now() + interval '1 hour', NULL, key, NULL, NULL)
                    ::graphile_worker.job_spec
             FROM unnest($2::text[]) AS key))`,
          [QUEUE, numbers.map(key), JSON.stringify(message(text))],
        );
      }
      await pool.query("ANALYZE graphile_worker._private_jobs");
    },
    push: (key, message) => utils.addJob(QUEUE, [message], spec(key)),
  };
}

// A job per key and slot of time, which keeps the first message and one more; the others of that time are dropped.
async function pgBoss(url) {
  const { default: PgBoss } = await import("pg-boss");
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const db = { executeSql: (sql, values) => pool.query(sql, values) };
  const boss = new PgBoss({ db, supervise: false, schedule: false });
  boss.on("error", (error) => { throw error; });
  await boss.start();
  await boss.createQueue(QUEUE);
  const push = (key, message) => boss.sendDebounced(QUEUE, message, null, WINDOW_S, key);
  return {
    async fill(keys, text) {
      await pool.query("DELETE FROM pgboss.job");
      await push(key(0), message(text));
      const rest = Array.from({ length: keys - 1 }, (_, n) => key(n + 1));
      await pool.query(
        `INSERT INTO pgboss.job (name, data, singleton_key, singleton_on, keep_until)
         SELECT name, data, key, singleton_on, keep_until FROM pgboss.job, unnest($1::text[]) AS key`,
        [rest],
      );
      await pool.query("ANALYZE pgboss.job");
    },
    push,
  };
}

async function measure(peer, { pushers, ms, keys, text }) {
  const took = [];
  const started = performance.now();
  const until = started + ms;
  const pusher = async () => {
    for (let now = performance.now(); now < until; ) {
      await peer.push(key(Math.floor(Math.random() * keys)), message(text));
      const after = performance.now();
      took.push(after - now);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: pushers }, pusher));
  const seconds = (performance.now() - started) / 1000;
  took.sort((a, b) => a - b);
  const quantile = (share) => took[Math.round((took.length - 1) * share)] ?? 0;
  return { messages: took.length, seconds, p50_ms: quantile(0.5), p99_ms: quantile(0.99) };
}

const [name, url] = process.argv.slice(2);
const peer = await { "graphile-worker": graphileWorker, "pg-boss": pgBoss }[name](url);
const say = (what) => process.stdout.write(`${what}\n`);
say("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.push) say(JSON.stringify(await measure(peer, command.push)));
  else say(JSON.stringify((await peer.fill(command.fill, command.text)) ?? {}));
}
process.exit(0);
