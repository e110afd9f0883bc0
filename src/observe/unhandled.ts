import type { Log } from "./log.ts";

/** So many errors that nobody caught in a minute are no accident: what the process holds in memory can no longer be trusted. */
const mostAMinute = 100;

interface UnhandledOptions {
  log: Log;
  /** Requests that an error reported just now may belong to. */
  requests: () => string[];
  /** Called once, when the process had better be ended and started anew. */
  giveUp: (error: Error) => void;
}

/** One failed answer or background task must not end the service for everybody else: logs it with its request and goes on. */
export function surviveErrors({ log, requests, giveUp }: UnhandledOptions): void {
  let recent: number[] = [];
  let given = false;
  const survive = (event: string, thrown: unknown): void => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const ids = requests();
    const among = ids.length > 1 ? ` (one of the requests ${ids.join(", ")})` : "";
    log.error("hub", `${event}${among}: ${error.stack ?? error}`, ids.length === 1 ? ids[0] : undefined);
    const now = performance.now();
    recent = [...recent.filter((at) => at > now - 60_000), now];
    if (recent.length < mostAMinute || given) return;
    given = true;
    giveUp(error);
  };
  process.on("unhandledRejection", (reason) => survive("unhandledRejection", reason));
  process.on("uncaughtException", (error) => survive("uncaughtException", error));
}
