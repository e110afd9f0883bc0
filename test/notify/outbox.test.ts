import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Channel, Outcome } from "../../src/notify/channel.ts";
import { Outbox } from "../../src/notify/outbox.ts";
import { nextRest, type Pace, usualPace } from "../../src/notify/pace.ts";
import { slackChannel } from "../../src/notify/slack.ts";
import { webhookChannel } from "../../src/notify/webhook.ts";
import { closingAfterEach } from "../support/closing.ts";
import { eventually } from "../support/hub.ts";
import { alert, openTestOutbox, quickPace } from "../support/outbox.ts";
import { startReceiver } from "../support/receiver.ts";

const closing = closingAfterEach();
/** Each try waits for the disk: a machine that stands still is no reason to give up. */
const patientPace: Pace = { ...quickPace, giveUpMs: 60_000 };
const opened = (channels: readonly Channel[], options: Parameters<typeof openTestOutbox>[1] = {}) => {
  const test = openTestOutbox(channels, { pace: patientPace, ...options });
  closing(test.close);
  return test;
};
const settled = (states: () => string[]) =>
  eventually("everything is settled", () => {
    const now = states();
    return now.length > 0 && now.every((state) => !["queued", "sending", "retrying"].includes(state)) ? now : undefined;
  });

test("a message goes once to every channel, in the order in which it was handed in", async () => {
  using webhook = startReceiver();
  using slack = startReceiver();
  const { outbox, states } = opened([webhookChannel(webhook.url, undefined), slackChannel(slack.url)]);
  outbox.start();
  for (let n = 1; n <= 20; n++) outbox.send(alert(`alert ${n}`));
  expect(await settled(states)).toEqual(Array(40).fill("delivered"));
  const expected = Array.from({ length: 20 }, (_, n) => `alert ${n + 1}`);
  expect(webhook.bodies().map(({ subject }) => subject)).toEqual(expected);
  expect(slack.bodies().map(({ text }) => text)).toEqual(expected.map((subject) => `🟡 ${subject}`));
  expect(new Set(webhook.received.map(({ headers }) => headers.get("x-hub-delivery"))).size).toBe(20);
});

test("a channel that is down holds no other up, and what it missed follows in order when it is back", async () => {
  let isDown = true;
  using dead = startReceiver(() => (isDown ? 503 : 200));
  using live = startReceiver();
  const { outbox, states } = opened([webhookChannel(dead.url, undefined), slackChannel(live.url)]);
  outbox.start();
  for (const subject of ["one", "two", "three"]) outbox.send(alert(subject));
  await eventually("the living channel has them all", () => (live.received.length === 3 ? true : undefined));
  const webhook = () => outbox.status().find(({ name }) => name === "webhook")!;
  await eventually("the other one failed", () => webhook().failing ?? undefined);
  expect(webhook()).toMatchObject({ failing: { reason: { code: "serverFailed", detail: "HTTP 503" } }, waiting: 3 });
  isDown = false;
  await settled(states);
  const bodies = dead.bodies();
  const arrived = bodies.slice(bodies.findLastIndex(({ subject }) => subject === "one"));
  expect(arrived.map(({ subject }) => subject)).toEqual(["one", "two", "three"]);
  expect(webhook()).toMatchObject({ failing: null, waiting: 0 });
});

