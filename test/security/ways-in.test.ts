import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { unzipSync } from "fflate";
import { pages } from "../../src/dashboard/pages/index.ts";
import { readCsv, readXlsxCells } from "../support/exports.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { sendRaw } from "../support/raw.ts";
import { expectError } from "../support/shape.ts";

setDefaultTimeout(180_000);

const key = "reader-key-of-this-test";
const adminKey = "admin-key-of-this-test";
/** In names, codes and lots: what runs where somebody takes it for its own. */
const formula = "=cmd|' /C calc'!A0";
const markup = `"><img src=x onerror=alert(1)><script>alert(1)</script>`;
const secretLot = "LOT-NOBODY-MAY-SEE";

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  const day = (at: number): string => `2026-01-${String(at + 1).padStart(2, "0")}`;
  writeDatabase(
    livePath(home),
    Array.from({ length: 28 }, (_, at) => [
      row({ production_date: day(at), item_code: formula, item_name: formula, lot_number: formula }),
      row({ production_date: day(at), item_code: "MARKUP", item_name: markup, lot_number: secretLot }),
    ]).flat(),
  );
  hub = await startHub({
    home,
    env: { API_KEYS: key, ADMIN_KEY: adminKey, RATE_LIMIT_API: "100000", TRUSTED_PROXIES: "127.0.0.1" },
  });
});
afterAll(() => hub.stop());

const from = (client: string): Record<string, string> => ({ "X-Forwarded-For": client });
const withKey = (one = key): Record<string, string> => ({ "X-API-Key": one });
const form = (fields: Record<string, string>, headers: Record<string, string> = {}): BunFetchRequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers,
  redirect: "manual",
});
/** The cookie of somebody who signed in. */
async function session(shown = adminKey): Promise<Record<string, string>> {
  const signed = await hub.fetch("/login", form({ key: shown, to: "/" }));
  return { Cookie: signed.headers.get("Set-Cookie")!.split(";")[0]! };
}

test("without a key nothing tells of the data, however its address is written", async () => {
  const { body: document } = await hub.json("/openapi.json");
  const addresses = Object.keys(document.paths).flatMap((path) => {
    const filled = path.replaceAll(/\{.*?\}/g, "MARKUP");
    return [filled, `/api/v1${filled}`];
  });
  const written = [
    ...["/api/v1", "/api/v1/", "//records", "/./records", "/docs/../records", "/docs/%2e%2e/records", "/records/"],
    ...["/static/../records", "/login/../records", "/dashboard/lib/../../records", "/records%2f", "/records;x", "/mcp"],
    ...["/dashboard/items", "/dashboard/items/MARKUP", "/dashboard/parts/items", "/dashboard/records.csv", "/chat"],
    ...["/dashboard/operations", "/dashboard/operations/log/lines", "/dashboard/reports/daily/2026-01-13"],
  ];
  expect(addresses.length).toBeGreaterThan(60);
  for (const path of [...addresses, ...written]) {
    for (const accept of ["*/*", "text/html"]) {
      const answer = await sendRaw(hub.url, `GET ${path} HTTP/1.1\r\nAccept: ${accept}`);
      const about = [path, accept, answer.status];
      if (answer.status === 200)
        expect([...about, path]).toEqual([
          ...about,
          expect.stringMatching(/^(\/api\/v1)?(\/|\/healthz|\/openapi\.json|\/docs.*)?$/),
        ]);
      expect([...about, /NOBODY|MARKUP|production_analysis/.test(answer.body) && !/healthz/.test(path)]).toEqual([
        ...about,
        false,
      ]);
    }
  }
});

test("whoever guesses keys has to wait, also where there is no other limit, and with a right one too", async () => {
  const ways: [client: string, guess: (shown: string) => BunFetchRequestInit, path: string][] = [
    ["203.0.113.1", (shown) => ({ headers: withKey(shown) }), "/metrics"],
    ["203.0.113.2", (shown) => ({ headers: { Authorization: `Bearer ${shown}` } }), "/healthz/ai"],
    [
      "203.0.113.3",
      (shown) => ({ headers: { Cookie: `hub_session=${shown}`, Accept: "text/html" }, redirect: "manual" }),
      "/",
    ],
    ["203.0.113.4", (shown) => form({ key: shown }), "/login"],
    [
      "203.0.113.5",
      (shown) => form({ key: shown }, { ...withKey(), "Sec-Fetch-Site": "same-origin" }),
      "/dashboard/operations/sign-in",
    ],
  ];
  const cookie = (await session(key)).Cookie!.split("=")[1]!;
  for (const [client, guess, path] of ways) {
    const right = path === "/" ? cookie : adminKey;
    const shows = async (shown: string, who = client) => {
      const sent = guess(shown);
      return hub.fetch(path, { ...sent, headers: { ...sent.headers, ...from(who) } as Record<string, string> });
    };
    for (let guesses = 0; guesses < 60; guesses++)
      expect((await shows(`wrong-${client}-${guesses}`)).status).not.toBe(429);
    for (const shown of ["wrong", right]) {
      const refused = await shows(shown);
      expect([path, refused.status, Number(refused.headers.get("Retry-After")) > 0]).toEqual([path, 429, true]);
      const body = (await refused.json()) as Json;
      expectError({ status: 429, headers: refused.headers, body }, 429);
    }
    expect((await shows(right, "203.0.113.99")).status).toBeLessThan(400);
  }
  // What goes on showing the key of yesterday, as a page left open does, guesses nothing.
  const old = { headers: { ...withKey("key-of-yesterday"), ...from("203.0.113.6") } };
  for (let calls = 0; calls < 70; calls++) expect((await hub.fetch("/items", old)).status).toBe(401);
});

