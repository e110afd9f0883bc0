/**
 * Settings: the `.env` file of the home folder and the environment become one validated, read-only value. Every
 * variable is defined once, in `variables`; the type, the validation, the error sentence and the printed table follow.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { CronPattern } from "croner";
import { z } from "zod";

/** A wrong setting; the message is one sentence for the operator, with secrets masked. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/** What a variable may hold: the schema that parses its text and the same rule in words (follows "must be"). */
type Kind<T> = { readonly schema: z.ZodType<T, string>; readonly allowed: string };

type Variable<T> = {
  readonly name: string;
  readonly kind: Kind<T>;
  /** Text as it would stand in `.env`; `undefined` makes the setting optional. */
  readonly default: string | undefined;
  readonly meaning: string;
  readonly secret?: true;
};

/** A whole number in decimal digits; `zero` says what 0 means where it is not a quantity. */
function whole(min: number, max: number, zero?: string): Kind<number> {
  return {
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
    allowed: `a whole number from ${min} to ${max}${zero ? ` (0 = ${zero})` : ""}`,
  };
}

/** A comma list: blanks and empty entries are dropped, repeated ones kept once. */
function list(entry: z.ZodType<string, string>, allowed: string): Kind<readonly string[]> {
  const entries = z.array(entry).transform((values) => [...new Set(values)]);
  return {
    schema: z
      .string()
      .transform((text) =>
        text
          .split(",")
          .map((part) => part.trim())
          .filter(Boolean),
      )
      .pipe(entries),
    allowed,
  };
}

const timezone: Kind<string> = {
  schema: z.string().refine((name) => {
    try {
      return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
    } catch {
      return false;
    }
  }),
  allowed: "an IANA time zone such as Asia/Seoul or UTC",
};

const host: Kind<string> = {
  // A name that ends in digits only is a mistyped IPv4 address (RFC 1123 §2.1).
  schema: z.string().refine((name) => isIP(name) !== 0 || /^(?!.*(^|\.)\d+$)[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(name)),
  allowed: "an IP address or a host name to listen on",
};

const origin = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const bare = url && url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
  if (bare && (url.protocol === "http:" || url.protocol === "https:")) return url.origin;
  context.addIssue("not an origin");
  return z.NEVER;
});

const origins: Kind<readonly string[]> = (() => {
  const named = list(origin, "* or a comma-separated list of origins such as http://dashboard:8502");
  return { ...named, schema: z.union([z.literal("*").transform(() => ["*"]), named.schema]) };
})();

// What an HTTP header carries unchanged (RFC 9110 §5.5), without the separators of the list and of "Bearer key".
const key = z.string().regex(/^[!-+\--~]+$/);
const adminKey: Kind<string> = { schema: key, allowed: "a key of ASCII characters without spaces and commas" };
const keys = list(key, "a comma-separated list of keys of ASCII characters without spaces");

const networks = list(
  z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]),
  "a comma-separated list of IP addresses or CIDR networks such as 10.0.0.0/8",
);