test("500 and then 200 is one delivery with one id, tried twice", async () => {
  using receiver = startReceiver((n) => (n === 1 ? 500 : 200));
  const { outbox, states } = opened([webhookChannel(receiver.url, undefined)]);
  outbox.start();
  outbox.send(alert("once"));
  expect(await settled(states)).toEqual(["delivered"]);
  const ids = receiver.received.map(({ headers }) => headers.get("x-hub-delivery"));
  expect(ids).toEqual([ids[0]!, ids[0]!]);
  expect(receiver.bodies().map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(outbox.recent({ limit: 1 })[0]).toMatchObject({ attempts: 2, state: "delivered", reason: null });
});

test("what never works is dead at once, and what never came back is dead after the last try, each with its reason", async () => {
  using gone = startReceiver(() => new Response("no_service", { status: 404 }));
  using broken = startReceiver(() => 500);
  const { outbox, states } = opened([webhookChannel(gone.url, undefined), slackChannel(broken.url)], {
    pace: { ...quickPace, giveUpMs: 10_000 },
  });
  outbox.start();
  outbox.send(alert("lost"));
  expect(await settled(states)).toEqual(["dead", "dead"]);
  expect(gone.received.length).toBe(1);
  expect(broken.received.length).toBeGreaterThan(3);
  const [slack, webhook] = outbox.recent({ limit: 2 });
  expect(webhook).toMatchObject({ attempts: 1, reason: { code: "refused", detail: "HTTP 404: no_service" } });
  expect(slack).toMatchObject({
    attempts: broken.received.length,
    reason: { code: "serverFailed", detail: "HTTP 500" },
  });
  expect(outbox.status().find(({ name }) => name === "webhook")).toMatchObject({
    last_success: null,
    last_failure: { state: "dead" },
    last_lost: {},
  });
}, 60_000);

test("Retry-After is heeded, also when something new comes meanwhile", async () => {
  using receiver = startReceiver((n) =>
    n === 1 ? new Response(null, { status: 429, headers: { "retry-after": "1" } }) : 200,
  );
  const { outbox, states } = opened([webhookChannel(receiver.url, undefined)]);
  outbox.start();
  outbox.send(alert("one"));
  await eventually("the first try", () => (receiver.received.length === 1 ? true : undefined));
  outbox.send(alert("two"));
  await settled(states);
  const [first, second] = receiver.received;
  expect(second!.at - first!.at).toBeGreaterThan(950);
});

test("something new has a channel that failed tried again soon, instead of after its long rest", async () => {
  using receiver = startReceiver((n) => (n === 1 ? 500 : 200));
  const pace = { ...quickPace, firstRetryMs: 100, longestRetryMs: 3_600_000, giveUpMs: 3_600_000 };
  const slow: Channel = webhookChannel(receiver.url, undefined);
  // As if it had been failing for an hour already.
  const { outbox, states, hubDb } = opened([slow], { pace });
  outbox.start();
  outbox.send(alert("one"));
  await eventually("the first try", () => (states()[0] === "retrying" ? true : undefined));
  hubDb.run("UPDATE delivery SET due_at = due_at + 3600000");
  outbox.send(alert("two"));
  expect(await settled(states)).toEqual(["delivered", "delivered"]);
});

test("more than a channel takes in a minute goes together as one, as severe as the worst, and everything is named in it", async () => {
  using receiver = startReceiver();
  const { outbox, states } = opened([webhookChannel(receiver.url, undefined)], {
    pace: { ...patientPace, perMinute: 5 },
  });
  outbox.start();
  for (let n = 1; n <= 40; n++) outbox.send(alert(`alert ${n}`, n === 7 ? { severity: "critical" } : {}));
  outbox.send({ ...alert("보고서"), kind: "report" });
  await settled(states);
  const [report, digest, ...none] = receiver.bodies();
  expect(none).toEqual([]);
  expect(report).toMatchObject({ kind: "report", subject: "보고서" });
  expect(digest).toMatchObject({ kind: "digest", severity: "critical", subject: "alert 7 외 39건" });
  expect(digest.data.messages.map(({ subject }: { subject: string }) => subject)).toEqual(
    Array.from({ length: 40 }, (_, n) => `alert ${n + 1}`),
  );
  expect(digest.text).toContain("[위험] alert 7\n");
  expect(digest.text).toContain("[경고] alert 30\n");
  expect(digest.text).toContain("그 밖에 10건");
  const merged = outbox.recent({ limit: 100, state: "merged" });
  expect(merged.map(({ merged_into }) => merged_into)).toEqual(Array(40).fill(digest.delivery));
});

test("a digest is not worse than what is still the matter", async () => {
  using receiver = startReceiver();
  const { outbox, states } = opened([webhookChannel(receiver.url, undefined)], {
    pace: { ...patientPace, perMinute: 1 },
  });
  outbox.start();
  for (let n = 1; n <= 5; n++)
    outbox.send(alert(`over ${n}`, { kind: "resolved", severity: "critical", language: "en" }));
  await settled(states);
  expect(receiver.bodies()).toMatchObject([{ kind: "digest", severity: "info", subject: "over 1 (and 4 more)" }]);
});

test("a message only goes where its kind belongs, or where its sender wants it", async () => {
  const got: string[] = [];
  const channel = (name: Channel["name"], kinds: Channel["kinds"]): Channel => ({
    name,
    kinds,
    send: async ({ message }) => {
      got.push(`${name}: ${message.subject}`);
      return { state: "delivered" };
    },
  });
  const { outbox, states } = opened([channel("event-log", ["alert"]), channel("mail", ["alert", "report"])]);
  outbox.start();
  outbox.send(alert("everywhere"));
  outbox.send({ ...alert("report"), kind: "report" });
  outbox.send(alert("mail alone"), { channels: ["mail", "slack"] });
  await settled(states);
  expect(got.toSorted()).toEqual(["event-log: everywhere", "mail: everywhere", "mail: mail alone", "mail: report"]);
});

test("what was under way when the hub was killed is uncertain and not sent again; what had not begun is sent", async () => {
  using receiver = startReceiver((n) => (n === 1 ? "hang" : 200));
  const first = opened([webhookChannel(receiver.url, undefined)]);
  first.outbox.start();
  first.outbox.send(alert("under way"));
  first.outbox.send(alert("not begun"));
  await eventually("the first try", () => (receiver.received.length === 1 ? true : undefined));
  const second = opened([webhookChannel(receiver.url, undefined)], { home: first.home });
  second.outbox.start();
  expect(await settled(second.states)).toEqual(["delivered", "uncertain"]);
  expect(receiver.bodies().map(({ subject }) => subject)).toEqual(["under way", "not begun"]);
  expect(second.outbox.recent({ limit: 2 })[1]).toMatchObject({ reason: { code: "crashed" } });
  await second.log.flush();
  expect(await Bun.file(`${second.home}/logs/app.log`).text()).toMatch(/'under way' .*Nobody knows whether it arrived/);
});

test("a test of a channel that is under way when the rest begins was not cut off by a crash", async () => {
  let answer = (): void => {};
  using receiver = startReceiver(async () => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return 200;
  });
  const { outbox, states } = opened([webhookChannel(receiver.url, undefined)]);
  const tested = outbox.test("webhook", alert("a test", { kind: "test" }));
  await eventually("it is on its way", () => (receiver.received.length === 1 ? true : undefined));
  outbox.start();
  expect(states()).toEqual(["sending"]);
  answer();
  expect(await tested).toEqual({ delivered: true });
});

