import { afterAll, beforeAll, expect, test } from "bun:test";
import { posted } from "../support/chat.ts";
import { readCsv, readXlsxCells } from "../support/exports.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, type Json, startHub } from "../support/hub.ts";

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({ production_date: "2026-07-15", item_code: "BW0021", good_quantity: 1234 })]);
  hub = await startHub({ home, env: { RATE_LIMIT_CHAT: "1" } });
});
afterAll(() => hub.stop());

const browser = { Accept: "text/html,*/*;q=0.8", "Sec-Fetch-Mode": "navigate" };
const open = (path: string, headers: Record<string, string> = browser) =>
  hub.fetch(path, { headers, redirect: "manual" });

test("GET /chat leads a browser to the page, with its question, and tells a program to POST", async () => {
  const question = "이번 달 A&B=1 총 생산량은? #1";
  for (const path of ["/chat", "/chat/"]) {
    const bare = await open(path);
    expect([bare.status, bare.headers.get("location")]).toEqual([303, "/dashboard/chat"]);
    const asked = await open(`${path}?q=${encodeURIComponent(question)}`);
    expect(asked.headers.get("location")).toBe(`/dashboard/chat?ask=${encodeURIComponent(question)}`);
  }
  const program = await open("/chat", { Accept: "application/json" });
  expect([program.status, program.headers.get("allow")]).toEqual([405, "POST"]);
});

test("opening the page takes nothing from the questions that somebody may ask", async () => {
  for (let times = 0; times < 5; times++) expect((await open("/chat")).status).toBe(303);
  const question = posted({ query: "도움말" });
  expect((await hub.fetch("/chat", question)).status).toBe(200);
  expect((await hub.fetch("/chat", question)).status).toBe(429);
});

test("the page, the frame of the conversation and the parser it names are there, with a policy that allows nothing inline", async () => {
  const page = await open("/dashboard/chat");
  expect([page.status, page.headers.get("content-security-policy")]).toEqual([
    200,
    expect.stringContaining("script-src 'self';"),
  ]);
  const html = await page.text();
  expect(html).toContain('id="chat-page"');
  expect(html).not.toContain('id="filter"');
  const frame = await (await open("/dashboard/parts/conversation", { "Accept-Language": "en" })).text();
  expect(frame).toContain("What would you like to know?");
  const parser = await open(/data-parser="([^"]+)"/.exec(frame)![1]!, {});
  expect(parser.headers.get("content-type")).toStartWith("text/javascript");
  expect(parser.headers.get("cache-control")).toContain("immutable");
  expect(await parser.text()).toContain("export{");
});

test("with API_KEYS set, a link to a question leads to where a key can be typed, and the files need one", async () => {
  const closed = await startHub({ home: temporaryHome(), env: { API_KEYS: "k1" } });
  const asked = await closed.fetch("/chat?q=x", { headers: browser, redirect: "manual" });
  expect([asked.status, asked.headers.get("location")]).toEqual([303, expect.stringMatching(/^\/login\?/)]);
  expect((await closed.fetch("/dashboard/parts/conversation")).status).toBe(401);
  expect((await closed.fetch("/dashboard/chat/table.csv", posted(table, { Origin: closed.url }))).status).toBe(401);
  await closed.stop();
});

const table = {
  name: "질문",
  headings: ["제품", "비중"],
  rows: [
    ["=1+1", 0.5],
    ["BW0021", null],
  ],
  shares: [1],
};
const sent = (format: string, body: Json, headers: Record<string, string> = { Origin: hub.url }) =>
  hub.fetch(`/dashboard/chat/table.${format}`, posted(body, headers));

test("a table that a page of the hub sends comes back as a file", async () => {
  const csv = await sent("csv", table);
  expect(readCsv(await csv.text())).toEqual([
    ["제품", "비중"],
    ["'=1+1", "50%"],
    ["BW0021", ""],
  ]);
  const xlsx = await sent("xlsx", table);
  const cells = await readXlsxCells(await xlsx.bytes());
  expect(cells.map((line) => line.slice(0, 2))).toEqual([
    ["제품", "비중"],
    ["=1+1", 0.5],
    ["BW0021", null],
  ]);
});

test("what another site sends, and what is no table, is refused", async () => {
  const refused: [Json, Record<string, string>, number][] = [
    [table, {}, 403],
    [table, { Origin: "https://example.com" }, 403],
    [table, { Origin: hub.url, "Sec-Fetch-Site": "cross-site" }, 403],
    ["{", { Origin: hub.url }, 422],
    [{ ...table, headings: [] }, { Origin: hub.url }, 422],
    [{ ...table, rows: [[{ formula: "1+1" }]] }, { Origin: hub.url }, 422],
    [{ ...table, rows: Array(2001).fill(["x", 1]) }, { Origin: hub.url }, 422],
  ];
  for (const [body, headers, status] of refused) {
    for (const format of ["csv", "xlsx"]) {
      const response = await sent(format, body, headers);
      expect([status, await response.json()]).toEqual([
        response.status,
        { detail: expect.any(String), request_id: expect.any(String) },
      ]);
    }
  }
});
