import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { SMTPServerOptions } from "smtp-server";
import type { Outcome, Parcel } from "../../src/notify/channel.ts";
import { type MailRoute, sendMail } from "../../src/notify/mail.ts";
import { makeCertificate } from "../support/certificate.ts";
import { closingAfterEach } from "../support/closing.ts";
import { temporaryHome } from "../support/files.ts";
import { type ReceivedMail, refusal, startMailServer } from "../support/mail-server.ts";
import { alert } from "../support/outbox.ts";

const closing = closingAfterEach();

const parcel = (more: Partial<Parcel> = {}): Parcel => ({
  delivery: "0190-of-this-test",
  attempt: 1,
  createdAt: Date.UTC(2026, 10, 21, 3, 0, 0),
  at: "2026-11-21 12:00",
  message: alert("남은 디스크 공간이 1.2 GB입니다", { severity: "critical" }),
  link: "http://hub:8000/dashboard/alerts",
  accepted: [],
  ...more,
});
const route = (port: number, more: Partial<MailRoute> = {}): MailRoute => ({
  host: "127.0.0.1",
  port,
  security: "none",
  login: null,
  from: "hub@factory.example",
  to: ["kim@factory.example", "lee@factory.example"],
  ...more,
});

/** Only ends what hangs. */
const patienceMs = 60_000;

/** Sends one mail to a server of its own. */
async function sent(
  server: SMTPServerOptions,
  way: Partial<MailRoute> = {},
  what: Partial<Parcel> = {},
  limitMs = patienceMs,
): Promise<{ outcome: Outcome; received: ReceivedMail[] }> {
  await using mail = await startMailServer(server);
  const outcome = await sendMail(route(mail.port, way), parcel(what), AbortSignal.timeout(limitMs));
  return { outcome, received: mail.received };
}