test("a stop lets what is being sent finish, and notes as uncertain what does not", async () => {
  using slow = startReceiver(async () => {
    await Bun.sleep(150);
    return 200;
  });
  const { outbox, hubDb, states } = opened([webhookChannel(slow.url, undefined)]);
  outbox.start();
  outbox.send(alert("slow"));
  await eventually("it is on its way", () => (slow.received.length === 1 ? true : undefined));
  outbox.send(alert("later"));
  await outbox.stop();
  expect(states()).toEqual(["queued", "delivered"]);
  const hanging: Channel = { name: "slack", kinds: ["alert"], send: () => new Promise<Outcome>(() => {}) };
  const other = new Outbox({
    hubDb,
    channels: [hanging],
    log: { info() {}, warn() {}, error() {} } as never,
    secrets: [],
    publicUrl: () => "",
    time: String,
  });
  other.start();
  other.send(alert("hanging"), { channels: ["slack"] });
  await eventually("it is under way", () => (states()[0] === "sending" ? true : undefined));
  await other.stop(50);
  expect(other.recent({ limit: 1 })[0]).toMatchObject({ state: "uncertain", reason: { code: "stopped" } });
});

test("what hub.db does not take is delivered all the same, and nothing throws", async () => {
  using receiver = startReceiver();
  const { outbox, hubDb } = opened([webhookChannel(receiver.url, undefined)]);
  outbox.start();
  hubDb.run(
    "CREATE TRIGGER full BEFORE INSERT ON notification BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
  );
  expect(outbox.send(alert("디스크가 가득 찼습니다"))).toMatch(/^[\da-f-]{36}$/);
  await eventually("it arrives", () => (receiver.received.length === 1 ? true : undefined));
  expect(receiver.bodies()[0]).toMatchObject({ subject: "디스크가 가득 찼습니다" });
});

test("a channel with a mistake in it takes nothing else down, and its secrets stay out of reasons and logs", async () => {
  const thrower: Channel = {
    name: "mail",
    kinds: ["alert"],
    send: async () => {
      throw new Error("cannot reach https://hooks/T0ken-of-This-Test");
    },
  };
  const { outbox, states, log, home } = opened([thrower], { pace: quickPace, secrets: ["T0ken-of-This-Test"] });
  outbox.start();
  outbox.send(alert("text with T0ken-of-This-Test\r\nBcc: a@b"));
  expect(await settled(states)).toEqual(["dead"]);
  const [dead] = outbox.recent({ limit: 1 });
  expect(dead).toMatchObject({
    subject: "text with *** Bcc: a@b",
    reason: { code: "other", detail: "cannot reach https://hooks/***" },
  });
  await log.flush();
  expect(await Bun.file(`${home}/logs/app.log`).text()).not.toContain("T0ken");
});

