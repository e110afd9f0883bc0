import { afterAll, beforeAll, expect, test } from "bun:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { type CallToolResult, McpError } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { toolArguments } from "../../src/chat/tools/arguments.ts";
import { toolNames } from "../../src/chat/types.ts";
import { homeOfThreeItems, itemCodes } from "../support/chat.ts";
import { archivePath } from "../support/files.ts";
import { eventually, type Hub, type HubOptions, type Json, startHub } from "../support/hub.ts";
import { expectError } from "../support/shape.ts";

let hub: Hub;
beforeAll(async () => {
  hub = await startHub({ home: homeOfThreeItems() });
});
afterAll(() => hub.stop());

/** The SDK's own client, connected to a hub. */
async function connected(to: Hub, headers: Record<string, string> = {}, path = "/mcp"): Promise<Client> {
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(to.url + path), { requestInit: { headers } }));
  return client;
}
async function withHub(options: HubOptions, use: (hub: Hub) => Promise<void>): Promise<void> {
  const other = await startHub(options);
  try {
    await use(other);
  } finally {
    await other.stop();
  }
}
async function call(client: Client, name: string, given: Record<string, unknown>): Promise<Json> {
  const result = (await client.callTool({ name, arguments: given })) as CallToolResult;
  const [content] = result.content;
  const text = content?.type === "text" ? content.text : "";
  return { ...result, text };
}
const rest = async (path: string): Promise<Json> => (await hub.json(path)).body;

const half = { date_from: "2025-07-01", date_to: "2026-06-30" };
const days = "date_from=2025-07-01&date_to=2026-06-30";

/** Each tool with what REST says to the same question: `[what the tool found, what REST gave]`. */
const calls: [name: string, given: Json, compare: (found: Json) => Promise<[unknown, unknown]>][] = [
  [
    "search_production_items",
    { keyword: "렌즈" },
    async ({ found_items }) => [found_items, await rest(`/items?q=${encodeURIComponent("렌즈")}`)],
  ],
  [
    "get_production_summary",
    { ...half, item_code: "BW0021" },
    async ({ data }) => {
      const [item] = (await rest(`/summary/by_item?${days}&item_code=BW0021`)).data;
      return [
        [data.total_quantity, data.production_count],
        [item.total_production, item.batch_count],
      ];
    },
  ],
  [
    "get_monthly_trend",
    half,
    async ({ trend }) => {
      const months: Json[] = await rest(`/summary/monthly_total?${days}`);
      return [trend, months.map(({ avg_batch_size: _, ...month }) => month)];
    },
  ],
  [
    "get_top_items",
    { ...half, limit: 2 },
    async ({ top_items }) => {
      const { data } = await rest(`/summary/by_item?${days}&limit=2`);
      return [top_items, data.map(({ batch_count: _, ...item }: Json) => item)];
    },
  ],
  [
    "compare_periods",
    { period1_from: "2026-02-01", period1_to: "2026-02-28", period2_from: "2026-01-01", period2_to: "2026-01-31" },
    async ({ evidence: _, ...found }) => [
      found,
      await rest(
        "/summary/compare?period1_from=2026-02-01&period1_to=2026-02-28&period2_from=2026-01-01&period2_to=2026-01-31",
      ),
    ],
  ],
  [
    "get_item_history",
    { item_code: "C1203", limit: 3 },
    async ({ records }) => {
      const rows: Json[] = await rest("/records/C1203?limit=3");
      return [records, rows.map(({ id: _, item_code: __, item_name: ___, ...one }) => one)];
    },
  ],
  [
    "execute_custom_query",
    {
      sql: "SELECT item_code, sum(good_quantity) AS t FROM production_records WHERE production_date >= ? GROUP BY 1 ORDER BY t DESC",
      params: ["2026-01-01"],
    },
    async ({ data }) => {
      const items = (await rest("/summary/by_item?date_from=2026-01-01&date_to=2026-12-31")).data;
      return [data, items.map(({ item_code, total_production }: Json) => ({ item_code, t: total_production }))];
    },
  ],
];

test("the official client lists the seven tools with the schemas that validate, all of them marked as reading", async () => {
  const client = await connected(hub);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([...toolNames]);
  for (const { name, description, inputSchema, annotations } of tools) {
    expect(description!.length).toBeGreaterThan(30);
    expect(annotations).toMatchObject({ readOnlyHint: true });
    const { $schema: _, ...schema } = z.toJSONSchema(toolArguments[name as keyof typeof toolArguments], {
      io: "input",
    });
    expect(inputSchema as Json).toEqual(schema);
  }
  expect(client.getServerVersion()).toMatchObject({ name: "production-data-hub" });
  expect(client.getInstructions()).toContain("evidence");
  await client.close();
});

test("every tool has an example here", () => {
  expect(calls.map(([name]) => name)).toEqual([...toolNames]);
});

