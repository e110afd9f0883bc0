import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { homeOfThreeItems, itemCodes } from "../support/chat.ts";
import { type Hub, type Json, startHub } from "../support/hub.ts";
import { root } from "../support/processes.ts";

setDefaultTimeout(180_000);

const key = "a-key-for-grafana";
const dashboard: Json = JSON.parse(readFileSync(join(root, "docs/monitoring/grafana-production.json"), "utf8"));
let hub: Hub;
beforeAll(async () => {
  hub = await startHub({ home: homeOfThreeItems(), env: { API_KEYS: key } });
});
afterAll(() => hub.stop());

/** Where Grafana stands in time, and which item its reader chose. */
interface View {
  readonly from: string;
  readonly to: string;
  readonly item: string;
}
const year: View = { from: "2026-01-01", to: "2026-12-31", item: "" };

/**
 * Asks as Infinity does (GetQueryURL in its pkg/infinity/request.go): the data source's URL and the query's one after the other, Grafana's variables
 * filled in before, parameters sorted by their names.
 */
async function asked(url: string, { from, to, item }: View): Promise<{ status: number; body: Json }> {
  const values: Record<string, string> = {
    "__from:date:YYYY-MM-DD": from,
    "__to:date:YYYY-MM-DD": to,
    __from: String(Date.parse(from)),
    "__from:date": new Date(from).toISOString(),
    item,
    "item:percentencode": encodeURIComponent(item),
  };
  const filled = url.replace(/\$\{([^}]+)\}/g, (whole, variable: string) => values[variable] ?? whole);
  const address = new URL(`${hub.url}/api/v1${filled}`);
  expect(address.href).not.toContain("$");
  address.searchParams.sort();
  return hub.json(address.href.slice(hub.url.length), {
    headers: { "X-API-Key": key, Accept: "application/json;q=0.9,text/plain" },
  });
}

/** What a column of Infinity takes: Go's time layouts stand for the texts that they match. */
const fits: Record<string, (value: unknown, format?: string) => boolean> = {
  number: (value) => typeof value === "number",
  string: (value) => value === null || typeof value === "string",
  timestamp: (value, format) =>
    new RegExp(`^${format?.replace("2006", "\\d{4}").replace(/0[12]/g, "\\d\\d")}$`).test(String(value)),
};

test.each([
  ["all items", year, [12, 12, 12, 12, 3]],
  [itemCodes[1]!, { ...year, item: itemCodes[1]! }, [12, 12, 12, 12, 3]],
  ["an item of whose code nothing was made", { ...year, item: "C1203/없음&x" }, [0, 0, 0, 0, 3]],
] as const)(
  "the dashboard of production figures gets the columns that its panels show: %s",
  async (_, view, counts) => {
    const rows: number[] = [];
    for (const { title, targets } of dashboard.panels as Json[]) {
      for (const { url, root_selector, columns } of targets) {
        const { status, body } = await asked(url, view);
        expect([title, status]).toEqual([title, 200]);
        const found: Json[] = root_selector === "" ? body : body[root_selector];
        rows.push(found.length);
        for (const one of found) {
          for (const { selector, type, timestampFormat } of columns) {
            const value = one[selector];
            expect([title, selector, value, fits[type]?.(value, timestampFormat)]).toEqual([
              title,
              selector,
              value,
              true,
            ]);
          }
        }
      }
    }
    expect(rows).toEqual([...counts]);
  },
);

test("the dashboard asks for its data source when it is imported, and no two panels lie on each other", () => {
  expect(dashboard.templating.list.map(({ name }: Json) => name)).toEqual(["datasource", "item"]);
  const taken = new Set<string>();
  for (const { datasource, targets, gridPos } of dashboard.panels as Json[]) {
    for (const one of [datasource, ...targets.map((target: Json) => target.datasource)]) {
      expect(one).toEqual({ type: "yesoreyeram-infinity-datasource", uid: `\${datasource}` });
    }
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect([x < 24, taken.has(`${x} ${y}`)]).toEqual([true, false]);
        taken.add(`${x} ${y}`);
      }
    }
  }
});

test.each(["monitoring.md", "monitoring.ko.md"])(
  "every address in %s is answered as Grafana sends it",
  async (name) => {
    const chapter = readFileSync(join(root, "docs", name), "utf8").split(/^## 6\. /m)[1]!;
    const addresses = [...chapter.matchAll(/^\| `(\/[^`]+)`.*\| (?:`(\w+)`|[^|]*?) +\|$/gm)];
    expect(addresses).toHaveLength(4);
    for (const [, url, rows] of addresses) {
      const { status, body } = await asked(url!, year);
      expect([url, status]).toEqual([url, 200]);
      expect([url, (rows ? body[rows] : body).length > 2]).toEqual([url, true]);
    }
  },
);

test("times in another format are refused with a sentence, and the health check needs no key", async () => {
  for (const wrong of [`\${__from}`, `\${__from:date}`]) {
    const { status, body } = await asked(`/summary/daily?date_from=${wrong}`, year);
    expect([wrong, status, body.detail]).toEqual([wrong, 400, expect.stringContaining("Expected YYYY-MM-DD")]);
  }
  expect((await hub.fetch("/healthz")).status).toBe(200);
});