test("a test goes past what waits, is tried once, and has the channel tried that it found working", async () => {
  let isDown = true;
  using receiver = startReceiver(() => (isDown ? 500 : 200));
  const { outbox, states } = opened([webhookChannel(receiver.url, undefined)], {
    pace: { firstRetryMs: 50, longestRetryMs: 3_600_000, giveUpMs: 3_600_000, perMinute: 100 },
  });
  outbox.start();
  outbox.send(alert("waits"));
  await eventually("it failed", () => (states()[0] === "retrying" ? true : undefined));
  const trial = () => outbox.test("webhook", { ...alert("test"), kind: "test" });
  const both = await Promise.all([trial(), trial()]);
  expect(both).toEqual([
    { delivered: false, reason: { code: "serverFailed", detail: "HTTP 500" } },
    { delivered: false, reason: { code: "testing" } },
  ]);
  isDown = false;
  expect(await trial()).toEqual({ delivered: true });
  expect(await settled(states)).toEqual(["delivered", "dead", "delivered"]);
  expect(await outbox.test("mail", alert("test"))).toEqual({ delivered: false, reason: { code: "notConfigured" } });
});

test("whatever a channel answers, nothing is delivered twice, nothing is left over, and what arrives keeps its order", async () => {
  const answer = fc.constantFrom<Outcome["state"]>("delivered", "delivered", "retry", "retry", "dead");
  const message = fc.record({ answers: fc.array(answer, { maxLength: 4 }), pauseMs: fc.integer({ min: 0, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (script) => {
      const arrived: number[] = [];
      const left = script.map(({ answers }) => [...answers]);
      const channel: Channel = {
        name: "webhook",
        kinds: ["alert"],
        send: async ({ message: { subject } }) => {
          await Promise.resolve();
          const state = left[Number(subject)]!.shift() ?? "delivered";
          if (state === "delivered") arrived.push(Number(subject));
          return { state, reason: { code: "other" } };
        },
      };
      const pace = { firstRetryMs: 1, longestRetryMs: 2, giveUpMs: 60_000, perMinute: 1_000 };
      const { outbox, states, close } = openTestOutbox([channel], { pace });
      outbox.start();
      for (const [n, { pauseMs }] of script.entries()) {
        outbox.send(alert(String(n)));
        if (pauseMs > 0) await Bun.sleep(pauseMs);
      }
      const ends = await settled(states);
      await close();
      const expected = script.map(({ answers }) => answers.find((state) => state !== "retry") ?? "delivered");
      expect(ends.toReversed()).toEqual(expected);
      expect(arrived).toEqual([...expected.keys()].filter((n) => expected[n] === "delivered"));
    }),
    { numRuns: 6 },
  );
});

test("tries are some eight over some four hours, each rest about three times the one before", () => {
  const ages: number[] = [];
  for (let age: number | null = 0; ; ) {
    ages.push(age);
    const rest: number | null = nextRest(usualPace, age, 0.5);
    if (rest === null) break;
    age += rest;
  }
  expect(ages.map((age) => age / 60_000)).toEqual([0, 0.5, 1.5, 4.5, 13.5, 40.5, 121.5, 241.5]);
  expect([nextRest(usualPace, 0, 0), nextRest(usualPace, 0, 1)]).toEqual([24_000, 36_000]);
});

test("the log of deliveries forgets what is old, never what is still to be sent, and keeps no report's HTML", async () => {
  using receiver = startReceiver();
  const { outbox, hubDb, states } = opened([webhookChannel(receiver.url, undefined)]);
  for (let n = 1; n <= 10; n++) {
    hubDb.run("INSERT INTO notification VALUES (?, 0, 'alert', 'info', 'old', '', NULL)", [`old${n}`]);
  }
  const insert = `INSERT INTO delivery (id, notification, channel, state, created_at, finished_at) VALUES (?, ?, 'webhook', ?, 0, ?)`;
  for (let n = 1; n <= 10; n++)
    hubDb.run(insert, [`d${n}`, `old${n}`, n === 1 ? "queued" : "delivered", n === 1 ? null : 1]);
  outbox.send({ ...alert("report"), kind: "report", html: "<p>figures</p>" });
  outbox.start();
  expect(await settled(states)).toEqual(["delivered", "delivered"]);
  expect(hubDb.query("SELECT count(*) AS n FROM notification").get()).toEqual({ n: 2 });
  expect(hubDb.query("SELECT content FROM notification WHERE kind = 'report'").get()).toEqual({ content: null });
});
