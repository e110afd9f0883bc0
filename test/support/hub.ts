import type { Database } from "bun:sqlite";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openBeside, temporaryHome } from "./files.ts";
import { hubCommand, startServer } from "./processes.ts";

/** A parsed JSON answer: the tests say which shape they expect of it. */
// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the tests examine, so it cannot be declared beforehand
export type Json = any;

/** A hub running as a process of its own. */
export interface Hub {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly home: string;
  readonly pid: number;
  /** Fetches a path. A connection that fails is reported together with what the hub wrote to stderr. */
  fetch(path: string, init?: BunFetchRequestInit): Promise<Response>;
  /** Fetches a path and parses its JSON body, whatever the status. */
  json(path: string, init?: BunFetchRequestInit): Promise<{ status: number; headers: Headers; body: Json }>;
  /** What the hub has written to stderr so far. */
  stderr(): string;
  /** What stands in logs/app.log. */
  log(): string;
  /** Sends SIGTERM and resolves to the exit code. */
  stop(): Promise<number>;
}

/** What a test may say about the hub it starts. */
export interface HubOptions {
  /** The folder that holds database/ and logs/; a new empty one when absent. */
  readonly home?: string;
  /** Settings beyond those every test hub has. */
  readonly env?: Readonly<Record<string, string>>;
}

const START_LIMIT_MS = 90_000;

/**
 * Starts the hub on a free port and resolves when it listens.
 * @throws with the hub's stderr when it ends or says nothing within 90 s.
 */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const home = options.home ?? temporaryHome();
  const { url, pid, complaints, stop } = await startServer({
    name: "hub",
    command: hubCommand,
    env: {
      HUB_HOME: home,
      HOST: "127.0.0.1",
      API_PORT: "0",
      DASHBOARD_PORT: "0",
      RATE_LIMIT_API: "0",
      RATE_LIMIT_CHAT: "0",
      ...options.env,
    },
    limitMs: START_LIMIT_MS,
  });

  const request = async (path: string, init?: BunFetchRequestInit): Promise<Response> => {
    try {
      return await fetch(url + path, init);
    } catch (error) {
      throw new Error(`${path.slice(0, 200)} failed (${error}); the hub's stderr:\n${complaints() || "(empty)"}`);
    }
  };
  return {
    url,
    home,
    pid,
    fetch: request,
    async json(path, init) {
      const response = await request(path, init);
      const text = await response.text();
      try {
        return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
      } catch {
        throw new Error(`${path.slice(0, 200)} answered ${response.status} with no JSON: ${text.slice(0, 500)}`);
      }
    },
    stderr: complaints,
    log: () => {
      const file = join(home, "logs", "app.log");
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    },
    stop: () => stop(START_LIMIT_MS),
  };
}

/** The hub.db of a home whose hub may be writing into it just then. */
export const hubDbOf = (home: string): Database => openBeside(join(home, "database", "hub.db"));

/** Calls `probe` until it answers something other than undefined, at most for `limitMs`. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  limitMs = 60_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited ${limitMs / 1000} s in vain: ${what}.`);
    await Bun.sleep(50);
  }
}

/**
 * The answer out of the files as they are now: on a busy machine, or a full disk, the hub answers from what it read last where reading takes
 * longer than two seconds, and says so; what it has not read once is refused.
 */
export async function newest(hub: Hub, path: string): Promise<Response> {
  const answer = eventually(
    `an answer to ${path} from the newest data`,
    async () => {
      const response = await hub.fetch(path);
      if (response.headers.get("x-data-state") === null && !(await isFirstRead(response))) return response;
      await response.bytes();
      return undefined;
    },
    120_000,
  );
  return answer.catch(async (error: Error) => {
    throw new Error(`${error.message} ${JSON.stringify((await hub.json("/healthz")).body.files)}`, { cause: error });
  });
}

/** True of an answer that only says that a file was not read yet. */
async function isFirstRead(response: Response): Promise<boolean> {
  if (response.status !== 503) return false;
  return /still being read|being read for the first time|not read yet/i.test(await response.clone().text());
}