const yesNo: Kind<boolean> = {
  schema: z.stringbool({ truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off"] }),
  allowed: "true or false",
};

const cron: Kind<string> = {
  schema: z.string().refine((pattern) => {
    try {
      return new CronPattern(pattern) !== null;
    } catch {
      return false;
    }
  }),
  allowed: "a cron pattern of five fields such as 0 2 * * * (daily at 02:00)",
};

const geminiKey: Kind<string> = { schema: key, allowed: "a Gemini API key, without spaces" };
const geminiModel: Kind<string> = {
  schema: z.string().regex(/^((models|tunedModels)\/)?[a-z\d][\w.-]{0,99}$/i),
  allowed: "the name of a Gemini model such as gemini-flash-latest",
};

const address: Kind<string> = {
  // The hub puts version and path after it, and its key into a header.
  schema: z.string().refine((text) => {
    const url = URL.parse(text);
    if (!url || url.search || url.hash || url.username || url.password) return false;
    return url.protocol === "http:" || url.protocol === "https:";
  }),
  allowed: "an http or https address such as https://gateway.example/gemini",
};

const variables = {
  apiPort: {
    name: "API_PORT",
    kind: whole(0, 65_535),
    default: "8000",
    meaning: "Port of the REST API; 0 takes any free port.",
  },
  dashboardPort: {
    name: "DASHBOARD_PORT",
    kind: whole(0, 65_535, "off"),
    default: "8502",
    meaning: "A second port under which the dashboard was known before; it is on API_PORT as well.",
  },
  host: { name: "HOST", kind: host, default: "0.0.0.0", meaning: "Address to listen on." },
  timezone: {
    name: "HUB_TIMEZONE",
    kind: timezone,
    default: "Asia/Seoul",
    meaning: "The factory's time zone: today, log times, timestamps.",
  },
  archiveCutoffYear: {
    name: "ARCHIVE_CUTOFF_YEAR",
    kind: whole(1900, 9998),
    default: undefined,
    meaning: "Last year that belongs to the archives; without it, the year of the newest archive file.",
  },
  corsOrigins: {
    name: "CORS_ORIGINS",
    kind: origins,
    default: "",
    meaning: "Origins whose pages may call the API from a browser.",
  },
  rateLimitApi: {
    name: "RATE_LIMIT_API",
    kind: whole(0, 1_000_000, "off"),
    default: "60",
    meaning: "Requests a minute for each client address.",
  },
  rateLimitChat: {
    name: "RATE_LIMIT_CHAT",
    kind: whole(0, 1_000_000, "off"),
    default: "20",
    meaning: "Questions to the chat a minute for each client address.",
  },
  chatSessionTtlSec: {
    name: "CHAT_SESSION_TTL_SEC",
    kind: whole(60, 86_400),
    default: "1800",
    meaning: "Seconds without a question after which the chat forgets a conversation.",
  },
  cacheMax: {
    name: "CACHE_MAX",
    kind: whole(0, 100_000, "off"),
    default: "200",
    meaning: "Answers kept in memory.",
  },
  cacheTtlSec: {
    name: "CACHE_TTL",
    kind: whole(1, 86_400),
    default: "300",
    meaning: "Seconds an answer is kept at most; changed data replace it earlier.",
  },
  slowQueryThresholdMs: {
    name: "SLOW_QUERY_THRESHOLD_MS",
    kind: whole(0, 3_600_000),
    default: "500",
    meaning: "Milliseconds from which a query is logged as SLOW QUERY.",
  },
  apiKeys: {
    name: "API_KEYS",
    kind: keys,
    default: "",
    meaning: "Keys that clients must show; without any, none is asked for.",
    secret: true,
  },
  adminKey: {
    name: "ADMIN_KEY",
    kind: adminKey,
    default: undefined,
    meaning: "Key for admin actions; without it they are allowed from this machine only.",
    secret: true,
  },
  trustedProxies: {
    name: "TRUSTED_PROXIES",
    kind: networks,
    default: "",
    meaning: "Proxies whose X-Forwarded-For header is believed.",
  },
  mirrorMaxMb: {
    name: "MIRROR_MAX_MB",
    kind: whole(0, 1_000_000),
    default: "1024",
    meaning: "Megabytes up to which the Live file is read from a copy of its own; a larger one is read directly.",
  },
  inlineMaxRows: {
    name: "INLINE_MAX_ROWS",
    kind: whole(0, 1_000_000_000),
    default: "20000",
    meaning:
      "Questions over at most this many rows are answered in the server's own process; larger files get a search index.",
  },
  rollup: {
    name: "ROLLUP",
    kind: yesNo,
    default: "true",
    meaning:
      "Keep daily totals and search indexes in hub.db, which answer in milliseconds; false reads the rows each time.",
  },
  queryTimeoutSec: {
    name: "QUERY_TIMEOUT_SEC",
    kind: whole(1, 3600),
    default: "60",
    meaning: "Seconds after which a query is given up.",
  },
  customQueryTimeoutSec: {
    name: "CUSTOM_QUERY_TIMEOUT_SEC",
    kind: whole(1, 600),
    default: "10",
    meaning: "Seconds after which a query that the chat's model wrote is given up.",
  },
  workers: {
    name: "HUB_WORKERS",
    kind: whole(1, 16),
    default: "2",
    meaning: "Processes that answer heavy questions.",
  },
  backupCron: {
    name: "BACKUP_CRON",
    kind: cron,
    default: "0 2 * * *",
    meaning: "When backups are made, as a cron pattern in the factory's time.",
  },
  liveBackupRetention: {
    name: "LIVE_BACKUP_RETENTION",
    kind: whole(1, 10_000),
    default: "30",
    meaning: "Backups of Live that are kept.",
  },
  archiveBackupRetention: {
    name: "ARCHIVE_BACKUP_RETENTION",
    kind: whole(1, 10_000),
    default: "12",
    meaning: "Backups of each archive file that are kept.",
  },
  watchIntervalSec: {
    name: "WATCH_INTERVAL_SEC",
    kind: whole(10, 86_400),
    default: "3600",
    meaning: "Seconds between two cycles of the watcher.",
  },
  healIndexes: {
    name: "HEAL_INDEXES",
    kind: yesNo,
    default: "true",
    meaning: "Make missing indexes in the ERP's files; false leaves the files untouched.",
  },
  autoRollover: {
    name: "AUTO_ROLLOVER",
    kind: yesNo,
    default: "false",
    meaning: "Move finished years into archives by itself, each night of January.",
  },
  walLimitMb: {
    name: "WAL_LIMIT_MB",
    kind: whole(1, 1_000_000),
    default: "64",
    meaning: "Megabytes from which a -wal file is checkpointed.",
  },
  geminiApiKey: {
    name: "GEMINI_API_KEY",
    kind: geminiKey,
    default: undefined,
    meaning: "Key of the Gemini API for the chat; without it the hub's own planner answers.",
    secret: true,
  },
  // Names that Google moves to its newest model: those of a version are shut down after a year or so, and a hub runs for longer.
  geminiModel: {
    name: "GEMINI_MODEL",
    kind: geminiModel,
    default: "gemini-flash-latest",
    meaning: "The model that is asked first.",
  },
  geminiFallbackModel: {
    name: "GEMINI_FALLBACK_MODEL",
    kind: geminiModel,
    default: "gemini-flash-lite-latest",
    meaning: "The model that stands in when the first one does not answer; the same as GEMINI_MODEL for none.",
  },
  geminiBaseUrl: {
    name: "GEMINI_BASE_URL",
    kind: address,
    default: undefined,
    meaning: "A gateway to ask in place of Google's own address.",
  },
} satisfies Record<string, Variable<unknown>>;

type Variables = typeof variables;

type Value<V> = V extends { kind: Kind<infer T>; default: infer D }
  ? T | (undefined extends D ? undefined : never)
  : never;

/** Absolute paths of the folders the hub reads and writes. */
export type Folders = {
  readonly home: string;
  readonly databaseDir: string;
  readonly backupsDir: string;
  readonly logsDir: string;
  /** The hub's own copies of files that others write. */
  readonly mirrorDir: string;
};

/** All settings, validated; units stand in the names (`Ms`, `Sec`, `Mb`). */
export type Settings = { readonly [K in keyof Variables]: Value<Variables[K]> } & Folders;

/** Every setting for `--help` and the manual; `default` is '' where there is none. */
export const settingsTable: readonly { name: string; default: string; allowed: string; meaning: string }[] =
  Object.values<Variable<unknown>>(variables).map(({ name, default: preset = "", kind, meaning }) => ({
    name,
    default: preset,
    allowed: kind.allowed,
    meaning,
  }));

/** One setting as it is in force. */
export interface PresentSetting {
  name: string;
  meaning: string;
  /** As it would stand in `.env`, '' where there is none; null for a secret. */
  value: string | null;
  /** False for a secret that is set. */
  isDefault: boolean;
}

/** Every setting as it is in force, for people; of a secret only whether it is set. */
export function presentSettings(settings: Settings): PresentSetting[] {
  return Object.entries<Variable<unknown>>(variables).map(([key, variable]) => {
    const text = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value ?? ""));
    const value = text(settings[key as keyof Variables]);
    const isDefault = value === text(parse(variable, variable.default));
    return { name: variable.name, meaning: variable.meaning, value: variable.secret ? null : value, isDefault };
  });
}