for (const [name, given, compare] of calls) {
  test(`${name} gives REST's figures as values and as text, with what they rest on, and its call stands in the log`, async () => {
    const client = await connected(hub, {}, "/api/v1/mcp");
    const { structuredContent, text, isError } = await call(client, name, given);
    expect([isError ?? false, structuredContent.status]).toEqual([false, "success"]);
    const [found, expected] = await compare(structuredContent);
    expect(found).toEqual(expected);
    expect(JSON.parse(text)).toEqual(structuredContent);
    expect(structuredContent.evidence).toMatchObject({ tool: name, arguments: given });
    expect(structuredContent.evidence.row_count).toBeGreaterThan(0);
    expect(structuredContent.evidence.segments.length).toBeGreaterThan(0);
    const line = `${name} ${JSON.stringify(given)} rows=`;
    await eventually(`the log tells '${line}'`, () => hub.log().includes(line) || undefined);
    await client.close();
  });
}

const wrong: [what: string, name: string, given: Json, code: string, told: RegExp][] = [
  [
    "no day",
    "get_monthly_trend",
    { ...half, date_to: "2026-02-30" },
    "INVALID_ARGUMENTS",
    /date_to: Expected a day as YYYY-MM-DD/,
  ],
  ["nothing", "get_item_history", {}, "INVALID_ARGUMENTS", /item_code/],
  ["too much", "get_top_items", { ...half, limit: 1e9 }, "INVALID_ARGUMENTS", /limit/],
  ["a list for a parameter", "execute_custom_query", { sql: "SELECT ?", params: [[1]] }, "INVALID_PARAMS", /params/],
  ["another statement", "execute_custom_query", { sql: "DELETE FROM production_records" }, "NOT_ALLOWED", /SELECT/],
];
for (const [what, name, given, code, told] of wrong) {
  test(`arguments with ${what} come back as an error of the tool, with a sentence`, async () => {
    const client = await connected(hub);
    const { isError, structuredContent, text } = await call(client, name, given);
    expect([isError, structuredContent]).toEqual([true, { status: "error", code, message: text }]);
    expect(text).toMatch(told);
    await client.close();
  });
}

test("a tool that there is not is refused with the names of those that there are", async () => {
  const client = await connected(hub);
  const refusal = client.callTool({ name: "drop_everything", arguments: {} });
  await expect(refusal).rejects.toThrow(McpError);
  await expect(refusal).rejects.toThrow(/no tool 'drop_everything'.*get_top_items/);
  await client.close();
});

test("twenty assistants at once are each answered for themselves", async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => connected(hub)));
  await Promise.all(
    clients.map(async (client, at) => {
      const month = String((at % 12) + 1).padStart(2, "0");
      const given = { date_from: `2026-${month}-01`, date_to: `2026-${month}-28`, item_code: itemCodes[at % 3]! };
      const { structuredContent } = await call(client, "get_production_summary", given);
      const [item] = (await rest(`/summary/by_item?${new URLSearchParams(given)}`)).data;
      expect(structuredContent.evidence.arguments).toEqual(given);
      expect(structuredContent.data.total_quantity).toBe(item.total_production);
      expect((await client.listTools()).tools).toHaveLength(7);
      await client.close();
    }),
  );
});

