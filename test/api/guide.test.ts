import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCsv, readXlsxCells } from "../support/exports.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { addressed, examplesIn, type Runnable, type Running, runnable, startExample } from "../support/guide.ts";
import { powerQueryFault, powerQueryRequest, powershellFault, powershellRequests } from "../support/guide-requests.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { root } from "../support/processes.ts";

setDefaultTimeout(180_000);

const key = "a-key-of-the-guide";
const languages = ["sh", "powershell", "python", "ts"];
const tasks = [
  "Records, page by page",
  "Totals",
  "CSV and Excel files",
  "Following changes",
  "Errors, and when to ask again",
  "Keys",
  "A question in words",
] as const;
type Task = (typeof tasks)[number];
const examples = examplesIn("api.md").filter(({ task }) => tasks.includes(task as Task));

/** January of one item needs three pages of 1,000; other items and months stand around it, quantities are missing and have fractions. */
const rows = Array.from({ length: 5_200 }, (_, at) =>
  row({
    production_date: `2026-0${at % 2 ? 1 : 2}-${String(1 + (at % 27)).padStart(2, "0")} 오전 12:00:00`,
    item_code: at % 13 ? "BW0021" : "B0061",
    item_name: at % 7 ? "클리어 렌즈" : null,
    good_quantity: at % 11 ? 100 + (at % 50) / 4 : null,
  }),
);
const reference = temporaryHome();
writeDatabase(livePath(reference), rows);
const home = temporaryHome();
let hub: Hub;
let locked: Hub;
/** What the examples about errors print, which were begun before there were any data: they wait for some seconds, as they were told. */
let afterTrouble: Promise<Map<Runnable, string>>;

beforeAll(async () => {
  [hub, locked] = await Promise.all([
    startHub({ home }),
    startHub({ home: temporaryHome(), env: { API_KEYS: key, ROLLUP: "false" } }),
  ]);
  const waiting = startAll("Errors, and when to ask again");
  await eventually(
    "every example was told to come again",
    () => {
      const refusals = hub.log().match(/GET \/api\/v1\/items\?limit=1 503/g) ?? [];
      return refusals.length >= waiting.size || undefined;
    },
    90_000,
  );
  writeDatabase(livePath(home), rows);
  writeDatabase(livePath(locked.home), rows.slice(0, 30));
  afterTrouble = printedBy(waiting);
  afterTrouble.catch(() => {});
  for (const one of [hub, locked]) {
    const asked = async () => (await one.fetch("/items?limit=1", { headers: { "X-API-Key": key } })).status;
    await eventually("the data are read", async () => (await asked()) === 200 || undefined, 90_000);
  }
});
afterAll(() => Promise.all([hub.stop(), locked.stop()]));

function startAll(task: Task, url = hub.url, env: Record<string, string> = {}): Map<Runnable, Running> {
  return new Map(
    runnable.map((language) => {
      const example = examples.find((one) => one.task === task && one.language === language);
      if (!example) throw new Error(`There is no example for "${task}" in ${language}.`);
      return [language, startExample(example, url, env)];
    }),
  );
}

async function printedBy(running: Map<Runnable, Running>): Promise<Map<Runnable, string>> {
  const texts = [...running].map(async ([language, { ended }]) => [language, await ended] as const);
  return new Map(await Promise.all(texts));
}

/** The answer of SQLite itself, to a question about the rows as they were at first. */
function truth(sql: string): Json[] {
  const db = new Database(livePath(reference), { readonly: true });
  try {
    return db.query(sql).all() as Json[];
  } finally {
    db.close();
  }
}
const january = "substr(production_date, 1, 7) = '2026-01'";
const ofItem = `item_code = 'BW0021' AND ${january}`;
const firstItem = () =>
  truth(
    "SELECT item_code, max(item_name) AS item_name, count(*) AS record_count FROM production_records GROUP BY 1 ORDER BY 3 DESC LIMIT 1",
  )[0];

const numbersIn = (text: string): number[] => [...text.matchAll(/\d+(?:\.\d+)?/g)].map(([figure]) => Number(figure));
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const sum = (numbers: readonly (number | null)[]): number => numbers.reduce<number>((all, one) => all + (one ?? 0), 0);

test("every task has an example in every language", () => {
  const found = examples.map(({ task, language }) => `${task}: ${language}`);
  expect(found).toEqual(tasks.flatMap((task) => languages.map((language) => `${task}: ${language}`)));
});

test("this machine has what the examples are written for", () => {
  expect(runnable).toEqual(["sh", "python", "ts"]);
});

