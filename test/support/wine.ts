import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { eventually } from "./hub.ts";
import { HubFolder, type Ran } from "./hub-folder.ts";
import { root } from "./processes.ts";

/**
 * A program `RUNNER DIR PROGRAM ARG…` that runs DIR/PROGRAM under Wine with DIR as the current directory, in namespaces of its own; undefined
 * where there is none.
 */
export const wineRunner = process.env.WINE_RUN;
/** Windows programs start slowly under Wine, and slower still beside other work. */
export const wineLimitMs = 120_000;

/** Has hub.exe run a script instead of being the hub. */
const asRuntime = { BUN_BE_BUN: "1" };
/** Says that Wine runs, and ends with the folder, so that no namespace outlives a test that was killed: its server would be in the way of the next one. */
const keeping = `
  const { existsSync, writeFileSync } = require("node:fs");
  writeFileSync("wine-runs", "");
  setInterval(() => existsSync("wine-runs") || process.exit(), 500);`;

/**
 * A folder in which hub.exe and other Windows programs run under Wine, as on one PC: all share one server, in one namespace of process numbers.
 *
 * The runner gives each program numbers of its own, while all programs share Wine's server, which ends threads by their numbers: traced, the end
 * of a command in another namespace had it send SIGQUIT to threads 13 and 14 of process 1, which was the hub there, and both were gone. So one
 * program that does nothing is run by the runner, and all others join it.
 */
export class WineFolder extends HubFolder {
  #keeper: Subprocess | null = null;

  /** Builds hub.exe. @throws with what the build said when it fails */
  constructor() {
    super(wineLimitMs);
    build([".ci/build.ts", "--only", "windows", "--no-zip", "--out", join(this.outside, "dist")]);
    renameSync(join(this.outside, "dist/hub.exe"), join(this.folder, "hub.exe"));
  }

  /** Makes a Windows program of a script, to be run by its name. */
  compile(script: string, name: string): void {
    build([
      "build",
      "--compile",
      "--target=bun-windows-x64",
      join(root, script),
      `--outfile=${join(this.outside, name)}`,
    ]);
  }

  /** Runs another program of the folder to its end. */
  runOther(name: string, args: readonly string[], limitMs: number): Promise<Ran> {
    return this.ended(this.spawn(this.#joined(name, args)), limitMs);
  }

  /** Runs a script to its end, in another Windows program than the hub. */
  runScript(script: string): Promise<Ran> {
    return this.ended(this.spawn(this.#joined(this.told("hub.exe"), ["-e", script], asRuntime)), this.limitMs);
  }

  /** Presses Ctrl+C, which Wine makes of SIGINT, and returns the exit code. */
  override pressCtrlC(running: Subprocess): Promise<number> {
    process.kill(hubAmong(descendants(running.pid)), "SIGINT");
    return running.exited;
  }

  /** Kills the hub that a supervisor runs, as a fault in native code would. */
  killSupervised(): void {
    // A program that another one started is nobody's child but that of the first in its namespace.
    const supervised = descendants(this.#keeper?.pid ?? Number.NaN).filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--supervised"),
    );
    process.kill(hubAmong(supervised), "SIGKILL");
  }

  override async endAll(): Promise<void> {
    const keeper = this.#keeper;
    if (keeper) {
      // With the first program of a namespace all of them end, Wine's server too, a moment after the runner: who came now would still be served by it.
      const ending = descendants(keeper.pid);
      keeper.kill("SIGTERM");
      await keeper.exited;
      await eventually(
        "Wine has ended",
        () => ending.every((pid) => ofProcess(pid, "cmdline") === "") || undefined,
        this.limitMs,
      );
      this.#keeper = null;
    }
    await super.endAll();
  }

  protected override hubCommand(args: readonly string[]): string[] {
    return this.#joined(this.told("hub.exe"), args);
  }

  /** The command that runs a program beside the one that keeps the namespaces, in its environment. */
  #joined(name: string, args: readonly string[], more: Record<string, string> = {}): string[] {
    const first = this.#firstProgram();
    const own = readFileSync(`/proc/${first}/environ`, "utf8").split("\0");
    const kept = own.filter((entry) => entry !== "" && !Object.keys(asRuntime).includes(entry.split("=")[0] ?? ""));
    const added = Object.entries(more).map(([key, value]) => `${key}=${value}`);
    const join = ["nsenter", "--target", String(first), "--mount", "--pid", "--root", "--wd"];
    // Whoever ends nsenter means the program that it waits for.
    return [...join, "env", "-i", ...kept, ...added, "setpriv", "--pdeathsig", "KILL", "wine", `./${name}`, ...args];
  }

  /** Process number of the program that keeps the namespaces, which is started when there is none. @throws when it does not start */
  #firstProgram(): number {
    const sign = join(this.outside, "wine-runs");
    if (!this.#keeper) {
      rmSync(sign, { force: true });
      const env = { ...process.env, WINE_ENV: "BUN_BE_BUN=1" };
      const command = [wineRunner ?? "", this.outside, this.told("hub.exe"), "-e", keeping];
      this.#keeper = Bun.spawn(command, { env, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    }
    // A program that comes before Wine has started whole may end with code 53: it finds no kernel32.dll (1 of 15 starts).
    for (const until = Date.now() + wineLimitMs; Date.now() < until; Bun.sleepSync(50)) {
      const first = descendants(this.#keeper.pid).find((pid) => nameOf(pid) === "hub.exe");
      if (first !== undefined && existsSync(sign)) return first;
    }
    throw new Error(`${wineRunner} has not started hub.exe within ${wineLimitMs / 1000} s.`);
  }
}

function build(args: readonly string[]): void {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...args], { cwd: root, stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`bun ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

function hubAmong(pids: readonly number[]): number {
  const hub = pids.find((pid) => nameOf(pid) === "hub.exe");
  if (hub === undefined) throw new Error("There is no hub.exe among the processes.");
  return hub;
}

/** Processes that a process started, and those that these started; without those that end meanwhile. */
function descendants(pid: number): number[] {
  const children = ofProcess(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

const nameOf = (pid: number): string => ofProcess(pid, "comm");

function ofProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").trim();
  } catch {
    return "";
  }
}
