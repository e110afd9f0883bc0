import { dlopen } from "bun:ffi";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Asks Linux to kill this process when the hub dies, also while SQLite keeps its only thread busy (closing stdin is noticed only
 * between two statements). Windows needs nothing: a child started by Bun lives in a job object that ends with its parent.
 * See prctl(2), PR_SET_PDEATHSIG.
 */
export function endWithParent(): void {
  if (process.platform !== "linux") return;
  try {
    const libc = dlopen("libc.so.6", {
      prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    });
    libc.symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    libc.close();
  } catch {
    // A C library other than glibc: the end of stdin still ends the process after the statement under way.
  }
}
