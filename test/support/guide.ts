import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "./files.ts";
import { root, tied } from "./processes.ts";

/** Languages of the guide's examples that can be run here. */
export type Runnable = "sh" | "python" | "ts";

/** A piece of code of `docs/api.md`. */
export interface Example {
  /** The heading that it stands under. */
  task: string;
  language: string;
  code: string;
}

/** The address that the guide names in place of the reader's hub. */
const printedAddress = "http://hub:8000";

/** The pieces of code in a document, with the heading that each stands under. */
export function examplesIn(document: string): Example[] {
  const text = readFileSync(join(root, "docs", document), "utf8");
  let task = "";
  return [...text.matchAll(/^#{2,3} ([^\n]+)$|^```(\w+)\n(.*?)^```$/gms)].flatMap(([, heading, language, code]) => {
    if (heading !== undefined) task = heading;
    return language === undefined || code === undefined ? [] : [{ task, language, code }];
  });
}

const programs: Record<Runnable, { needs: string; command: string; file: string }> = {
  sh: { needs: "curl", command: "bash", file: "example.sh" },
  python: { needs: "python3", command: "python3", file: "example.py" },
  ts: { needs: process.execPath, command: process.execPath, file: "example.ts" },
};

/** The languages whose programs this machine has. */
export const runnable = (Object.keys(programs) as Runnable[]).filter((one) => Bun.which(programs[one].needs) !== null);

/** The code as somebody has it who put in the address of a hub. */
export const addressed = (code: string, url: string): string => code.replaceAll(printedAddress, url);

/** An example under way. */
export interface Running {
  /** A folder of its own, in which it works. */
  readonly folder: string;
  /** What it has printed so far. */
  printed(): string;
  /** Resolves to all that it printed. Rejects when it ends with another code than 0. */
  readonly ended: Promise<string>;
  /** Ends one that goes on for ever. */
  end(): Promise<void>;
}

/** Runs an example as it is printed but for the hub's address. */
export function startExample(
  { task, language, code }: Example,
  url: string,
  env: Record<string, string> = {},
): Running {
  const { command, file } = programs[language as Runnable];
  const folder = temporaryHome();
  writeFileSync(join(folder, file), addressed(code, url));
  const { PATH = "", HOME = "" } = process.env;
  const child = tied(
    Bun.spawn([command, file], {
      cwd: folder,
      env: { PATH, HOME, LANG: "C.UTF-8", PYTHONDONTWRITEBYTECODE: "1", ...env },
      // A group of its own, because a shell does not take the programs that it started with it.
      detached: true,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    }),
  );
  let stopped = false;
  let text = "";
  const reading = (async () => {
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) text += part;
  })();
  const ended = Promise.all([child.exited, reading, child.stderr.text()]).then(([exit, , complaints]) => {
    if (exit !== 0 && !stopped) throw new Error(`"${task}" in ${language} ended with ${exit}: ${complaints || text}`);
    return text;
  });
  return {
    folder,
    printed: () => text,
    ended,
    async end() {
      stopped = true;
      process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}