describe("an example prints what SQLite says", () => {
  test("of records, page by page", async () => {
    const [{ count, total }] = truth(
      `SELECT count(*) AS count, total(good_quantity) AS total FROM production_records WHERE ${ofItem}`,
    ) as [Json];
    expect(count).toBeGreaterThan(2_000);
    for (const [language, text] of await printedBy(startAll("Records, page by page"))) {
      if (language === "sh") {
        const pages = lines(text).map((line) => JSON.parse(line));
        expect(pages.map((page) => page.count)).toEqual([1_000, 1_000, count - 2_000]);
        expect(sum(pages.flatMap(({ data }) => data.map((one: Json) => one.good_quantity)))).toBe(total);
      } else expect([language, numbersIn(text)]).toEqual([language, [count, total]]);
    }
  });

  test("of totals", async () => {
    const days = truth(
      `SELECT substr(production_date, 1, 10) AS day, total(good_quantity) AS total FROM production_records WHERE ${ofItem} GROUP BY 1 ORDER BY 1`,
    ).map(({ day, total }) => [day, total]);
    for (const [language, text] of await printedBy(startAll("Totals"))) {
      const printed =
        language === "sh"
          ? JSON.parse(text).map((one: Json) => [one.day, one.total_production])
          : lines(text).map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]);
      expect([language, printed]).toEqual([language, days]);
    }
  });

  test("of CSV and Excel files", async () => {
    const [{ count, total }] = truth(
      `SELECT count(*) AS count, total(good_quantity) AS total FROM production_records WHERE ${january}`,
    ) as [Json];
    const running = startAll("CSV and Excel files");
    const printed = await printedBy(running);
    for (const [language, { folder }] of running) {
      const csv = readCsv(readFileSync(join(folder, "january.csv"), "utf8")).slice(1);
      expect([language, csv.length, sum(csv.map((cells) => Number(cells[6])))]).toEqual([language, count, total]);
      const sheet = await readXlsxCells(new Uint8Array(readFileSync(join(folder, "january.xlsx"))));
      expect([language, sheet.length]).toEqual([language, count + 1]);
    }
    if (printed.has("python")) expect(numbersIn(printed.get("python")!)).toEqual([count, total]);
  });

  test("of each change", async () => {
    const running = startAll("Following changes");
    const eachPrinted = (what: string) =>
      eventually(
        `every example has printed ${what}`,
        () => [...running.values()].every(({ printed }) => printed().includes(what)) || undefined,
        90_000,
      );
    const [{ day }] = truth("SELECT max(substr(production_date, 1, 10)) AS day FROM production_records") as [Json];
    await eachPrinted(day);
    writeDatabase(livePath(home), [
      ...rows,
      row({ production_date: "2026-03-05", item_code: "B0099", good_quantity: 4_321.5 }),
    ]);
    await eachPrinted("4321.5");
    await Promise.all([...running.values()].map((one) => one.end()));
    for (const [language, { printed }] of running)
      expect([language, printed()]).toEqual([language, expect.stringContaining("2026-03-05")]);
  });

  test("after the hub could not answer, and why another request cannot be answered at all", async () => {
    for (const [language, text] of await afterTrouble) {
      expect([language, text]).toEqual([language, expect.stringContaining("BW0021")]);
      expect([language, text]).toEqual([language, expect.not.stringContaining("No production data")]);
      expect([language, numbersIn(text)]).toEqual([language, expect.arrayContaining([firstItem().record_count, 400])]);
      expect([language, text]).toEqual([language, expect.stringContaining("Invalid date format: '13.01.2026'")]);
    }
  });

  test("where a key is asked for", async () => {
    const answer = [{ item_code: "BW0021", item_name: expect.anything(), record_count: 27 }];
    for (const [language, text] of await printedBy(startAll("Keys", locked.url, { HUB_KEY: key }))) {
      expect([language, JSON.parse(text)]).toEqual([language, answer]);
    }
  });

  test("to a question in words", async () => {
    const [{ total }] = truth(`SELECT total(good_quantity) AS total FROM production_records WHERE ${ofItem}`) as [Json];
    for (const [language, text] of await printedBy(startAll("A question in words"))) {
      const answer = language === "sh" ? JSON.parse(text).answer : text;
      expect([language, answer]).toEqual([language, expect.stringContaining(total.toLocaleString("en-US"))]);
    }
  });
});

