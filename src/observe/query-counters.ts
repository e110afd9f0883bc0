import { Tally, Timings } from "./tally.ts";

/** What computing answers came to since the start. */
export class QueryCounters {
  /** Times by the question and by what computed it (`inline`: the server's own process, or `worker`), the wait for a worker included. */
  readonly times = new Timings<"question" | "by">();
  /** Those that took SLOW_QUERY_THRESHOLD_MS or longer. */
  readonly slow = new Tally<"question">();
}
