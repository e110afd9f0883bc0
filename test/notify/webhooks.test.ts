import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Parcel } from "../../src/notify/channel.ts";
import { postJson, retryAfterMs } from "../../src/notify/http-post.ts";
import { escaped, slackChannel, slackMessage } from "../../src/notify/slack.ts";
import { webhookChannel } from "../../src/notify/webhook.ts";
import { makeCertificate } from "../support/certificate.ts";
import { temporaryHome } from "../support/files.ts";
import { alert } from "../support/outbox.ts";
import { startReceiver } from "../support/receiver.ts";

const parcel = (more: Partial<Parcel> = {}): Parcel => ({
  delivery: "01901234-5678-7abc-8def-0123456789ab",
  attempt: 1,
  createdAt: Date.UTC(2026, 10, 21, 3),
  at: "2026-11-21 12:00",
  message: alert("Live 파일이 없습니다", { data: { rule: "live-missing", files: ["production_analysis.db"] } }),
  link: "http://hub:8000/dashboard/alerts",
  accepted: [],
  ...more,
});
const never = new AbortController().signal;
const post = (url: string, signal = never) => postJson(url, { body: "{}", signal });

test("a webhook gets the message as data, with an id, a time and a signature over both that others can verify", async () => {
  using receiver = startReceiver();
  const secret = "비밀 s3cret";
  expect(await webhookChannel(receiver.url, secret).send(parcel(), never)).toEqual({ state: "delivered" });
  const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
  expect(JSON.parse(body)).toEqual({
    delivery: "01901234-5678-7abc-8def-0123456789ab",
    attempt: 1,
    created_at: "2026-11-21T03:00:00.000Z",
    hub_version: "1.0.0",
    kind: "alert",
    severity: "warning",
    subject: "Live 파일이 없습니다",
    text: "Live 파일이 없습니다: 지금 확인하십시오.",
    language: "ko",
    url: "http://hub:8000/dashboard/alerts",
    data: { rule: "live-missing", files: ["production_analysis.db"] },
    attachments: [],
  });
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(headers.get("x-hub-delivery")).toBe("01901234-5678-7abc-8def-0123456789ab");
  const timestamp = headers.get("x-hub-timestamp")!;
  expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", utf8(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, utf8(`${timestamp}.${body}`));
  expect(headers.get("x-hub-signature")).toBe(`sha256=${Buffer.from(mac).toString("hex")}`);
  await webhookChannel(receiver.url, undefined).send(parcel(), never);
  expect(receiver.received[1]!.headers.has("x-hub-signature")).toBe(false);
});

