import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../support/certificate.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, hubDbOf, startHub } from "../support/hub.ts";
import { refusal, startMailServer } from "../support/mail-server.ts";
import { startReceiver } from "../support/receiver.ts";

setDefaultTimeout(180_000);

const secrets = {
  slackToken: "B0SlackT0kenOfThisTest",
  webhookToken: "w3bhookT0kenOfThisTest",
  webhookSecret: "s3cretOfThisTest",
  password: "passw0rdOfThisTest",
};
const certificate = makeCertificate();
let hub: Hub;
let mail: Awaited<ReturnType<typeof startMailServer>>;
let webhook: ReturnType<typeof startReceiver>;
let slack: ReturnType<typeof startReceiver>;
let refusesMail = false;

beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  mail = await startMailServer({
    ...certificate,
    authOptional: false,
    onAuth: ({ username, password }, _, done) =>
      username === "hub" && password === secrets.password ? done(null, { user: username }) : done(new Error("No")),
    // What a server says back is what leaks most easily.
    onRcptTo: (_, __, done) => done(refusesMail ? refusal(550, `5.7.1 ${secrets.password} may not`) : null),
  });
  webhook = startReceiver();
  slack = startReceiver(
    () => new Response(`no_service ${secrets.slackToken} /services/T0/${secrets.slackToken}`, { status: 404 }),
  );
  const at = (url: string, path: string) => new URL(path, url).href;
  writeFileSync(join(home, "ca.pem"), certificate.cert);
  hub = await startHub({
    home,
    env: {
      NODE_EXTRA_CA_CERTS: join(home, "ca.pem"),
      ALERT_WEBHOOK_URL: at(webhook.url, `/hook?token=${secrets.webhookToken}`),
      ALERT_WEBHOOK_SECRET: secrets.webhookSecret,
      SLACK_WEBHOOK_URL: at(slack.url, `/services/T0/${secrets.slackToken}`),
      SMTP_HOST: "localhost",
      SMTP_PORT: String(mail.port),
      SMTP_USER: "hub",
      SMTP_PASSWORD: secrets.password,
      SMTP_FROM: "hub@factory.example",
      MAIL_TO: "kim@factory.example, lee@factory.example",
      HUB_PUBLIC_URL: "http://hub.factory.example:8000/",
      EVENT_LOG: "true",
      TRUSTED_PROXIES: "10.9.9.9",
    },
  });
});
afterAll(async () => {
  await hub.stop();
  webhook[Symbol.dispose]();
  slack[Symbol.dispose]();
  await mail[Symbol.asyncDispose]();
});

const tested = (name: string, init: BunFetchRequestInit = {}) =>
  hub.json(`/notify/channels/${name}/test`, { method: "POST", ...init });

/** A test answers when the message has arrived, over an encrypted connection and signed. */
const arrived = async () => {
  expect((await tested("webhook")).body).toEqual({ delivered: true, reason: null });
  expect((await hub.json("/notify/channels/mail/test?language=en", { method: "POST" })).body).toEqual({
    delivered: true,
    reason: null,
  });
  expect(webhook.bodies()[0]).toMatchObject({
    kind: "test",
    subject: "알림 채널 시험",
    url: "http://hub.factory.example:8000/dashboard/alerts",
  });
  expect(webhook.received[0]!.headers.get("x-hub-signature")).toMatch(/^sha256=[\da-f]{64}$/);
  expect(mail.received[0]).toMatchObject({
    isEncrypted: true,
    user: "hub",
    to: ["kim@factory.example", "lee@factory.example"],
  });
  expect(mail.received[0]!.source).toContain("Subject: [Test] Test of this channel");
};

/** A test that failed says why, in both languages and without what is secret. */
const failed = async () => {
  const { body } = await tested("slack");
  expect(body).toEqual({
    delivered: false,
    reason: {
      code: "refused",
      ko: "서버가 메시지를 거부했습니다. (HTTP 404: no_service *** ***)",
      en: "The server refused the message. (HTTP 404: no_service *** ***)",
    },
  });
  refusesMail = true;
  expect((await tested("mail")).body.reason.en).toBe("The server refused the message. (550 5.7.1 *** may not)");
  expect((await tested("event-log")).status).toBe(409);
  expect((await tested("fax")).status).toBe(422);
};

