import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { temporaryHome } from "./files.ts";
import { eventually, type Json } from "./hub.ts";
import { root } from "./processes.ts";

/** A program `RUNNER DIR PROGRAM ARG…` that runs DIR/PROGRAM under Wine with DIR as the current directory; undefined where there is none. */
export const wineRunner = process.env.WINE_RUN;
/** Windows programs start slowly under Wine, and slower still beside other work. */
export const wineLimitMs = 120_000;
/** Where hub.exe stands, as on a desktop in Korea. */
const folderName = "생산 데이터 허브 2026";
const program = `${folderName}/hub.exe`;

/** What a Windows program said, and its exit code. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A folder with Korean letters and blanks in which hub.exe and other Windows programs run under Wine. */
export class WineFolder {
  readonly #outside = temporaryHome();
  readonly #running = new Set<Subprocess>();
  readonly #tried = new Set<string>();
  /** The folder of hub.exe, which is its home unless it is told another one. */
  readonly folder = join(this.#outside, folderName);
  /** The home of sample data. */
  readonly demo = join(this.folder, "demo");
  /** Where a hub that is started here listens. */
  readonly url: string;

  /** Builds hub.exe, and gives it a port of its own. @throws with what the build said when it fails */
  constructor() {
    build([".ci/build.ts", "--only", "windows", "--no-zip", "--out", this.folder]);
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

  /** Makes a Windows program of a script, to be run by its name. */
  compile(script: string, name: string): void {
    build([
      "build",
      "--compile",
      "--target=bun-windows-x64",
      join(root, script),
      `--outfile=${join(this.#outside, name)}`,
    ]);
  }

  /** Starts hub.exe, or another program of the folder. */
  start(args: readonly string[], executable = program) {
    if (executable === program) for (const arg of args) if (arg.startsWith("--")) this.#tried.add(arg);
    const command = [wineRunner ?? "", this.#outside, executable, ...args];
    const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    this.#running.add(child);
    void child.exited.then(() => this.#running.delete(child));
    return child;
  }

  /** Runs hub.exe, or another program of the folder, to its end. */
  async run(args: readonly string[], executable = program, limitMs = wineLimitMs): Promise<Ran> {
    const child = this.start(args, executable);
    const timer = setTimeout(() => child.kill("SIGTERM"), limitMs);
    const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    clearTimeout(timer);
    return { code, stdout, stderr };
  }

  /** Options of hub.exe that were given to it so far. */
  get tried(): ReadonlySet<string> {
    return this.#tried;
  }

  /** A path in the folder of hub.exe as programs are told it, relative to where they are started. */
  told(path: string): string {
    return `${folderName}/${path}`;
  }

  fetch = (path: string, init: BunFetchRequestInit = {}): Promise<Response> =>
    fetch(this.url + path, { signal: AbortSignal.timeout(wineLimitMs), ...init });

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
      wineLimitMs,
    );

  /** Presses Ctrl+C, which Wine makes of SIGINT, and returns the exit code. */
  async pressCtrlC(running: Subprocess): Promise<number> {
    const pid = descendants(running.pid).find((candidate) => nameOf(candidate) === "hub.exe");
    process.kill(pid ?? Number.NaN, "SIGINT");
    return running.exited;
  }

  /** Ends what still runs: programs under Wine share one server, so the next one would see it. */
  async endAll(): Promise<void> {
    for (const child of this.#running) child.kill("SIGTERM");
    await Promise.all([...this.#running].map((child) => child.exited));
  }
}

function build(args: readonly string[]): void {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...args], { cwd: root, stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`bun ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

/** A port that nothing listens on just now; a Windows program's choice of port 0 could not be asked for before it listens. */
function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  return port ?? 0;
}

function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}