test("every sign-in is in the log, and its cookie goes back over HTTPS alone where it came that way", async () => {
  await hub.fetch("/login", form({ key: "wrong" }, from("203.0.113.10")));
  const https = await hub.fetch("/login", form({ key }, { ...from("203.0.113.11"), Origin: "https://hub.example" }));
  expect(https.headers.get("Set-Cookie")).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  const plain = await hub.fetch("/login", form({ key }, { ...from("203.0.113.11"), Origin: hub.url }));
  expect(plain.headers.get("Set-Cookie")).toMatch(/; HttpOnly; SameSite=Strict$/);
  for (let waited = 0; !hub.log().includes("AUDIT sign-in by 203.0.113.11") && waited < 200; waited++)
    await Bun.sleep(50);
  expect(hub.log()).toContain("AUDIT sign-in refused to 203.0.113.10");
  expect(hub.log()).toContain("AUDIT sign-in by 203.0.113.11");
  expect(hub.log()).not.toContain(key);
});

test("every page, and every part of one, says what it may load and has names out of the data as texts", async () => {
  const headers = { ...(await session()), Accept: "text/html" };
  const seen = new Set(["/"]);
  // A part of a page is fetched by it, and opened by itself by nobody but an attacker.
  const parts = ["/dashboard/parts/items", "/dashboard/operations/log/lines", "/dashboard/parts/batches/rows?rows=10"];
  const waiting = ["/", "/login", "/nothing", "/dashboard/items/nothing", ...parts];
  let pages = 0;
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const response = await hub.fetch(path, { headers, redirect: "manual" });
    expect([path, response.headers.get("X-Content-Type-Options")]).toEqual([path, "nosniff"]);
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) {
      await response.body?.cancel();
      continue;
    }
    const text = await response.text();
    pages += 1;
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'")]);
    expect([path, policy]).toEqual([path, expect.stringContaining("frame-ancestors 'none'")]);
    expect([path, policy]).not.toEqual([path, expect.stringMatching(/unsafe|\*|https?:/)]);
    expect([path, text.match(/<img src=x|<script>alert/)?.index]).toEqual([path, undefined]);
    for (const [, link] of text.matchAll(/(?:href|hx-get)="(\/[^"#]*)"/g)) {
      const address = link!.replaceAll("&amp;", "&");
      // One of each kind: there is a page for every day, and a part for every choice.
      const kind = address.split("?")[0]!.replaceAll(/\d{4}-\d\d(-\d\d)?/g, "DAY");
      if (seen.has(kind) || /^\/(static|docs|licences)|\.(csv|xlsx|js)$/.test(kind)) continue;
      seen.add(kind);
      waiting.push(address);
    }
  }
  expect(pages).toBeGreaterThan(20);
});

