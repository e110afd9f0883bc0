import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { loadSettings, presentSettings, SettingsError, secretsOf, settingsTable } from "../src/config.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

let homes = 0;
function home(envFile?: string | Uint8Array): string {
  const path = join(folder, String(homes++));
  mkdirSync(path);
  if (envFile !== undefined) writeFileSync(join(path, ".env"), envFile);
  return path;
}

const load = (env: Record<string, string>, envFile?: string | Uint8Array) => loadSettings({ home: home(envFile), env });

function complaint(env: Record<string, string>): string {
  try {
    load(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return "accepted";
}

test("without a file and variables every setting has its documented default", () => {
  const { home: _, databaseDir, backupsDir, logsDir, mirrorDir, reportsDir, ...settings } = load({});
  expect(settings).toEqual({
    apiPort: 8000,
    dashboardPort: 8502,
    archiveBackupRetention: 12,
    autoRollover: false,
    backupCron: "0 2 * * *",
    healIndexes: true,
    liveBackupRetention: 30,
    walLimitMb: 64,
    logRotation: "size",
    logKeepDays: 30,
    logGzip: true,
    accessLog: "app",
    watchIntervalSec: 3600,
    host: "0.0.0.0",
    timezone: "Asia/Seoul",
    archiveCutoffYear: undefined,
    corsOrigins: [],
    rateLimitApi: 60,
    rateLimitChat: 20,
    chatSessionTtlSec: 1800,
    cacheMax: 200,
    cacheTtlSec: 300,
    slowQueryThresholdMs: 500,
    apiKeys: [],
    adminKey: undefined,
    trustedProxies: [],
    mirrorMaxMb: 1024,
    inlineMaxRows: 20000,
    rollup: true,
    quality: true,
    qualityDays: 400,
    queryTimeoutSec: 60,
    customQueryTimeoutSec: 10,
    workers: 2,
    geminiApiKey: undefined,
    geminiModel: "gemini-flash-latest",
    geminiFallbackModel: "gemini-flash-lite-latest",
    geminiBaseUrl: undefined,
    hubPublicUrl: undefined,
    slackWebhookUrl: undefined,
    alertWebhookUrl: undefined,
    alertWebhookSecret: undefined,
    smtpHost: undefined,
    smtpPort: undefined,
    smtpSecurity: "starttls",
    smtpUser: undefined,
    smtpPassword: undefined,
    smtpFrom: undefined,
    mailTo: [],
    eventLog: false,
    alertLanguage: "ko",
    alertQuietHours: undefined,
    alertDailySummary: "0 8 * * *",
    alertWeeklySummary: "0 8 * * 1",
    alertUnchangedDays: undefined,
    alertOff: [],
    alertSpeed: 1,
    reportDaily: "30 7 * * *",
    reportWeekly: "30 7 * * 1",
    reportMonthly: "30 7 1 * *",
    reportSend: [],
    reportLanguage: undefined,
    reportsFolder: "reports",
    reportRetention: 400,
    monitorResponseMs: [100, 500],
    monitorErrorPercent: [1, 5],
    monitorCpuPercent: [70, 85],
    monitorMemoryPercent: [80, 90],
    monitorDiskPercent: [80, 90],
    monitorConnections: [1000, 2000],
  });
});

test("folders stand below the home folder as absolute paths, also when home is relative", () => {
  const settings = loadSettings({ home: relative(process.cwd(), home()), env: {} });
  expect(isAbsolute(settings.home)).toBe(true);
  expect(settings.databaseDir).toBe(join(settings.home, "database"));
  expect(settings.backupsDir).toBe(join(settings.home, "database", "backups"));
  expect(settings.mirrorDir).toBe(join(settings.home, "database", ".mirror"));
  expect(settings.logsDir).toBe(join(settings.home, "logs"));
  expect(settings.reportsDir).toBe(join(settings.home, "reports"));
  expect(load({ REPORTS_DIR: "/share/reports" }).reportsDir).toBe("/share/reports");
});

test("the environment wins over the file, and an empty variable counts as absent in both", () => {
  const file = "API_PORT=9000\nHUB_WORKERS=\nCACHE_MAX=5\n";
  const settings = load({ API_PORT: "9001", CACHE_MAX: "", RATE_LIMIT_API: "  " }, file);
  expect([settings.apiPort, settings.workers, settings.cacheMax, settings.rateLimitApi]).toEqual([9001, 2, 5, 60]);
});

test("a file from Windows is read: byte order mark, CRLF, quotes, comments, UTF-16 from PowerShell", () => {
  const text = "\uFEFFAPI_PORT=9000\r\n# 설정\r\nHOST=\"127.0.0.1\" # loopback\r\nHUB_TIMEZONE='Europe/Berlin'\r\n";
  const expected = { apiPort: 9000, host: "127.0.0.1", timezone: "Europe/Berlin" };
  expect(load({}, text)).toMatchObject(expected);
  expect(load({}, Buffer.from(text, "utf16le"))).toMatchObject(expected);
  const comment949 = Buffer.concat([Buffer.from([0x23, 0xbc, 0xb3, 0xc1, 0xa4, 0x0a]), Buffer.from("API_PORT=9000\n")]);
  expect(load({}, comment949).apiPort).toBe(9000);
});

test("a .env that is there but cannot be read stops the start instead of being passed over", () => {
  const path = home();
  mkdirSync(join(path, ".env"));
  expect(() => loadSettings({ home: path, env: {} })).toThrow(
    new SettingsError(
      `The settings file ${join(path, ".env")} cannot be read (EISDIR). See that it is a file and that the hub may read it, and start again.`,
    ),
  );
});

test("a wrong value is one sentence that names the variable, where it stands, the value and what is allowed", () => {
  expect(complaint({ API_PORT: "99999" })).toBe(
    "API_PORT in the environment is '99999', but must be a whole number from 0 to 65535.",
  );
  expect(complaint({ HUB_TIMEZONE: "KST" })).toBe(
    "HUB_TIMEZONE in the environment is 'KST', but must be an IANA time zone such as Asia/Seoul or UTC.",
  );
  expect(complaint({ CORS_ORIGINS: "dashboard" })).toBe(
    "CORS_ORIGINS in the environment is 'dashboard', but must be * or a comma-separated list of origins such as http://dashboard:8502.",
  );
  const file = home("API_PORT=eight\n");
  expect(() => loadSettings({ home: file, env: {} })).toThrow(
    `API_PORT in ${join(file, ".env")} is 'eight', but must be`,
  );
  expect(complaint({ HOST: "a\nb" })).toBe(
    "HOST in the environment is 'a?b', but must be an IP address or a host name to listen on.",
  );
});

test("all wrong values are told at once, one sentence a line", () => {
  expect(complaint({ API_PORT: "99999", HOST: "0.0.0.0", ROLLUP: "perhaps", ADMIN_KEY: "ge heim" })).toBe(
    [
      "API_PORT in the environment is '99999', but must be a whole number from 0 to 65535.",
      "ADMIN_KEY in the environment is '***', but must be a key of ASCII characters without spaces and commas.",
      "ROLLUP in the environment is 'perhaps', but must be true or false.",
    ].join("\n"),
  );
});

test("the value of a secret never stands in the sentence", () => {
  for (const name of ["ADMIN_KEY", "API_KEYS", "GEMINI_API_KEY", "SLACK_WEBHOOK_URL", "ALERT_WEBHOOK_URL"]) {
    const sentence = complaint({ [name]: "geheim wort" });
    expect(sentence).toStartWith(`${name} in the environment is '***', but must be`);
    expect(sentence).not.toContain("geheim");
  }
});

test.each([
  ["API_PORT", ["0", "65535"], ["-1", "65536", "8000.5", "8e3", "0x50", "８０００", "http"]],
  [
    "HOST",
    ["::", "127.0.0.1", "localhost", "hub-1.factory.local"],
    ["[::1]", "300.1.1.1", "a b", "-a", "http://a", "1.2.3"],
  ],
  ["HUB_TIMEZONE", ["UTC", "America/New_York"], ["Seoul", "Asia/Soul"]],
  ["ARCHIVE_CUTOFF_YEAR", ["1900", "9998"], ["1899", "9999", "25"]],
  [
    "CORS_ORIGINS",
    ["*", "https://a.example, http://b:81/"],
    ["*, http://a", "http://a/path", "ftp://a", "http://u:p@a", "null"],
  ],
  ["RATE_LIMIT_API", ["0", "600"], ["-5", "many"]],
  ["RATE_LIMIT_CHAT", ["0", "600"], ["-5"]],
  ["CHAT_SESSION_TTL_SEC", ["60", "86400"], ["59", "1h"]],
  ["CACHE_MAX", ["0", "100000"], ["100001"]],
  ["CACHE_TTL", ["1", "86400"], ["0", "1h"]],
  ["SLOW_QUERY_THRESHOLD_MS", ["0"], ["0.5"]],
  ["API_KEYS", ["one,two", ", ,"], ["one,t wo", "암호"]],
  ["ADMIN_KEY", ["s3cret!"], ["a,b", "a b"]],
  ["TRUSTED_PROXIES", ["10.0.0.1", "10.0.0.0/8, ::1, fd00::/8"], ["10.0.0.0/33", "proxy", "10.0.0", "::1/129"]],
  ["MIRROR_MAX_MB", ["0", "4096"], ["1GB"]],
  ["INLINE_MAX_ROWS", ["0"], ["1_000"]],
  ["QUERY_TIMEOUT_SEC", ["1", "3600"], ["0", "3601"]],
  ["CUSTOM_QUERY_TIMEOUT_SEC", ["1", "600"], ["0", "601"]],
  ["HUB_WORKERS", ["1", "16"], ["0", "17"]],
  ["LOG_ROTATION", ["size", "daily"], ["hourly", "Daily"]],
  ["LOG_KEEP_DAYS", ["1", "3650"], ["0", "3651"]],
  ["LOG_GZIP", ["true", "off"], ["gzip"]],
  ["ACCESS_LOG", ["app", "separate", "both"], ["off", "access.log"]],
  ["HUB_PUBLIC_URL", ["http://hub-pc:8000", "https://hub.example/"], ["hub-pc:8000", "http://hub/?a=1"]],
  [
    "SLACK_WEBHOOK_URL",
    ["https://hooks.slack.com/services/T0/B0/x", "http://chat:8065/hooks/a?b=c"],
    ["hooks.slack.com", "ftp://a/b", "https://u:p@a/b", "https://a/b#c"],
  ],
  ["ALERT_WEBHOOK_SECRET", ["s3cret!", "비밀 값"], ["x".repeat(257)]],
  ["SMTP_HOST", ["smtp.factory.example", "10.0.0.7"], ["smtp://mail", "a b"]],
  ["SMTP_PORT", ["25", "65535"], ["0", "65536"]],
  ["SMTP_SECURITY", ["none", "starttls", "tls"], ["ssl", "TLS"]],
  [
    "SMTP_FROM",
    ["hub@factory.example", "생산 데이터 허브 <hub@factory.example>", "hub@mail"],
    ["hub", "Hub <hub>", "Hub <a@b>, c@d", 'Hub" <a@b>', "a@b@c", "hub@factory.example\rBcc: x@y"],
  ],
  ["MAIL_TO", ["kim@factory.example, lee@factory.example", "a+b@c"], ["kim", "kim@a b", "Kim <kim@a>", "@a"]],
  ["EVENT_LOG", ["true", "off"], ["maybe"]],
  [
    "BACKUP_CRON",
    ["0 2 * * *", "@daily", "*/30 8-18 * * 1-5"],
    ["2:00", "0 2 * *", "* * * * * *", "0 2 30 2 *", "off"],
  ],
  ["REPORT_DAILY", ["0 6 * * 1-6", "off", "0"], ["every day", "no"]],
  ["REPORT_SEND", ["daily", "weekly, monthly", ", ,"], ["yearly", "daily;weekly", "all"]],
  ["REPORT_LANGUAGE", ["ko", "en"], ["kr", "KO"]],
  ["REPORTS_DIR", ["reports", "보고서", "D:\\reports", "\\\\server\\share\\reports"], ["a|b", "who?"]],
  ["REPORT_RETENTION", ["1", "10000"], ["0", "10001"]],
  ["MONITOR_RESPONSE_MS", ["50,200", "0.5, 1.5"], ["500,100", "100", "0,5", "1,2,3", "a,b", "-1,5"]],
  ["MONITOR_CPU_PERCENT", ["50,100"], ["50,101", "70,70"]],
  ["ALERT_LANGUAGE", ["ko", "en"], ["kr", "KO"]],
  ["ALERT_QUIET_HOURS", ["22:00-07:00", "9:30 - 12:00"], ["22-7", "24:00-07:00", "07:00-7:00"]],
  ["ALERT_DAILY_SUMMARY", ["off", "30 7 * * 1-6"], ["daily", "0 8 * *"]],
  ["ALERT_WEEKLY_SUMMARY", ["off", "0 8 * * 1"], ["none"]],
  ["ALERT_UNCHANGED_DAYS", ["1", "365"], ["0", "366"]],
  ["ALERT_OFF", ["slow-queries, rate-limit-storm"], ["Slow", "slow_queries"]],
] as const)("%s accepts what it documents and nothing else", (name, good, bad) => {
  const accepted = (values: readonly string[]) => values.filter((value) => complaint({ [name]: value }) === "accepted");
  expect(accepted(good)).toEqual([...good]);
  expect(accepted(bad)).toEqual([]);
});

test("lists drop blanks and repetitions, and origins are written as browsers send them", () => {
  const settings = load({
    API_KEYS: " a, b,,a ",
    CORS_ORIGINS: "HTTP://Dash:8502/,https://x:443",
    TRUSTED_PROXIES: "::1,",
  });
  expect(settings.apiKeys).toEqual(["a", "b"]);
  expect(settings.corsOrigins).toEqual(["http://dash:8502", "https://x"]);
  expect(settings.trustedProxies).toEqual(["::1"]);
});

test("the Gemini key is kept, and told to nobody", () => {
  const settings = load({ GEMINI_API_KEY: " AIza-geheim " });
  expect(settings.geminiApiKey).toBe("AIza-geheim");
  expect(JSON.stringify(presentSettings(settings))).not.toContain("geheim");
});

test("whoever writes a log learns every secret that must not stand in it", () => {
  const settings = load({ GEMINI_API_KEY: "AIza-geheim", API_KEYS: "k1,k2", ADMIN_KEY: "a1" });
  expect(secretsOf(settings)).toEqual(["k1", "k2", "a1", "AIza-geheim"]);
  expect(secretsOf(load({}))).toEqual([]);
});

test("models and the address of a gateway are checked before anything is asked of them", () => {
  const settings = load({ GEMINI_MODEL: "models/gemini-x.1", GEMINI_BASE_URL: "http://gate:8080/google/" });
  expect([settings.geminiModel, settings.geminiBaseUrl]).toEqual(["models/gemini-x.1", "http://gate:8080/google/"]);
  expect(complaint({ GEMINI_MODEL: "../gemini" })).toBe(
    "GEMINI_MODEL in the environment is '../gemini', but must be the name of a Gemini model such as gemini-flash-latest.",
  );
  for (const wrong of ["gate:8080", "ftp://gate", "http://user:pass@gate", "https://gate/?key=x", "https://gate/#x"]) {
    expect(complaint({ GEMINI_BASE_URL: wrong })).toEndWith(
      "but must be an http or https address such as https://gateway.example/gemini.",
    );
  }
});

test("the printed table's defaults are the ones that apply", () => {
  const fromTable = Object.fromEntries(settingsTable.map((row) => [row.name, row.default]));
  const path = home();
  expect(loadSettings({ home: path, env: fromTable })).toEqual(loadSettings({ home: path, env: {} }));
  expect(settingsTable.every((row) => row.allowed !== "" && row.meaning.endsWith("."))).toBe(true);
});

test("settings in force are told as they would stand in .env, and of a secret only whether it is set", () => {
  const secret = "s3cret-key-of-nobody";
  const settings = load({ API_PORT: "08123", CORS_ORIGINS: "http://a:1, http://b:2", ADMIN_KEY: secret, ROLLUP: "no" });
  const present = new Map(presentSettings(settings).map((setting) => [setting.name, setting]));
  expect([...present.keys()]).toEqual(settingsTable.map(({ name }) => name));
  expect(present.get("API_PORT")).toMatchObject({ value: "8123", isDefault: false });
  expect(present.get("CORS_ORIGINS")).toMatchObject({ value: "http://a:1,http://b:2", isDefault: false });
  expect(present.get("ROLLUP")).toMatchObject({ value: "false", isDefault: false });
  expect(present.get("ARCHIVE_CUTOFF_YEAR")).toMatchObject({ value: "", isDefault: true });
  expect(present.get("HUB_TIMEZONE")).toMatchObject({ value: "Asia/Seoul", isDefault: true });
  expect(present.get("ADMIN_KEY")).toMatchObject({ value: null, isDefault: false });
  for (const name of ["API_KEYS", "GEMINI_API_KEY"])
    expect(present.get(name)).toMatchObject({ value: null, isDefault: true });
  expect(JSON.stringify([...present.values()])).not.toContain(secret);
});
