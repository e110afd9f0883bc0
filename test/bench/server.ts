import { join, resolve } from "node:path";
import type { Subprocess } from "bun";

const root = resolve(import.meta.dir, "../..");
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

const running = new Set<Subprocess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a command and resolves when it has printed the line with its address; throws with its stderr otherwise. */
async function start(name: string, command: readonly string[], env: Record<string, string>): Promise<Server> {
  const child = Bun.spawn([...command], {
    cwd: root,
    // The bench decides the settings: what stands in the caller's environment must not change the figures.
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  running.add(child);
  child.exited.then(() => running.delete(child));
  let complaints = "";
  void drain(child.stderr, (text) => {
    complaints += text;
  });

  const { promise, resolve: found, reject } = Promise.withResolvers<number>();
  let said = "";
  void drain(child.stdout, (text) => {
    said += text;
    const port = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(said)?.[1];
    if (port) found(Number(port));
  });
  child.exited.then((code) => reject(new Error(`The ${name} ended with code ${code}: ${said}${complaints}`)));
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    reject(new Error(`The ${name} did not listen within ${START_LIMIT_MS / 1000} s: ${said}${complaints}`));
  }, START_LIMIT_MS);
  const port = await promise.finally(() => clearTimeout(timer));

  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      const code = await Promise.race([child.exited, Bun.sleep(STOP_LIMIT_MS).then(() => null)]);
      if (code === 0) return;
      child.kill("SIGKILL");
      throw new Error(
        code === null
          ? `The ${name} did not end within ${STOP_LIMIT_MS / 1000} s of SIGTERM: ${complaints}`
          : `The ${name} ended with code ${code} on SIGTERM: ${complaints}`,
      );
    },
  };
}

async function drain(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
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
  return start("hub", command, { HUB_HOME: home, HOST: "127.0.0.1", API_PORT: "0", RATE_LIMIT_API: "0", ...env });
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