test("an item named like a formula is a text in every file, of whatever page", async () => {
  const headers = { ...(await session()), "Sec-Fetch-Site": "same-origin" };
  const table = { name: formula, headings: [formula, "n"], rows: [[formula, -1]] };
  const sent = {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(table),
  };
  const ofPages = pages.filter((page) => page.exported ?? page.table).map(({ path }) => path);
  expect(ofPages.length).toBeGreaterThan(3);
  const files: [path: string, init: BunFetchRequestInit][] = [
    ...[...ofPages, "/dashboard/targets/form"]
      .flatMap((path) => [`${path}.csv`, `${path}.xlsx`])
      .concat("/dashboard/reports/daily/2026-01-28.xlsx")
      .map((path): [string, BunFetchRequestInit] => [path, { headers }]),
    ["/dashboard/chat/table.csv", sent],
    ["/dashboard/chat/table.xlsx", sent],
  ];
  const named: string[] = [];
  const fetched = await Promise.all(
    files.map(async ([path, init]) => {
      const response = await hub.fetch(path, init);
      expect([path, response.status]).toEqual([path, 200]);
      return { path, bytes: await response.bytes() };
    }),
  );
  for (const { path, bytes } of fetched) {
    if (path.endsWith(".csv")) {
      const cells = readCsv(new TextDecoder().decode(bytes)).flat();
      if (cells.includes(`'${formula}`)) named.push(path);
      expect([path, cells.filter((cell) => /^[=+@]/.test(cell))]).toEqual([path, []]);
      continue;
    }
    const xml = Object.entries(unzipSync(bytes)).map(([name, content]) => ({
      name,
      text: new TextDecoder().decode(content),
    }));
    // A formula is an element `f`; other workbooks and programs stand in parts of their own (ECMA-376, 18.3.1.40 and 18.14).
    expect([path, xml.filter(({ name, text }) => /sheet\d+\.xml$/.test(name) && /<f[ >]/.test(text))]).toEqual([
      path,
      [],
    ]);
    expect([path, xml.filter(({ name }) => /externalLink|connections|vba/i.test(name))]).toEqual([path, []]);
    const cells = (await readXlsxCells(bytes)).flat();
    if (cells.some((cell) => String(cell).includes(formula))) named.push(path);
  }
  // Files of days name no items.
  expect(files.map(([path]) => path).filter((path) => !named.includes(path) && !/trends/.test(path))).toEqual([]);
});

test("a request that two programs would read differently is refused, and no Host is answered that is none", async () => {
  const body = "GET /records HTTP/1.1\r\nHost: hub\r\n\r\n";
  for (const heading of [
    `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked`,
    "Content-Length: 4\r\nContent-Length: 5",
    "Transfer-Encoding: xchunked",
    "Content-Length: -1",
    "X-A: a\r\n b",
    "X-A : a",
  ]) {
    const answer = await sendRaw(hub.url, `POST /login HTTP/1.1\r\n${heading}`, body);
    expect([heading, answer.status, answer.body.includes("HTTP/1.1")]).toEqual([heading, 400, false]);
  }
  for (const host of ["[::1", "x:abc", "%00"]) {
    for (const path of ["/login", "/records", "/dashboard/operations"]) {
      // The first of two: sendRaw adds the hub's own.
      const answer = await sendRaw(hub.url, `GET ${path} HTTP/1.1\r\nHost: ${host}`);
      expect([host, path, answer.status]).toEqual([host, path, 400]);
    }
  }
});

test("a form that cannot be read is refused with a sentence", async () => {
  const headers = {
    ...(await session()),
    "Content-Type": "multipart/form-data; boundary=x",
    "Sec-Fetch-Site": "same-origin",
  };
  const paths = ["/login", "/dashboard/views", "/dashboard/operations/sign-in", "/dashboard/reports/make"];
  for (const path of paths) {
    const answer = await hub.json(path, { method: "POST", headers, body: "--x\r\nContent-Dispo" });
    expectError(answer, 422);
  }
});

/** A connection that has sent something and reads nothing. */
const opened = (sent: string) =>
  Bun.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(hub.url).port),
    socket: {
      data() {},
      error() {},
      open(socket) {
        socket.write(sent);
      },
    },
  });

test("half-sent requests keep nobody from being answered, and large ones are not kept", async () => {
  const head = "GET / HTTP/1.1\r\nHost: hub\r\nX-A: ";
  const sockets = await Promise.all(Array.from({ length: 300 }, () => opened(head)));
  expect((await hub.fetch("/healthz")).status).toBe(200);
  for (const socket of sockets) socket.terminate();
  const tooLarge = await hub.json("/login", { method: "POST", body: new Uint8Array(2 * 1024 * 1024) });
  expectError(tooLarge, 413);
});

test("a client that goes away while it sends is no fault of the hub's", async () => {
  const types = {
    "/login": "application/x-www-form-urlencoded",
    "/mcp": "application/json",
    "/targets": "text/csv",
  };
  for (const [path, type] of Object.entries(types)) {
    const line = new RegExp(`POST ${path} 4(00|22) `);
    await eventually(`${path} is in the log`, async () => {
      const head = `POST ${path} HTTP/1.1\r\nHost: hub\r\nX-API-Key: ${adminKey}\r\nContent-Length: 500\r\n`;
      const socket = await opened(`${head}Content-Type: ${type}\r\n\r\na`);
      // What the hub has not begun to read leaves no line; then it is sent once more.
      await Bun.sleep(100);
      socket.terminate();
      return line.test(hub.log()) || undefined;
    });
  }
  expect(hub.log()).not.toMatch(/AbortError|\| ERROR/);
});
