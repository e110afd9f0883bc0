import { dlopen } from "bun:ffi";

/** Whether this process may register services: an administrator's elevated one on Windows, root elsewhere. */
export function isElevated(): boolean {
  if (process.platform !== "win32") return process.getuid?.() === 0;
  const shell = dlopen("shell32.dll", { IsUserAnAdmin: { args: [], returns: "i32" } });
  try {
    return shell.symbols.IsUserAnAdmin() !== 0;
  } finally {
    shell.close();
  }
}
