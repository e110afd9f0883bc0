/**
 * Settings: the `.env` file of the home folder and the environment become one validated, read-only value. Every
 * variable is defined once, in `variables`; the type, the validation, the error sentence and the printed table follow.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { alertsVariables } from "./config/alerts.ts";
import { chatVariables } from "./config/chat.ts";
import { dataVariables } from "./config/data.ts";
import { type SortedNames, sortNames } from "./config/env-names.ts";
import type { Kind, Variable } from "./config/kinds.ts";
import { logVariables } from "./config/logs.ts";
import { monitoringVariables } from "./config/monitoring.ts";
import { notifyVariables } from "./config/notify.ts";
import { operationsVariables } from "./config/operations.ts";
import { qualityVariables } from "./config/quality.ts";
import { reportsVariables } from "./config/reports.ts";
import { serverVariables } from "./config/server.ts";

/** Wrong settings; the message has one sentence a line for each, for the operator, with secrets masked. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/** In the order in which `--help` and the manual list them. */
const variables = {
  ...serverVariables,
  ...dataVariables,
  ...operationsVariables,
  ...logVariables,
  ...chatVariables,
  ...qualityVariables,
  ...notifyVariables,
  ...alertsVariables,
  ...reportsVariables,
  ...monitoringVariables,
};

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
  /** Where reports are put. */
  readonly reportsDir: string;
  /** The hub's own copies of files that others write. */
  readonly mirrorDir: string;
};

/** All settings, validated; units stand in the names (`Ms`, `Sec`, `Mb`). */
export type Settings = { readonly [K in keyof Variables]: Value<Variables[K]> } & Folders;

/** Every setting for `--help` and the manual; `default` is '' where there is none. */
export const settingsTable: readonly { name: string; default: string; allowed: string; meaning: string }[] =
  Object.values<Variable<unknown>>(variables)
    .filter(({ hidden }) => !hidden)
    .map(({ name, default: preset = "", kind, meaning }) => ({
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
  const shown = Object.entries<Variable<unknown>>(variables).filter(([, { hidden }]) => !hidden);
  return shown.map(([key, variable]) => {
    const text = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value ?? ""));
    const value = text(settings[key as keyof Variables]);
    const isDefault = value === text(parse(variable, variable.default, "the defaults"));
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
 * counts as absent in both. Throws SettingsError for all wrong values together and for a `.env` that cannot be read.
 */
export function loadSettings({ home, env }: { home: string; env: Record<string, string | undefined> }): Settings {
  const root = resolve(home);
  const envFile = join(root, ".env");
  const file = readEnvFile(envFile);
  const values: Record<string, unknown> = {};
  const complaints: string[] = [];
  for (const [key, variable] of Object.entries<Variable<unknown>>(variables)) {
    const ofEnvironment = env[variable.name]?.trim();
    const text = ofEnvironment || file[variable.name]?.trim() || variable.default;
    try {
      values[key] = parse(variable, text, ofEnvironment ? "the environment" : envFile);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      complaints.push(error.message);
    }
  }
  if (complaints.length > 0) throw new SettingsError(complaints.join("\n"));
  const databaseDir = join(root, "database");
  return Object.freeze({
    ...(values as { [K in keyof Variables]: Value<Variables[K]> }),
    home: root,
    databaseDir,
    backupsDir: join(databaseDir, "backups"),
    logsDir: join(root, "logs"),
    reportsDir: resolve(root, values.reportsFolder as string),
    mirrorDir: join(databaseDir, ".mirror"),
  });
}

/** The names in `<home>/.env`: settings, and what is none. Throws SettingsError for a file that cannot be read. */
export const namesInEnvFile = (home: string): SortedNames =>
  sortNames(
    Object.keys(readEnvFile(join(resolve(home), ".env"))),
    settingsTable.map(({ name }) => name),
  );

/** `place` says where the text stands, so that whoever must correct it need not look for it. */
function parse({ name, kind, secret }: Variable<unknown>, text: string | undefined, place: string): unknown {
  if (text === undefined) return undefined;
  const result = kind.schema.safeParse(text);
  if (result.success) return result.data;
  throw new SettingsError(`${name} in ${place} is '${secret ? "***" : printable(text)}', but must be ${kind.allowed}.`);
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
    throw new SettingsError(
      `The settings file ${path} cannot be read (${code}). See that it is a file and that the hub may read it, and start again.`,
    );
  }
  // Windows PowerShell 5.1 writes UTF-16 with a byte order mark when a file is made with `>`.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  return parseEnv(new TextDecoder(encoding).decode(bytes));
}
