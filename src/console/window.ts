import { dlopen, ptr } from "bun:ffi";

/** Codes of Windows: https://learn.microsoft.com/windows/console/setconsolemode, …/win32/intl/language-identifiers */
const stdInputHandle = -10;
const enableQuickEdit = 0x40;
const enableExtendedFlags = 0x80;
const primaryLanguageMask = 0x3ff;
const korean = 0x12;

const isWindows = process.platform === "win32";

const openKernel = () =>
  dlopen("kernel32.dll", {
    GetConsoleProcessList: { args: ["ptr", "u32"], returns: "u32" },
    GetStdHandle: { args: ["i32"], returns: "ptr" },
    GetConsoleMode: { args: ["ptr", "ptr"], returns: "i32" },
    SetConsoleMode: { args: ["ptr", "u32"], returns: "i32" },
    GetUserDefaultUILanguage: { args: [], returns: "u16" },
  });

/** Carries a few calls of Windows' kernel out; `otherwise` where there is none or it does not know them. */
function withKernel<T>(otherwise: T, use: (kernel: ReturnType<typeof openKernel>["symbols"]) => T): T {
  if (!isWindows) return otherwise;
  try {
    const kernel = openKernel();
    try {
      return use(kernel.symbols);
    } finally {
      kernel.close();
    }
  } catch {
    return otherwise;
  }
}

/**
 * Whether the program was started by a double-click: then its console window is its own, and closes with it, so that nobody could read why
 * it ended. A program that a prompt started shares the window with it.
 */
export function isOwnWindow(): boolean {
  if (!process.stdout.isTTY) return false;
  const processes = new Uint32Array(2);
  return withKernel(false, (kernel) => kernel.GetConsoleProcessList(ptr(processes), processes.length) === 1);
}

/**
 * Has a click into the window select nothing while the hub runs: Windows holds a program up that writes to a console of which a part is
 * selected (QuickEdit), and a hub whose window somebody clicked into would hang. Returns what puts the window back as it was.
 */
export function withoutQuickEdit(): () => void {
  const mode = new Uint32Array(1);
  const set = (value: number): boolean =>
    withKernel(false, (kernel) => kernel.SetConsoleMode(kernel.GetStdHandle(stdInputHandle), value) !== 0);
  const known = withKernel(
    false,
    (kernel) => kernel.GetConsoleMode(kernel.GetStdHandle(stdInputHandle), ptr(mode)) !== 0,
  );
  const before = mode[0]!;
  if (!known || !set((before & ~enableQuickEdit) | enableExtendedFlags)) return () => {};
  return () => void set(before | enableExtendedFlags);
}

/** Whether whoever sits at this machine reads Korean: Windows' display language, elsewhere the locale. */
export function readsKorean(): boolean {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  const byLocale = (LC_ALL || LC_MESSAGES || LANG || "").startsWith("ko");
  return withKernel(byLocale, (kernel) => (kernel.GetUserDefaultUILanguage() & primaryLanguageMask) === korean);
}

/** Waits for a key, so that what stands in the window can be read before it closes. */
export async function untilKey(): Promise<void> {
  const { stdin } = process;
  await new Promise<void>((resolve) => {
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.once("data", () => resolve());
    stdin.once("end", () => resolve());
    stdin.resume();
  });
  stdin.pause();
}

/** Opens an address in the browser of whoever sits here. A machine without one is no trouble: the address stands in the console. */
export function openBrowser(url: string): void {
  const system = process.env.SystemRoot ?? "C:\\Windows";
  const command = isWindows
    ? [`${system}\\System32\\rundll32.exe`, "url.dll,FileProtocolHandler", url]
    : [process.platform === "darwin" ? "open" : "xdg-open", url];
  try {
    Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore", windowsHide: true }).unref();
  } catch {
    // No such program.
  }
}