const guide = readFileSync(join(import.meta.dir, "../../docs/api.md"), "utf8");
/** The example of a language in the chapter about webhooks. */
const example = (language: string): string =>
  new RegExp(`## Webhooks[\\s\\S]*?\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide)![1]!;
const python = ["/usr/bin/python3", "/usr/local/bin/python3"].find((path) => existsSync(path));

test("the examples of the API guide accept what the hub signed, and nothing else", async () => {
  using receiver = startReceiver();
  await webhookChannel(receiver.url, "s3cret").send(parcel(), never);
  const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
  const [timestamp, signature] = [headers.get("x-hub-timestamp")!, headers.get("x-hub-signature")!];
  const home = temporaryHome();
  const judged = (language: "js" | "python", asked: [string, string, string, string]) => {
    const [file, say] =
      language === "js"
        ? ["check.mjs", "console.log(isFromHub(...JSON.parse(process.argv[2])) ? 'yes' : 'no')"]
        : ["check.py", "import sys, json\nprint('yes' if is_from_hub(*json.loads(sys.argv[1])) else 'no')"];
    writeFileSync(join(home, file), `${example(language)}\n${say}\n`);
    const { stdout, stderr } = Bun.spawnSync([
      language === "js" ? process.execPath : python!,
      join(home, file),
      JSON.stringify(asked),
    ]);
    return stdout.toString().trim() || stderr.toString();
  };
  const old = String(Number(timestamp) - 3_600);
  for (const language of python ? (["js", "python"] as const) : (["js"] as const)) {
    expect([language, judged(language, ["s3cret", timestamp, body, signature])]).toEqual([language, "yes"]);
    expect([language, judged(language, ["other", timestamp, body, signature])]).toEqual([language, "no"]);
    expect([language, judged(language, ["s3cret", timestamp, `${body} `, signature])]).toEqual([language, "no"]);
    expect([language, judged(language, ["s3cret", old, body, signature])]).toEqual([language, "no"]);
    expect([language, judged(language, ["s3cret", timestamp, body, ""])]).toEqual([language, "no"]);
  }
});

test("every answer means what HTTP says it means", async () => {
  const after = { status: 503, headers: { "retry-after": "120" } };
  const answers: [Response, object][] = [
    [new Response(null, { status: 204 }), { state: "delivered" }],
    [
      new Response("busy", after),
      { state: "retry", reason: { code: "serverFailed", detail: "HTTP 503: busy" }, afterMs: 120_000 },
    ],
    [new Response(null, { status: 407 }), { state: "retry", reason: { code: "proxy", detail: "HTTP 407" } }],
    [new Response(null, { status: 408 }), { state: "retry", reason: { code: "tooMany", detail: "HTTP 408" } }],
    [new Response(null, { status: 425 }), { state: "retry", reason: { code: "tooMany", detail: "HTTP 425" } }],
    [new Response(null, { status: 429 }), { state: "retry", reason: { code: "tooMany", detail: "HTTP 429" } }],
    [
      new Response("no_service", { status: 404 }),
      { state: "dead", reason: { code: "refused", detail: "HTTP 404: no_service" } },
    ],
    [new Response(null, { status: 410 }), { state: "dead", reason: { code: "refused", detail: "HTTP 410" } }],
    [
      new Response("x".repeat(1e6), { status: 500 }),
      { state: "retry", reason: { code: "serverFailed", detail: expect.stringMatching(/^HTTP 500: x+$/) } },
    ],
    [
      new Response("<html>…", { status: 502, headers: { "content-type": "text/html" } }),
      { state: "retry", reason: { code: "serverFailed", detail: "HTTP 502" } },
    ],
  ];
  using receiver = startReceiver((n) => answers[n - 1]![0]);
  for (const [{ status }, meaning] of answers)
    expect([status, await post(receiver.url)]).toEqual([status, meaning as never]);
});

test("a redirect is not followed, because it could lead the message and its signature elsewhere", async () => {
  using thief = startReceiver();
  using receiver = startReceiver((n) => Response.redirect(thief.url, [301, 302, 307, 308][n - 1]!));
  for (const status of [301, 302, 307, 308]) {
    const reason = { code: "redirect", detail: `HTTP ${status}` } as const;
    expect(await webhookChannel(receiver.url, "s3cret").send(parcel(), never)).toEqual({ state: "dead", reason });
  }
  expect(thief.received).toEqual([]);
});

test("no answer, no server and no trust may all be tried again, and say which it was", async () => {
  using silent = startReceiver(() => "hang");
  expect(await post(silent.url, AbortSignal.timeout(100))).toEqual({ state: "retry", reason: { code: "timeout" } });
  const gone = startReceiver();
  gone[Symbol.dispose]();
  expect(await post(gone.url)).toEqual({ state: "retry", reason: { code: "refusedConnection" } });
  expect(await post("http://no-such-host.invalid/")).toEqual({ state: "retry", reason: { code: "unknownHost" } });
  using plain = startReceiver();
  expect(await post(plain.url.replace("http:", "https:"))).toEqual({ state: "retry", reason: { code: "encryption" } });
  using untrusted = startReceiver(() => 200, makeCertificate());
  const reason = { code: "certificate", detail: "DEPTH_ZERO_SELF_SIGNED_CERT" } as const;
  expect(await post(untrusted.url.replace("127.0.0.1", "localhost"))).toEqual({ state: "retry", reason });
  expect(untrusted.received).toEqual([]);
});

test("Retry-After is read as seconds and as a date", () => {
  const now = Date.UTC(2026, 10, 21, 3);
  expect(retryAfterMs("120", now)).toBe(120_000);
  expect(retryAfterMs("Sat, 21 Nov 2026 03:01:00 GMT", now)).toBe(60_000);
  expect(retryAfterMs("Sat, 21 Nov 2026 02:00:00 GMT", now)).toBe(0);
  for (const nothing of [null, "soon", "-5", ""]) expect(retryAfterMs(nothing, now)).toBeNull();
});

test("Slack shows how bad it is by emoji and colour, and what others wrote can neither mention nor link", async () => {
  using receiver = startReceiver(() => new Response("ok"));
  const message = alert("<!channel> A&B", { severity: "critical", text: "품목 <https://evil|여기> & *BW_0021_x*" });
  expect(await slackChannel(receiver.url).send(parcel({ message }), never)).toEqual({ state: "delivered" });
  const [{ text, attachments }] = receiver.bodies();
  expect(text).toBe("🔴 &lt;!channel&gt; A&amp;B");
  const [{ color, blocks }] = attachments;
  expect(color).toBe("#c62828");
  expect(blocks[0].text).toEqual({ type: "plain_text", text: "🔴 <!channel> A&B", emoji: true });
  expect(blocks[1].text).toEqual({
    type: "mrkdwn",
    text: "품목 &lt;https://evil|여기&gt; &amp; *BW_0021_x*",
    verbatim: true,
  });
  expect(blocks[2].elements[0].text).toBe(
    "<http://hub:8000/dashboard/alerts|허브에서 보기> · 생산 데이터 허브 · 2026-11-21 12:00 · 456789ab",
  );
});

test("every message keeps to Slack's limits, whatever its length, and is never cut within a character or an entity", () => {
  for (const text of ["", " ", "&".repeat(5_000), "가".repeat(5_000), "👨‍👩‍👧".repeat(2_000)]) {
    const { attachments } = slackMessage(parcel({ message: alert(text, { text }), link: null })) as {
      attachments: { blocks: [{ text: { text: string } }, { text: { text: string } }] }[];
    };
    const [header, section] = attachments[0]!.blocks;
    expect(header.text.text.length).toBeLessThanOrEqual(150);
    expect(header.text.text.isWellFormed()).toBe(true);
    expect(section.text.text.length).toBeLessThanOrEqual(3_000);
    expect(section.text.text.length).toBeGreaterThan(0);
    expect(section.text.text).not.toMatch(/&(?!amp;)/);
    expect(section.text.text.isWellFormed()).toBe(true);
  }
  expect(escaped("a<b", 10)).toBe("a&lt;b");
});
