import { dlopen } from "bun:ffi";
import { constants, setPriority } from "node:os";

/** Memory of the process that carries a query out, bytes. It takes 60 MB itself; SQLite sorts in files. */
const maxMemory = 400_000_000;
/** Largest file that sorting may make, bytes. */
const maxFileBytes = 1_000_000_000;
/** How often the memory is looked at, ms. Each value has 1 MB at the most, so that 25 ms fill some 50 MB. */
const lookEveryMs = 25;
/** A folder of temporary files may have thousands of them: it is looked at four times a second. */
const looksPerDiskLook = 10;

const RLIMIT_FSIZE = 1;

/**
 * Looks at the process's memory from a thread of its own, because SQLite keeps the main one busy, and ends the process when it is too much.
 * Bun builds SQLite without statistics of its memory, so that `hard_heap_limit` has no effect. Windows knows no limit to a file's size, so that
 * SQLite's temporary files (`etilqs_…` in the folder of GetTempPath, gone with their
 * process) are looked at as well.
 */
const watchman = `
import { readdirSync, statSync } from "node:fs";
const { TMP, TEMP, USERPROFILE } = process.env;
const folder = TMP || TEMP || USERPROFILE;
const temporaryBytes = () => {
  if (process.platform !== "win32") return 0;
  try {
    const sizes = readdirSync(folder).filter((name) => name.startsWith("etilqs_"))
      .map((name) => statSync(folder + "\\\\" + name, { throwIfNoEntry: false })?.size ?? 0);
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
};
let timer, looks, bytesBefore;
onmessage = ({ data: watch }) => {
  clearInterval(timer);
  if (watch) {
    looks = 0;
    bytesBefore = temporaryBytes();
    timer = setInterval(() => {
      looks += 1;
      const fills = looks % ${looksPerDiskLook} === 0 && temporaryBytes() - bytesBefore > ${maxFileBytes};
      if (fills || process.memoryUsage.rss() > ${maxMemory}) process.kill(process.pid, "SIGKILL");
    }, ${lookEveryMs});
  }
  postMessage(watch);
};`;

let watcher: Worker | null = null;

/** Bounds this process for good: it yields to the hub's other processes, and on Linux its temporary files cannot fill the disk. */
function boundProcess(): void {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  if (process.platform !== "linux") return;
  const libc = dlopen("libc.so.6", { setrlimit: { args: ["i32", "ptr"], returns: "i32" } });
  libc.symbols.setrlimit(RLIMIT_FSIZE, new BigUint64Array([BigInt(maxFileBytes), BigInt(maxFileBytes)]));
  libc.close();
}

/** Runs `work`, which may keep this thread busy, while the process's memory is bounded. */
export async function withinBounds<T>(work: () => T): Promise<T> {
  if (!watcher) {
    boundProcess();
    watcher = new Worker(URL.createObjectURL(new Blob([watchman], { type: "text/javascript" })));
  }
  await watch(watcher, true);
  try {
    return work();
  } finally {
    await watch(watcher, false);
  }
}

/** Resolves when the watchman has begun or ended: a thread that starts beside a busy one may come too late. */
function watch(worker: Worker, on: boolean): Promise<void> {
  return new Promise((resolve) => {
    worker.onmessage = () => resolve();
    worker.postMessage(on);
  });
}