/** The values that must never stand in a log: those of every setting that is a secret. */
export function secretsOf(settings: Settings): string[] {
  return Object.entries<Variable<unknown>>(variables)
    .filter(([, { secret }]) => secret)
    .flatMap(([key]) => (settings[key as keyof Variables] ?? []) as string | string[]);
}

/**
 * Settings of the hub that lives in `home`. A variable in `env` wins over the same one in `<home>/.env`; an empty one
 * counts as absent in both. Throws SettingsError for the first wrong value and for a `.env` that cannot be read.
 */
export function loadSettings({ home, env }: { home: string; env: Record<string, string | undefined> }): Settings {
  const root = resolve(home);
  const file = readEnvFile(join(root, ".env"));
  const value = (variable: Variable<unknown>) =>
    parse(variable, env[variable.name]?.trim() || file[variable.name]?.trim() || variable.default);
  const values = Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, value(variable)]));
  const databaseDir = join(root, "database");
  return Object.freeze({
    ...(values as { [K in keyof Variables]: Value<Variables[K]> }),
    home: root,
    databaseDir,
    backupsDir: join(databaseDir, "backups"),
    logsDir: join(root, "logs"),
    mirrorDir: join(databaseDir, ".mirror"),
  });
}

/** The names in `<home>/.env`, whether they are settings or not. Throws SettingsError for a file that cannot be read. */
export const namesInEnvFile = (home: string): string[] => Object.keys(readEnvFile(join(resolve(home), ".env")));

function parse({ name, kind, secret }: Variable<unknown>, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const result = kind.schema.safeParse(text);
  if (result.success) return result.data;
  throw new SettingsError(`${name} is '${secret ? "***" : printable(text)}', but must be ${kind.allowed}.`);
}

/** Keeps the sentence one line on a console, whatever the value holds. */
function printable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "?");
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

function readEnvFile(path: string): Record<string, string | undefined> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    throw new SettingsError(`The settings file ${path} cannot be read (${code}).`);
  }
  // Windows PowerShell 5.1 writes UTF-16 with a byte order mark when a file is made with `>`.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  return parseEnv(new TextDecoder(encoding).decode(bytes));
}
