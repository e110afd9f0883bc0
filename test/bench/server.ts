import { join, resolve } from "node:path";
import { root, startServer } from "../support/processes.ts";

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 15_000;

/** A server that runs as a process of its own. */
export interface Server {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  /** Sends SIGTERM; throws if the server does not end by itself with code 0. */
  stop(): Promise<void>;
}

/** Starts a command and resolves when it has printed the line with its address; throws with its stderr otherwise. */
async function start(name: string, command: readonly string[], env: Record<string, string>): Promise<Server> {
  const { url, pid, complaints, stop } = await startServer({ name, command, env, limitMs: START_LIMIT_MS });
  return {
    url,
    pid,
    async stop() {
      const code = await stop(STOP_LIMIT_MS);
      if (code !== 0) throw new Error(`The ${name} ended with code ${code} on SIGTERM: ${complaints()}`);
    },
  };
}

/** How the hub is started in this run of the bench: the command without arguments. */
export interface HubCommand {
  readonly command: readonly string[];
}

/** The hub from source, or the executable at `binary`. */
export function hubCommand(binary: string | undefined): HubCommand {
  return { command: binary ? [resolve(binary)] : [process.execPath, join(root, "src/main.ts")] };
}

/** Starts the hub on the databases of `home`, without rate limit; `env` holds further settings. */
export function startHub({ command }: HubCommand, home: string, env: Record<string, string> = {}): Promise<Server> {
  return start("hub", command, {
    HUB_HOME: home,
    HOST: "127.0.0.1",
    API_PORT: "0",
    DASHBOARD_PORT: "0",
    RATE_LIMIT_API: "0",
    ...env,
  });
}

/** Starts one of the baseline servers of this folder. */
export function startBaseline(script: string, ...args: readonly string[]): Promise<Server> {
  return start(script, [process.execPath, join(import.meta.dir, script), ...args], {});
}

/** Runs `use` with started servers and stops them afterwards, whatever happens. */
export async function withServers<T>(
  starting: readonly Promise<Server>[],
  use: (...servers: Server[]) => Promise<T>,
): Promise<T> {
  const outcomes = await Promise.allSettled(starting);
  const servers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  try {
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    return await use(...servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
