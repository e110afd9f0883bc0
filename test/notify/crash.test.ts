import { expect, test } from "bun:test";
import { temporaryHome } from "../support/files.ts";
import { eventually, type Json, startHub } from "../support/hub.ts";
import { alert, openTestOutbox } from "../support/outbox.ts";
import { startScript } from "../support/processes.ts";
import { startReceiver } from "../support/receiver.ts";

/** Messages that wait in the hub.db of a home folder, by what they say. */
async function fill(home: string, count: number): Promise<string[]> {
  const names = ["webhook", "slack"] as const;
  const channels = names.map((name) => ({ name, kinds: ["report"] as const, send: () => Promise.reject(new Error()) }));
  const { outbox, close } = openTestOutbox(channels, { home });
  const subjects = Array.from({ length: count }, (_, n) => `message ${n}`);
  // Reports are never put together.
  for (const subject of subjects) outbox.send({ ...alert(subject), kind: "report" });
  await close();
  return subjects;
}

/** What became of them, after the last run. */
async function accountOf(home: string): Promise<{ channel: string; subject: string; state: string }[]> {
  const { outbox, close } = openTestOutbox([], { home });
  const deliveries = outbox.recent({ limit: 1_000 });
  await close();
  return deliveries.map(({ channel, subject, state }) => ({ channel, subject, state }));
}

const isOpen = ({ state }: { state: string }): boolean => ["queued", "sending", "retrying"].includes(state);
const subjectOf = (body: string): string => /message \d+/.exec(body)![0];

/** Counts what arrived on each channel, which Slack's own format tells apart. */
function arrivals(received: readonly { body: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of received) {
    const key = `${body.includes('"delivery"') ? "webhook" : "slack"} ${subjectOf(body)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Every delivery is accounted for: what is delivered arrived exactly once, what is uncertain once or never, and nothing else is left. */
function expectExactAccount(
  account: Awaited<ReturnType<typeof accountOf>>,
  received: readonly { body: string }[],
): void {
  const counts = arrivals(received);
  const wrong = account.filter(({ channel, subject, state }) => {
    const count = counts.get(`${channel} ${subject}`) ?? 0;
    return state === "delivered" ? count !== 1 : state !== "uncertain" || count > 1;
  });
  expect(wrong).toEqual([]);
}

test("whenever a process is killed while it sends, each message arrives once or is listed as uncertain", async () => {
  const home = temporaryHome();
  const subjects = await fill(home, 18);
  using receiver = startReceiver(async () => {
    await Bun.sleep(Math.random() * 6);
    return 200;
  });
  let lives = 0;
  for (; lives < 200; lives++) {
    const sender = startScript("outbox-sender.ts", home, receiver.url);
    await sender.stdout.getReader().read();
    await Bun.sleep(Math.random() * 40);
    sender.kill("SIGKILL");
    await sender.exited;
    if (lives % 5 === 4 && !(await accountOf(home)).some(isOpen)) break;
  }
  const account = await accountOf(home);
  expect(account.length).toBe(2 * subjects.length);
  expect(account.filter(isOpen)).toEqual([]);
  expectExactAccount(account, receiver.received);
  expect(lives).toBeGreaterThan(3);
  // Otherwise no kill hit a sending, and the test shows nothing.
  expect(account.some(({ state }) => state === "uncertain")).toBe(true);
}, 180_000);

/** Lives of a whole hub, some 1.5 s each; `HUB_CRASHES=40` takes a minute. */
const crashes = Number(process.env.HUB_CRASHES ?? 1);

test(
  "a hub that is killed while it sends says after its restart what is uncertain, and goes on with the rest",
  async () => {
    const home = temporaryHome();
    const subjects = await fill(home, 3 + 4 * crashes);
    let isLast = false;
    using receiver = startReceiver(async () => {
      // The last kill hits a sending for certain.
      if (isLast) return "hang";
      await Bun.sleep(30);
      return 200;
    });
    const env = {
      ALERT_WEBHOOK_URL: receiver.url,
      SLACK_WEBHOOK_URL: `${receiver.url}/slack`,
      // What a hub that lives for long finds itself would be counted among the messages.
      ALERT_OFF: "crash,no-data,file-missing",
    };
    for (let n = 1; n <= crashes; n++) {
      isLast = n === crashes;
      // It may send before it is known to listen.
      const before = receiver.received.length;
      const hub = await startHub({ home, env });
      await eventually("it sends", () => receiver.received.length > before || undefined);
      if (!isLast) await Bun.sleep(Math.random() * 150);
      process.kill(hub.pid, "SIGKILL");
      await hub.stop().catch(() => {});
    }
    const interrupted = (await accountOf(home)).filter(({ state }) => state === "sending");
    expect(interrupted.length).toBeGreaterThan(0);
    isLast = false;
    const hub = await startHub({ home, env });
    const uncertain = await eventually("the hub says what is uncertain", async () => {
      const { deliveries } = (await hub.json("/notify/deliveries?state=uncertain&limit=1000")).body;
      const listed = new Set(deliveries.map(({ channel, subject }: Json) => `${channel} ${subject}`));
      return interrupted.every(({ channel, subject }) => listed.has(`${channel} ${subject}`)) ? deliveries : undefined;
    });
    expect(uncertain[0].reason).toMatchObject({ code: "crashed", en: expect.stringContaining("not sent again") });
    await hub.stop();
    expect(hub.log()).toMatch(
      /WARNING +\| - \| notify \| (slack|webhook): 'message \d+' .*Nobody knows whether it arrived/,
    );
    const after = await accountOf(home);
    expect(after.length).toBe(2 * subjects.length);
    expectExactAccount(
      after.filter((delivery) => !isOpen(delivery)),
      receiver.received,
    );
    const counts = arrivals(receiver.received);
    expect(after.filter(isOpen).filter(({ channel, subject }) => counts.has(`${channel} ${subject}`))).toEqual([]);
  },
  180_000 + crashes * 3_000,
);