const accepted = { "Content-Type": "application/json", Accept: "application/json, text/event-stream" };
const posted = (body: Json, headers: Record<string, string> = {}): BunFetchRequestInit => ({
  method: "POST",
  headers: { ...accepted, ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const message = (method: string, params: Json = {}) => ({ jsonrpc: "2.0", id: 1, method, params });

test("a message needs no session: it is answered by itself, in JSON, with a request id", async () => {
  const { status, headers, body } = await hub.json("/mcp", posted(message("tools/list")));
  expect([status, headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
  expect(headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}$/);
  expect(headers.get("mcp-session-id")).toBeNull();
  expect(body.result.tools).toHaveLength(7);
  expect((await rest("/metrics/performance")).mcp.count).toBeGreaterThan(0);
});

test("a client of the revision of 2026-07-28 is answered as well", async () => {
  const revision = "2026-07-28";
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": revision,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const asked = { name: "get_top_items", arguments: half, _meta };
  const headers = { "MCP-Protocol-Version": revision, "MCP-Method": "tools/call", "MCP-Name": "get_top_items" };
  const { status, body } = await hub.json("/mcp", posted(message("tools/call", asked), headers));
  expect([status, body.error]).toEqual([200, undefined]);
  const { data } = await rest(`/summary/by_item?${days}&limit=5`);
  expect(body.result.structuredContent.top_items.map(({ item_code }: Json) => item_code)).toEqual(
    data.map(({ item_code }: Json) => item_code),
  );
  const listen = posted(message("subscriptions/listen", { _meta, notifications: { toolsListChanged: true } }), {
    "MCP-Protocol-Version": revision,
    "MCP-Method": "subscriptions/listen",
  });
  expect((await hub.json("/mcp", listen)).body.error.message).toMatch(/limit/);
});

test("there is nothing to get or to delete", async () => {
  for (const method of ["GET", "DELETE", "PUT"]) {
    const refused = await hub.json("/mcp", { method, headers: accepted });
    expectError(refused, 405);
    expect(refused.headers.get("allow")).toBe("POST");
  }
});

test("what is no message of the protocol is told so", async () => {
  const told = async (body: Json, headers = {}) => {
    const { status, body: answer } = await hub.json("/mcp", posted(body, headers));
    return [status, answer.error?.code];
  };
  expect(await told('{"jsonrpc":')).toEqual([400, -32700]);
  expect(await told("")).toEqual([400, -32700]);
  expect(await told([message("tools/list"), message("tools/list")])).toEqual([400, -32600]);
  expect((await told({ hello: 1 }))[0]).toBe(400);
  expect((await told(null))[0]).toBe(400);
  expect(await told(message("tools/none"))).toEqual([200, -32601]);
  expect((await told(message("tools/list"), { "MCP-Protocol-Version": "1999-01-01" }))[0]).toBe(400);
  expect((await told(message("tools/list"), { Accept: "text/html" }))[0]).toBe(406);
  const notification = await hub.fetch("/mcp", posted({ jsonrpc: "2.0", method: "notifications/initialized" }));
  expect([notification.status, await notification.text()]).toEqual([202, ""]);
  expectError(await hub.json("/mcp", posted("tools", { "Content-Type": "text/plain" })), 415);
  expectError(await hub.json("/mcp", posted("x".repeat(1_100_000))), 413);
});

test("a page of another site may not ask, not even one that took this machine for its own, but programs and listed pages may", async () => {
  const status = async (to: Hub, headers: Record<string, string>) =>
    (await to.fetch("/mcp", posted(message("tools/list"), headers))).status;
  expect(await status(hub, { Origin: "http://evil.example" })).toBe(403);
  expect(await status(hub, { Origin: "null" })).toBe(403);
  const port = new URL(hub.url).port;
  expect(await status(hub, { Origin: `http://evil.example:${port}`, Host: `evil.example:${port}` })).toBe(403);
  expectError(await hub.json("/mcp", posted(message("tools/list"), { Origin: "http://evil.example" })), 403);
  expect(await status(hub, {})).toBe(200);
  expect(await status(hub, { Origin: hub.url })).toBe(200);
  await withHub({ env: { CORS_ORIGINS: "http://inspector.example" } }, async (other) => {
    expect(await status(other, { Origin: "http://inspector.example" })).toBe(200);
    expect(await status(other, { Origin: "http://evil.example" })).toBe(403);
    const preflight = await other.fetch("/mcp", {
      method: "OPTIONS",
      headers: { Origin: "http://inspector.example", "Access-Control-Request-Method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("mcp-protocol-version");
  });
});

test("with API_KEYS set a client shows one, in either header", async () => {
  await withHub({ env: { API_KEYS: "k1" } }, async (closed) => {
    expectError(await closed.json("/mcp", posted(message("tools/list"))), 401);
    expectError(await closed.json("/api/v1/mcp", posted(message("tools/list"), { "X-API-Key": "k2" })), 401);
    await expect(connected(closed)).rejects.toThrow();
    for (const headers of [{ "X-API-Key": "k1" }, { Authorization: "Bearer k1" }]) {
      const client = await connected(closed, headers);
      expect((await client.listTools()).tools).toHaveLength(7);
      await client.close();
    }
  });
});

test("messages count as REST's requests do, not as questions to the chat", async () => {
  await withHub({ env: { RATE_LIMIT_API: "3", RATE_LIMIT_CHAT: "1" } }, async (limited) => {
    for (const left of ["2", "1", "0"]) {
      const { status, headers } = await limited.fetch("/mcp", posted(message("tools/list")));
      expect([status, headers.get("x-ratelimit-remaining")]).toEqual([200, left]);
    }
    const refused = await limited.json("/mcp", posted(message("tools/list")));
    expectError(refused, 429);
    expect(refused.headers.get("retry-after")).toMatch(/^[1-9]\d?$/);
  });
});

test("data that cannot be read are told as a sentence with no internals", async () => {
  const home = homeOfThreeItems();
  const broken = "this is no database file, but long enough to be looked at".repeat(100);
  await Bun.write(archivePath(home, 2025), broken);
  await withHub({ home }, async (other) => {
    const client = await connected(other);
    const { isError, structuredContent, text } = await call(client, "get_production_summary", half);
    expect([isError, structuredContent.code]).toEqual([true, "UNAVAILABLE"]);
    expect(text).not.toContain(home);
    await client.close();
  });
});