/** What a mail program makes of an encoded header (RFC 2047). */
const decoded = (header: string): string =>
  header.replace(/\?=\s+=\?/g, "?==?").replace(/=\?utf-8\?(b|q)\?([^?]*)\?=/gi, (_, how: string, text: string) =>
    how.toLowerCase() === "b"
      ? Buffer.from(text, "base64").toString()
      : Buffer.from(
          text.replaceAll("_", " ").replace(/=(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
          "latin1",
        ).toString(),
  );
const headersOf = (source: string): string[] =>
  source
    .split("\r\n\r\n")[0]!
    .replace(/\r\n[ \t]/g, " ")
    .split("\r\n")
    .map(decoded);
/** The first part of a type, decoded from quoted-printable or base64. */
function partOf(source: string, type: string): string {
  const part = source.split(/\r\n--/).find((piece) => piece.includes(`Content-Type: ${type}`))!;
  const [head, ...body] = part.split("\r\n\r\n");
  const text = body.join("\r\n\r\n");
  if (/base64/i.test(head!)) return Buffer.from(text, "base64").toString();
  const bytes = text
    .replace(/=\r\n/g, "")
    .replace(/=([\dA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

test("a mail in Korean arrives as text and as HTML, with its link, its time and an id that stays the same", async () => {
  const { outcome, received } = await sent({});
  expect(outcome).toEqual({ state: "delivered" });
  const [mail] = received;
  expect([mail!.from, mail!.to]).toEqual(["hub@factory.example", ["kim@factory.example", "lee@factory.example"]]);
  const headers = headersOf(mail!.source);
  expect(headers).toContain("Subject: [위험] 남은 디스크 공간이 1.2 GB입니다");
  expect(headers).toContain("From: 생산 데이터 허브 <hub@factory.example>");
  expect(headers).toContain("To: kim@factory.example, lee@factory.example");
  expect(headers).toContain("Message-ID: <0190-of-this-test@factory.example>");
  expect(headers).toContain("Date: Sat, 21 Nov 2026 03:00:00 +0000");
  expect(headers).toContain("Auto-Submitted: auto-generated");
  expect(headers).toContain("Importance: High");
  expect(partOf(mail!.source, "text/plain")).toContain(
    "지금 확인하십시오.\n\n허브에서 보기: http://hub:8000/dashboard/alerts\n\n-- \n생산 데이터 허브 · 2026-11-21 12:00",
  );
  expect(partOf(mail!.source, "text/html")).toContain('<a href="http://hub:8000/dashboard/alerts"');
});

test("neither a subject nor a text can add a header, an address or HTML", async () => {
  const message = alert("one\r\nBcc: thief@evil.example\r\n\r\n<script>", {
    text: "<script>alert(1)</script>\r\n.\r\nMAIL FROM:<x@evil.example>",
  });
  const { received } = await sent({}, { from: "생산 허브 <hub@factory.example>" }, { message });
  const headers = headersOf(received[0]!.source);
  expect(headers.filter((header) => /^bcc:/i.test(header))).toEqual([]);
  expect(headers).toContain("From: 생산 허브 <hub@factory.example>");
  expect(received[0]!.to).toEqual(["kim@factory.example", "lee@factory.example"]);
  expect(partOf(received[0]!.source, "text/html")).not.toContain("<script>");
  expect(partOf(received[0]!.source, "text/plain")).toContain("\r\n.\r\nMAIL FROM:<x@evil.example>");
});

test("files go along under Korean names; one that is gone is said, and its mail goes without it", async () => {
  const path = join(temporaryHome(), "x.xlsx");
  writeFileSync(path, Buffer.from([80, 75, 0, 255]));
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  const attachments = [
    { name: "일일 생산 보고서.xlsx", type, path },
    { name: "gone.xlsx", type, path: "/no/such/file" },
  ];
  const { outcome, received } = await sent(
    {},
    {},
    { message: { ...alert("보고서"), kind: "report", html: "<p>표</p>", attachments } },
  );
  expect(outcome).toEqual({ state: "delivered", reason: { code: "attachment", detail: "gone.xlsx" } });
  const { source } = received[0]!;
  expect(headersOf(source)).toContain("Subject: 보고서");
  expect(partOf(source, "text/html")).toBe("<p>표</p>");
  expect(decoded(source)).toContain('name="일일 생산 보고서.xlsx"');
  expect(source).toContain(Buffer.from([80, 75, 0, 255]).toString("base64"));
});

test.each([
  ["a full server", { onConnect: (_, done) => done(refusal(421, "Too busy")) }, "retry", "mailLater", "421 Too busy"],
  [
    "a greylisting",
    { onRcptTo: (_, __, done) => done(refusal(451, "4.7.1 Greylisted")) },
    "retry",
    "mailLater",
    "451 4.7.1 Greylisted",
  ],
  [
    "an unknown recipient",
    { onRcptTo: (_, __, done) => done(refusal(550, "5.1.1 Unknown")) },
    "dead",
    "refused",
    "550 5.1.1 Unknown",
  ],
  [
    "a sender that may not",
    { onMailFrom: (_, __, done) => done(refusal(553, "5.7.1 No")) },
    "dead",
    "refused",
    "553 5.7.1 No",
  ],
  [
    "a mail that is too large",
    { onData: (stream, _, done) => stream.resume().on("end", () => done(refusal(552, "5.3.4 Size"))) },
    "dead",
    "refused",
    "552 5.3.4 Size",
  ],
  [
    "a full disk over there",
    { onData: (stream, _, done) => stream.resume().on("end", () => done(refusal(452, "4.3.1 Full"))) },
    "retry",
    "mailLater",
    "452 4.3.1 Full",
  ],
  ["a login that is asked for", { authOptional: false }, "dead", "refused", "530 Error: authentication Required"],
] satisfies [string, SMTPServerOptions, string, string, string][])(
  "%s is told apart by its number",
  async (_, server, state, code, detail) => {
    const { outcome, received } = await sent(server);
    expect([outcome, received]).toEqual([{ state, reason: { code, detail } } as Outcome, []]);
  },
);

test("of several recipients those who were put off get it later, alone; one refused for good keeps it from nobody", async () => {
  const putOff = {
    onRcptTo: ({ address }, _, done) => done(address.startsWith("kim") ? refusal(451, "4.7.1 Later") : null),
  } satisfies SMTPServerOptions;
  const first = await sent(putOff);
  expect(first.outcome).toEqual({
    state: "retry",
    reason: { code: "mailLater", detail: "451 4.7.1 Later" },
    accepted: ["lee@factory.example"],
  });
  expect(first.received[0]!.to).toEqual(["lee@factory.example"]);
  const second = await sent({}, {}, { accepted: ["lee@factory.example"], attempt: 2 });
  expect(second.received[0]!.to).toEqual(["kim@factory.example"]);
  expect(headersOf(second.received[0]!.source)).toContain("Message-ID: <0190-of-this-test@factory.example>");
  const refused = {
    onRcptTo: ({ address }, _, done) => done(address.startsWith("kim") ? refusal(550, "5.1.1 Unknown") : null),
  } satisfies SMTPServerOptions;
  expect((await sent(refused)).outcome).toEqual({
    state: "delivered",
    reason: { code: "recipients", detail: "550 5.1.1 Unknown" },
  });
});

const certificate = makeCertificate();
const withLogin: SMTPServerOptions = {
  authOptional: false,
  allowInsecureAuth: true,
  onAuth: ({ username, password }, _, done) =>
    username === "hub" && password === "앱 비밀번호"
      ? done(null, { user: username })
      : done(new Error("Invalid username or password")),
};

test("a login is shown where one is configured, and a wrong one is no reason to try again", async () => {
  const good = await sent(withLogin, { login: { user: "hub", password: "앱 비밀번호" } });
  expect([good.outcome.state, good.received[0]!.user]).toEqual(["delivered", "hub"]);
  const { outcome } = await sent(withLogin, { login: { user: "hub", password: "wrong" } });
  expect(outcome).toEqual({ state: "dead", reason: { code: "login", detail: "535 Invalid username or password" } });
});

test("nothing goes out in the clear where encryption is asked for, nor to a server whose certificate nobody vouches for", async () => {
  const login = { user: "hub", password: "앱 비밀번호" };
  const untrusted = { state: "retry", reason: { code: "certificate", detail: "DEPTH_ZERO_SELF_SIGNED_CERT" } } as const;
  const cases: [SMTPServerOptions, MailRoute["security"], Outcome][] = [
    [{}, "starttls", { state: "retry", reason: { code: "encryption" } }],
    [{}, "tls", { state: "retry", reason: { code: "encryption" } }],
    [{ ...certificate, secure: true }, "tls", untrusted],
    [certificate, "starttls", untrusted],
  ];
  for (const [server, security, expected] of cases) {
    const seen: string[] = [];
    const onAuth: SMTPServerOptions["onAuth"] = ({ username = "" }, _, done) => {
      seen.push(username);
      done(null, { user: username });
    };
    const { outcome, received } = await sent({ ...server, onAuth }, { security, login });
    expect([security, outcome, received, seen]).toEqual([security, expected, [], []]);
  }
});

/** A server of plain TCP that does as it is told. */
async function tcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  closing(() => server.close());
  return (server.address() as { port: number }).port;
}

test("a connection that is closed, cut off in the middle, silent or refused ends in time, and the mail may be tried again", async () => {
  const script: Record<string, string> = { EHLO: "250 hello", MAIL: "250 ok", RCPT: "250 ok", DATA: "354 go on" };
  const cut = await tcpServer((socket) => {
    socket.write("220 hello\r\n");
    socket.on("data", (data) => {
      const answer = script[data.toString().slice(0, 4)];
      if (answer) socket.write(`${answer}\r\n`);
      else if (data.includes("\r\n.\r\n")) socket.destroy();
    });
  });
  const closed = await tcpServer((socket) => socket.end());
  const silent = await tcpServer((socket) => closing(() => socket.destroy()));
  const outcome = (port: number, limitMs = patienceMs) =>
    sendMail(route(port, { to: ["kim@factory.example"] }), parcel(), AbortSignal.timeout(limitMs));
  const broken = { state: "retry", reason: { code: "broken" } } as const;
  expect(await outcome(cut)).toEqual(broken);
  expect(await outcome(closed)).toEqual(broken);
  expect(await outcome(silent, 200)).toEqual({ state: "retry", reason: { code: "timeout" } });
  expect(await outcome(9)).toEqual({ state: "retry", reason: { code: "refusedConnection" } });
  const hang: SMTPServerOptions = { onData: (stream) => void stream.resume() };
  expect((await sent(hang, {}, {}, 300)).outcome).toEqual({ state: "retry", reason: { code: "timeout" } });
});
