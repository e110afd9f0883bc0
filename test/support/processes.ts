import { resolve } from "node:path";
import type { Subprocess } from "bun";

/** The project's folder. */
export const root = resolve(import.meta.dir, "../..");

const program = process.env.HUB_TEST_PROGRAM;
/** What starts a hub: the executable that `bun run test` has made, where it has, else the source, whose processes take four times as long to begin. */
export const hubCommand: readonly string[] = program ? [program] : [process.execPath, resolve(root, "src/main.ts")];

const running = new Set<Subprocess>();
process.on("exit", endTied);

/** Ends the children that still run. */
export function endTied(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Has a child process end with this one, however it ends; returns the child. */
export function tied<Child extends Subprocess>(child: Child): Child {
  running.add(child);
  child.exited.then(() => running.delete(child));
  return child;
}

/** A program with pipes in place of its three streams. */
export type Piped = Subprocess<"pipe", "pipe", "inherit">;

/** Starts a script of test/faults that is talked to over stdin and stdout. */
export function startScript(name: string, ...args: readonly string[]): Piped {
  const script = resolve(root, "test/faults", name);
  return tied(Bun.spawn([process.execPath, script, ...args], { stdin: "pipe", stdout: "pipe", stderr: "inherit" }));
}

/** A server that runs as a process of its own and has said where it listens. */
export interface ServerProcess {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  /** What it has written to stderr so far. */
  complaints(): string;
  /** Sends SIGTERM and resolves to the exit code; throws when it has not ended within `limitMs`. */
  stop(limitMs: number): Promise<number>;
}

/** What is started, and how long it may take to listen. */
export interface ServerOrder {
  /** For messages, such as `hub`. */
  readonly name: string;
  readonly command: readonly string[];
  /** All of its environment besides PATH and HOME: what stands in the caller's must change neither tests nor figures. */
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/** Starts a server and resolves when it has printed the line with its address; throws with what it said otherwise. */
export async function startServer({ name, command, env, limitMs }: ServerOrder): Promise<ServerProcess> {
  const child = tied(
    Bun.spawn([...command], {
      cwd: root,
      env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    }),
  );
  const { promise: listening, resolve: found, reject } = Promise.withResolvers<number>();
  let [said, complaints] = ["", ""];
  void drain(child.stderr, (text) => {
    complaints += text;
  });
  void drain(child.stdout, (text) => {
    said += text;
    const port = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(said)?.[1];
    if (port) found(Number(port));
  });
  const fail = (why: string) => reject(new Error(`The ${name} ${why}\nstdout:\n${said}\nstderr:\n${complaints}`));
  child.exited.then(async (code) => {
    // The last lines of stderr arrive after the exit is known.
    await Bun.sleep(50);
    fail(`ended with code ${code} before it listened.`);
  });
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    fail(`did not listen within ${limitMs / 1000} s.`);
  }, limitMs);
  const port = await listening.finally(() => clearTimeout(timer));

  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    complaints: () => complaints,
    async stop(patienceMs) {
      child.kill("SIGTERM");
      const code = await Promise.race([child.exited, Bun.sleep(patienceMs).then(() => null)]);
      if (code !== null) return code;
      child.kill("SIGKILL");
      throw new Error(`The ${name} did not end within ${patienceMs / 1000} s of SIGTERM; its stderr:\n${complaints}`);
    },
  };
}

async function drain(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
}