test("the examples in TypeScript keep to the strict rules of its compiler", () => {
  const folder = temporaryHome();
  const codes = examples.filter(({ language }) => language === "ts");
  for (const [at, { code }] of codes.entries()) writeFileSync(join(folder, `${at}.ts`), `${code}\nexport {};\n`);
  const compilerOptions = {
    ...{ target: "ESNext", module: "ESNext", moduleResolution: "bundler", strict: true, noEmit: true },
    ...{ noUncheckedIndexedAccess: true, erasableSyntaxOnly: true, skipLibCheck: true },
    ...{ types: ["bun-types"], typeRoots: [join(root, "node_modules")] },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, exitCode } = Bun.spawnSync([process.execPath, compiler, "-p", folder]);
  expect([stdout.toString(), exitCode]).toEqual(["", 0]);
});

describe("an example in PowerShell", () => {
  const shells = examples.filter(({ language }) => language === "powershell");

  test.each(shells.map(({ task, code }) => [task, code]))("keeps to the language's rules: %s", async (_, code) => {
    expect(await powershellFault(code)).toBeNull();
  });

  test.each(shells.map(({ task, code }) => [task, code]))(
    "asks for what there is, and reads fields that are there: %s",
    async (task, code) => {
      const { url } = task === "Keys" ? locked : hub;
      const variables = { cursor: "", "env:HUB_KEY": key, path: "/items?limit=1" };
      const requests = powershellRequests(addressed(code, url), variables);
      expect(requests.length).toBeGreaterThan(0);
      let told = "";
      for (const { method, address, headers, body } of requests) {
        const response = await fetch(address, { method, headers, ...(body && { body }) });
        expect([address, response.status]).toEqual([address, 200]);
        expect(response.headers.get("content-type")).toMatch(/charset=utf-8|spreadsheetml/);
        told += await response.text();
      }
      const fields = [...code.matchAll(/\$(?:_|page|answer|days\[-1\])\.([a-z_]+)|Measure-Object ([\p{L}_]+)/gu)];
      for (const [, field, column] of fields)
        expect([task, told]).toEqual([task, expect.stringContaining(field ?? column!)]);
    },
  );
});

describe("a query for Excel and Power BI", () => {
  const queries = examplesIn("api.md").filter(({ language }) => language === "powerquery");
  const isTyped: Record<string, (value: unknown) => boolean> = {
    "type date": (value) => /^\d{4}-\d\d-\d\d$/.test(String(value)),
    "type number": (value) => typeof value === "number" || value === null || /^-?\d*(\.\d+)?$/.test(String(value)),
    "Int64.Type": (value) => Number.isInteger(Number(value)),
    "type text": (value) => value === null || typeof value === "string",
  };

  test("is there for totals, items and records", () => {
    expect(queries).toHaveLength(3);
  });

  test.each(queries.map(({ code }) => [/RelativePath = "([^"]+)"/.exec(code)![1]!, code]))(
    "keeps to the rules of M, and gets rows whose columns have its types: %s",
    async (path, code) => {
      expect(await powerQueryFault(code)).toBeNull();
      const { address, types } = powerQueryRequest(addressed(code, hub.url), { From: "2026-01-05" });
      const response = await fetch(address, { headers: { "Accept-Encoding": "gzip, deflate" } });
      const text = await response.text();
      const encoding = Buffer.byteLength(text) < 500 ? null : "gzip";
      expect([path, response.status, response.headers.get("content-encoding")]).toEqual([path, 200, encoding]);
      const answer = path.endsWith(".csv") ? tableOf(readCsv(text)) : JSON.parse(text);
      const found: Json[] = answer.data ?? answer;
      expect(found.length).toBeGreaterThan(1);
      expect(Object.keys(types).length).toBeGreaterThan(3);
      for (const one of found) {
        for (const [column, type] of Object.entries(types)) {
          expect([path, column, one[column], isTyped[type]?.(one[column])]).toEqual([path, column, one[column], true]);
        }
      }
      const listed = /Table\.FromRecords\([\w[\]]+, \{(.*?)\}\)/.exec(code)?.[1];
      if (listed) expect(JSON.parse(`[${listed}]`)).toEqual(Object.keys(found[0]));
      // Power BI looks at the address without the rest, and Excel asks with HEAD and OPTIONS what may be done with a file.
      expect((await fetch(addressed("http://hub:8000/api/v1", hub.url))).status).toBe(200);
      expect((await fetch(address, { method: "HEAD" })).status).toBe(200);
      expect((await fetch(address, { method: "OPTIONS" })).headers.get("allow")).toBe("GET, HEAD");
    },
  );

  function tableOf([headings, ...cells]: string[][]): Json[] {
    return cells.map((line) => Object.fromEntries(headings!.map((heading, column) => [heading, line[column]])));
  }
});
