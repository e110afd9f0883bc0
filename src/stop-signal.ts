/**
 * Resolves when the hub is asked to stop: Ctrl+C, a service manager, or the closing of the console window (SIGHUP on Windows too). Whoever asks
 * again gets no quicker end, but for a second Ctrl+C, which people press because they mean it.
 */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve("SIGINT"));
    for (const signal of ["SIGTERM", "SIGHUP", "SIGBREAK"] as const) process.on(signal, () => resolve(signal));
  });
}
