import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { temporaryHome } from "./files.ts";
import { eventually, type Json } from "./hub.ts";
import { root, tied } from "./processes.ts";

/** What a program said, and its exit code. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A folder with Korean letters and blanks, as on a desktop in Korea, in which the hub is started by its command line. */
export abstract class HubFolder {
  static readonly folderName = "생산 데이터 허브 2026";
  protected readonly outside = temporaryHome();
  readonly #running = new Set<Subprocess>();
  readonly #tried = new Set<string>();
  /** The folder of the hub, which is its home unless it is told another one. */
  readonly folder = join(this.outside, HubFolder.folderName);
  /** The home of sample data. */
  readonly demo = join(this.folder, "demo");
  /** Where a hub that is started here listens: a port of its own. */
  readonly url: string;
  /** How long a program may take, ms. */
  readonly limitMs: number;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
    mkdirSync(this.demo, { recursive: true });
    const port = freePort();
    this.url = `http://127.0.0.1:${port}`;
    const settings = [
      `API_PORT=${port}`,
      "DASHBOARD_PORT=0",
      "HOST=127.0.0.1",
      "RATE_LIMIT_API=0",
      "RATE_LIMIT_CHAT=0",
    ];
    for (const home of [this.folder, this.demo]) writeFileSync(join(home, ".env"), `${settings.join("\r\n")}\r\n`);
  }

  /** Options of the hub that were given to it so far. */
  get tried(): ReadonlySet<string> {
    return this.#tried;
  }

  /** A path in the folder as programs are told it, relative to where they are started. */
  told(path: string): string {
    return `${HubFolder.folderName}/${path}`;
  }

  /** Starts the hub with these arguments. */
  start(args: readonly string[]) {
    for (const arg of args) if (arg.startsWith("--")) this.#tried.add(arg);
    return this.spawn(this.hubCommand(args));
  }

  /** Runs the hub with these arguments to its end. */
  run(args: readonly string[]): Promise<Ran> {
    return this.ended(this.start(args), this.limitMs);
  }

  fetch = (path: string, init: BunFetchRequestInit = {}): Promise<Response> =>
    fetch(this.url + path, { signal: AbortSignal.timeout(this.limitMs), ...init });

  json = async (path: string, init?: BunFetchRequestInit) => {
    const response = await this.fetch(path, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };

  /** Resolves to what /healthz says when all is well. */
  healthy = (): Promise<Json> =>
    eventually(
      "the hub is well",
      () =>
        this.fetch("/healthz", { signal: AbortSignal.timeout(2_000) })
          .then(async (response): Promise<Json> => response.json())
          .then((health) => (health.status === "ok" ? health : undefined))
          .catch(() => undefined),
      this.limitMs,
    );

  /** Ends what still runs. */
  async endAll(): Promise<void> {
    for (const child of this.#running) child.kill("SIGTERM");
    await Promise.all([...this.#running].map((child) => child.exited));
  }

  /** Has a hub end in good order, by `--stop`; `home` tells which one. @throws when it does not */
  async endInGoodOrder(running: Subprocess, home: readonly string[]): Promise<void> {
    const { code, stderr } = await this.run([...home, "--stop"]);
    if (code !== 0) throw new Error(`--stop ended with code ${code}: ${stderr}`);
    const exit = await running.exited;
    if (exit !== 0) throw new Error(`The hub ended with code ${exit} when it was told to stop.`);
  }

  /** Presses Ctrl+C and returns the exit code. */
  abstract pressCtrlC(running: Subprocess): Promise<number>;

  protected abstract hubCommand(args: readonly string[]): string[];

  protected spawn(command: string[]) {
    const env = { ...process.env, ...this.environment() };
    const child = tied(Bun.spawn(command, { cwd: this.outside, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" }));
    this.#running.add(child);
    void child.exited.then(() => this.#running.delete(child));
    return child;
  }

  protected environment(): Record<string, string> {
    return {};
  }

  protected async ended(child: Subprocess<"ignore", "pipe", "pipe">, limitMs: number): Promise<Ran> {
    const timer = setTimeout(() => child.kill("SIGTERM"), limitMs);
    const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    clearTimeout(timer);
    return { code, stdout, stderr };
  }
}

/** The hub from source, on this machine. */
export class SourceFolder extends HubFolder {
  protected override hubCommand(args: readonly string[]): string[] {
    return [process.execPath, join(root, "src/main.ts"), ...args];
  }

  // From source, the folder beside the program would be the project's.
  protected override environment(): Record<string, string> {
    return { HUB_HOME: this.folder };
  }

  override pressCtrlC(running: Subprocess): Promise<number> {
    running.kill("SIGINT");
    return running.exited;
  }
}

/**
 * A port that nothing listens on just now; a program's choice of port 0 could not be asked for before it listens. It is below those that
 * systems give to whoever asks for any (32768 and up on Linux, 49152 on Windows), so that none of these takes it while its program is down.
 */
export function freePort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      void Bun.serve({ port, hostname: "127.0.0.1", fetch: () => new Response() }).stop(true);
      return port;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EADDRINUSE") throw error;
    }
  }
}