/** Channels and deliveries are listed with their state, whoever may read. */
const listed = async () => {
  const { channels } = (await hub.json("/notify/channels")).body;
  const stateOf = ({ name, configured, last_success, last_failure, failing, waiting }: Record<string, unknown>) => [
    name,
    configured,
    last_success !== null,
    (last_failure as { state: string } | null)?.state ?? null,
    failing,
    waiting,
  ];
  expect(channels.map(stateOf)).toEqual([
    ["slack", true, false, "dead", null, 0],
    ["webhook", true, true, null, null, 0],
    ["mail", true, true, "dead", null, 0],
    ["event-log", false, false, null, null, 0],
  ]);
  const { deliveries } = (await hub.json("/notify/deliveries?channel=mail")).body;
  expect(deliveries.map(({ state, kind, attempts }: Record<string, unknown>) => [state, kind, attempts])).toEqual([
    ["dead", "test", 1],
    ["delivered", "test", 1],
  ]);
  expect(deliveries[1].created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/);
  expect((await hub.json("/notify/deliveries?state=dead&limit=1")).body.deliveries.length).toBe(1);
  expect((await hub.json("/notify/deliveries?limit=0")).status).toBe(422);
};

/** Only the administrator tests a channel, and each test is in the log. */
const allowed = async () => {
  expect((await tested("webhook", { headers: { "X-Forwarded-For": "10.0.0.5" } })).status).toBe(403);
  expect((await tested("webhook", { headers: { Origin: "http://evil.test" } })).status).toBe(403);
  expect(webhook.received.length).toBe(1);
  await eventually("the audit lines", () =>
    hub.log().match(/AUDIT channel \S+: test by 127\.0\.0\.1/g)?.length === 5 ? true : undefined,
  );
};

/** The page of alerts tests a channel for whoever may act on the hub, and leads back to itself. */
const fromThePage = async () => {
  const post = (name: string, headers: Record<string, string>) =>
    hub.fetch(`/dashboard/alerts/channels/${name}/test`, { method: "POST", headers, redirect: "manual" });
  const own = { Origin: hub.url };
  const before = webhook.received.length;
  const done = await post("webhook", own);
  expect([done.status, done.headers.get("Location")]).toEqual([303, "/dashboard/alerts"]);
  expect(webhook.received.length).toBe(before + 1);
  for (const headers of [{}, { Origin: "http://evil.test" }, { ...own, "X-Forwarded-For": "10.0.0.5" }] as Record<
    string,
    string
  >[])
    expect([headers, (await post("webhook", headers)).status]).toEqual([headers, 403]);
  expect((await post("fax", own)).status).toBe(404);
  expect(webhook.received.length).toBe(before + 1);
  const page = await (await hub.fetch("/dashboard/alerts", { headers: { "Accept-Language": "ko" } })).text();
  expect(page).toContain("서버가 메시지를 거부했습니다. (HTTP 404: no_service *** ***)");
  const others = await (await hub.fetch("/dashboard/alerts", { headers: { "X-Forwarded-For": "10.0.0.5" } })).text();
  expect(others).toContain('id="channels"');
  expect(others).not.toContain("/channels/webhook/test");
};

/** No address, password or secret stands in a log, an answer, a page or hub.db. */
const secretKept = async () => {
  const answers = await Promise.all(
    [
      "/notify/channels",
      "/notify/deliveries",
      "/healthz",
      "/metrics",
      "/openapi.json",
      "/dashboard/operations",
      "/dashboard/alerts",
    ].map(async (path) => [path, await (await hub.fetch(path, { headers: { Accept: "text/html" } })).text()]),
  );
  const logs = readdirSync(join(hub.home, "logs")).map((name) => [
    name,
    readFileSync(join(hub.home, "logs", name), "utf8"),
  ]);
  const db = hubDbOf(hub.home);
  const rows = ["notification", "delivery"].map((table) => [
    table,
    JSON.stringify(db.query(`SELECT * FROM ${table}`).all()),
  ]);
  db.close();
  expect(rows.every(([, text]) => text!.length > 100)).toBe(true);
  const found = [...answers, ...logs, ...rows].flatMap(([place, text]) =>
    Object.values(secrets)
      .filter((secret) => text!.includes(secret) || text!.includes(Buffer.from(secret).toString("base64")))
      .map((secret) => `${place}: ${secret}`),
  );
  expect(found).toEqual([]);
};

test("channels are tested through the API and from the page, each test is told and listed, and no secret is", async () => {
  await arrived();
  await failed();
  await listed();
  await allowed();
  await fromThePage();
  await secretKept();
});
