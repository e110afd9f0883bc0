import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { HubFolder, type Ran } from "./hub-folder.ts";
import { root } from "./processes.ts";

/** A program `RUNNER DIR PROGRAM ARG…` that runs DIR/PROGRAM under Wine with DIR as the current directory; undefined where there is none. */
export const wineRunner = process.env.WINE_RUN;
/** Windows programs start slowly under Wine, and slower still beside other work. */
export const wineLimitMs = 120_000;

/** A folder in which hub.exe and other Windows programs run under Wine, where all share one server. */
export class WineFolder extends HubFolder {
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
    return this.ended(this.spawn([wineRunner ?? "", this.outside, name, ...args]), limitMs);
  }

  /** By Ctrl+C. Its end is not waited for: beside the sessions of other commands the process may stay after it has done everything. */
  override async endInGoodOrder(running: Subprocess): Promise<void> {
    void this.pressCtrlC(running);
  }

  /** Presses Ctrl+C, which Wine makes of SIGINT, and returns the exit code. */
  override pressCtrlC(running: Subprocess): Promise<number> {
    const pid = descendants(running.pid).find((candidate) => nameOf(candidate) === "hub.exe");
    process.kill(pid ?? Number.NaN, "SIGINT");
    return running.exited;
  }

  /** Kills the hub that a supervisor runs, as a fault in native code would. */
  killSupervised(service: Subprocess): void {
    const isHub = (pid: number) =>
      nameOf(pid) === "hub.exe" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--supervised");
    process.kill(descendants(service.pid).find(isHub) ?? Number.NaN, "SIGKILL");
  }

  protected override hubCommand(args: readonly string[]): string[] {
    return [wineRunner ?? "", this.outside, this.told("hub.exe"), ...args];
  }
}

function build(args: readonly string[]): void {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...args], { cwd: root, stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`bun ${args.join(" ")} failed:\n${stdout}${stderr}`);
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
