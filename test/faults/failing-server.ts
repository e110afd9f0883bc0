/** A server whose handlers leave errors to nobody, with the hub's own way of living on: `failing-server.ts LOGS`. */
import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { newRequestId } from "../../src/api/app.ts";
import type { HubEnv } from "../../src/http/env.ts";
import { requestContext, requestsOfThisMoment } from "../../src/http/request-context.ts";
import { openLog } from "../../src/observe/log.ts";
import { surviveErrors } from "../../src/observe/unhandled.ts";

const log = openLog({ directory: process.argv[2] ?? "", file: "app.log", timezone: "Asia/Seoul" });
surviveErrors({ log, requests: requestsOfThisMoment, giveUp: () => process.exit(1) });
const app = new Hono<HubEnv>();
app.use(requestId({ headerName: "", generator: newRequestId }), requestContext);
app.get("/rejects/:word", (c) => {
  void Bun.sleep(5).then(() => Promise.reject(new Error(c.req.param("word"))));
  return c.text(c.get("requestId"));
});
app.get("/throws/:word", (c) => {
  setTimeout(() => {
    throw new Error(c.req.param("word"));
  }, 5);
  return c.text(c.get("requestId"));
});
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => app.fetch(request, { client: "test" }),
});
console.log(`http://127.0.0.1:${server.port}`);
