import type { CachedAnswer } from "./answer-cache.ts";

/** What the middleware leaves in hono's context for the handlers. */
export interface HubEnv {
  Bindings: {
    /** Address of the client, behind trusted proxies too. */
    client: string;
  };
  Variables: {
    /** Eight characters made by the server, the same in the answer and in the log. */
    requestId: string;
    /** The cacheable answer that is being sent. */
    answer?: CachedAnswer;
    /** Answers the request's question anew, where that can be done at once; else gives null. */
    again?: (requestId: string) => CachedAnswer | null;
    /** Rows in the answer and whether it came from the cache, for the metrics. */
    measured?: { name: string; rows: number; hit: boolean };
  };
}
