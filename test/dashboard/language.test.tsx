/** @jsxImportSource hono/jsx */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { PageDesk } from "../../src/dashboard/ask.ts";
import { type Fault, parseFilter } from "../../src/dashboard/filter.ts";
import { type Told, toldStatus } from "../../src/dashboard/hub-operations.ts";
import { formatOf } from "../../src/dashboard/i18n/format.ts";
import { ko, type Texts } from "../../src/dashboard/i18n/ko.ts";
import { texts } from "../../src/dashboard/i18n/language.ts";
import { ItemOptions } from "../../src/dashboard/item-options.tsx";
import { Document } from "../../src/dashboard/layout.tsx";
import { innerPages, pages } from "../../src/dashboard/pages/index.ts";
import { LogLines } from "../../src/dashboard/pages/operations-log.tsx";
import { reportsTold } from "../../src/dashboard/pages/reports.tsx";
import { Trouble } from "../../src/dashboard/pages/trouble.tsx";
import { parseParams } from "../../src/dashboard/params.ts";
import type { View } from "../../src/dashboard/view.ts";
import { readAddress } from "../../src/dashboard/views/address.ts";
import { ViewsPanel } from "../../src/dashboard/views/panel.tsx";
import { wallOf } from "../../src/dashboard/views/wall.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { Drafts } from "../../src/targets/drafts.ts";
import { nothing } from "../../src/targets/file/nothing.ts";
import { TargetStore } from "../../src/targets/store.ts";
import { Targets } from "../../src/targets/targets.ts";
import { type OpenDesk, openDesk } from "../support/desk.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { sampleHub } from "./hub-sample.ts";

let opened: OpenDesk;
let home: string;
beforeAll(() => {
  home = temporaryHome();
  const days = ["2026-01-05", "2026-02-03", "2026-02-04"];
  const rows = days.flatMap((day, at) =>
    ["<img src=x onerror=alert(1)>", "0-1", null].map((item_name, item) =>
      row({
        production_date: day,
        item_code: `0${item}`,
        item_name,
        good_quantity: 1e6 * (at + item) + 1,
        lot_number: "7",
      }),
    ),
  );
  writeDatabase(livePath(home), rows);
  opened = openDesk(home);
});
afterAll(() => opened.close());

type Words = string | readonly Words[] | { readonly [key: string]: Words } | ((...values: string[]) => string);

/** A catalogue whose every text stands between ⟦ and ⟧. */
function marked(words: Words): Words {
  if (typeof words === "string") return `⟦${words}⟧`;
  if (typeof words === "function") return (...values) => `⟦${words(...values)}⟧`;
  if (Array.isArray(words)) return words.map(marked);
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key, marked(value)]));
}

function viewOf(query: string, fields: Partial<View> = {}): View {
  const now = { today: "2026-02-20", newest: "2026-02-04" };
  const { filter } = parseFilter(new URLSearchParams(query), now);
  return {
    path: "/",
    language: "en",
    theme: "system",
    texts: marked(ko as unknown as Words) as unknown as Texts,
    format: formatOf("en"),
    today: now.today,
    filter,
    faults: [],
    params: {},
    passing: [],
    paramFaults: [],
    codes: filter.items.length > 0 ? filter.items : undefined,
    names: new Map(),
    coverage: { first: "2026-01-05", last: "2026-02-04", newest: now.newest },
    version: "0",
    asOf: null,
    lagging: true,
    requestId: "00000000",
    desk: new PageDesk(opened.desk),
    hub: sampleHub(),
    ...fields,
  };
}

/** What a reader meets: texts between tags, and the attributes that are shown or read out. Without scripts and what a catalogue says. */
function unmarked(html: string): string[] {
  const body = html.replace(/<script.*?<\/script>/gs, "");
  const attributes = [...body.matchAll(/\s(?:title|aria-label|placeholder|alt|content)="([^"]*)"/g)];
  const spoken = attributes.filter(([whole]) => !whole.startsWith(" content")).map(([, value]) => value!);
  const parts = [...spoken, ...body.replace(/<[^>]*>/g, "\n").split("\n")];
  return parts
    .map((text) => {
      let rest = text;
      while (/⟦[^⟦⟧]*⟧/.test(rest)) rest = rest.replace(/⟦[^⟦⟧]*⟧/g, "");
      // Data of this test, numbers in short, and the keys of the keyboard.
      return rest.replace("&lt;img src=x onerror=alert(1)&gt;", "").replace(/\d[KMB]\b/g, "");
    })
    .filter((text) => /\p{L}/u.test(text.replace(/&\w+;/g, "")));
}

describe("no word of a page stands outside of the catalogues", () => {
  const faults: Fault[] = (["period", "from", "to", "range", "items", "q", "compare", "unit"] as const).map(
    (field) => ({
      field,
      value: "1",
    }),
  );
  const shown = [
    ...pages.map((page) => [page.id, page, page.path] as const),
    ...innerPages.flatMap((page) =>
      ["01", "none"].map((of) => [`${of} of ${page.id}`, page, page.path.replace(/:.*/, of)] as const),
    ),
  ];
  for (const [name, page, path] of shown) {
    test.each([
      "",
      "from=2026-02-01&to=2026-02-04",
      "from=2025-01-01&to=2026-02-04&unit=day&items=01",
      "compare=none&q=0",
      "from=2020-01-01&to=2020-01-02",
      "period=custom&from=2026-01-01&show=lot:7&lot=7&min=few&max=0",
      "show=item:01&rows=7&after=x&lot=9",
      "show=lot:none&min=1",
      "show=item:none&show=what",
      "average=short&compare_from=2025-01-01&compare_to=2026-02-03&items=00,01,02,03,04,05",
      "average=weekly&unit=month&compare=last_year",
    ])(`on ${name} with %p`, async (query) => {
      const before = viewOf(query, { path, faults });
      const view = { ...before, ...parseParams(page.params ?? {}, new URLSearchParams(query), before.texts) };
      const content = await page.content(view);
      const html = String(
        <Document view={view} pages={pages} title={view.texts.nav[page.id]}>
          {content}
        </Document>,
      );
      const keys = pages.map(({ key }) => key);
      expect(unmarked(html).filter((text) => !["g", ...keys].includes(text.trim()))).toEqual([]);
      expect(html).not.toContain("<img src=x");
    });
  }

  test("in the parts that are fetched and the page that says what is the matter", () => {
    const view = viewOf("");
    const items = [{ item_code: "0", item_name: null, record_count: 1 }];
    const parts = [
      <ItemOptions items={items} chosen={[]} most={1} texts={view.texts} format={view.format} />,
      <ItemOptions items={[]} chosen={[]} most={1} texts={view.texts} format={view.format} />,
      <Trouble view={view} status={503} detail="" />,
      <Trouble view={view} status={500} detail="" />,
    ];
    expect(parts.flatMap((part) => unmarked(String(part)))).toEqual([]);
  });

  test("in the list of views, and on a wall screen", () => {
    const view = viewOf("period=last_7&items=00,01,02,03&q=7");
    const now = { today: view.today, newest: null };
    const present = readAddress("/?q=0", now, view.texts)!;
    const views = [
      { id: 1, name: "1", address: "/?period=today&items=0,1,2,3", onWall: true },
      { id: 2, name: "2", address: "/?from=2026-01-01&to=2026-01-02", onWall: false },
    ];
    const said = { said: "0", refused: true, replaces: "1", draft: { name: "1", onWall: true } };
    const parts = [
      <ViewsPanel texts={view.texts} now={now} views={views} present={present} outcome={said} />,
      <ViewsPanel texts={view.texts} now={now} views={[]} present={present} outcome={null} />,
      ...[[], views].map((saved) => (
        <Document view={{ ...view, wall: wallOf(view, 30, saved) }} pages={pages} title="0">
          {""}
        </Document>
      )),
    ];
    expect(parts.flatMap((part) => unmarked(String(part)))).toEqual([]);
  });

  test("on a page about the hub, for whoever may act or not, with each thing that is told", async () => {
    const page = pages.find(({ id }) => id === "operations")!;
    const { plan } = sampleHub().operations;
    const hubs = [
      ...(Object.keys(toldStatus) as Told[]).map((told) => sampleHub({ told, asksKey: true })),
      sampleHub({ lacks: "key", asksKey: true }),
      sampleHub({ lacks: "machine" }),
      sampleHub({}, { plan: () => null, backups: async () => new Map(), settings: [], jobs: () => [] }),
      sampleHub({}, { plan: () => ({ at: 0, plan: { ...plan()!.plan, moves: [], newYears: [] } }) }),
    ];
    for (const hub of hubs) {
      const view = viewOf("", { path: page.path, hub });
      expect(unmarked(String(await page.content(view)))).toEqual([]);
    }
    const { texts: words } = viewOf("");
    for (const end of [null, { lines: [], place: null, cut: false }, { lines: [], place: null, cut: true }])
      expect(unmarked(String(<LogLines end={end} texts={words} />))).toEqual([]);
  });

  test("on the page of reports, with and without them, for whoever may act or not, with each thing that is told", async () => {
    const page = pages.find(({ id }) => id === "reports")!;
    const { reports } = sampleHub().operations;
    const hubs = [
      sampleHub({ lacks: "key" }),
      sampleHub({ lacks: "machine" }),
      sampleHub({}, { reports: { ...reports, list: async () => [], channels: () => [] }, jobs: () => [] }),
      sampleHub({}, { reports: { ...reports, newestPeriod: () => Promise.reject(new Error("no data")) } }),
    ];
    for (const hub of hubs) {
      expect(unmarked(String(await page.content(viewOf("", { path: page.path, hub }))))).toEqual([]);
    }
    for (const told of reportsTold) {
      const before = viewOf("", { path: page.path });
      const query = new URLSearchParams({ told, kind: "weekly", day: "2026-01-07" });
      const view = { ...before, ...parseParams(page.params!, query, before.texts) };
      expect(unmarked(String(await page.content(view)))).toEqual([]);
    }
  });

  test("on the page of targets, with and without them, for whoever may act or not, with each thing that is told", async () => {
    const page = pages.find(({ id }) => id === "targets")!;
    const db = openHubDb(join(home, "database"));
    const store = new TargetStore(db);
    const services = { desk: opened.desk, store, today: () => "2026-02-20", dataVersion: () => null };
    const targets = new Targets(services);
    const drafts = new Drafts();
    const show = async (query: string, lacks: "key" | "machine" | null = null): Promise<string> => {
      const known = { targets, drafts, lacks, time: () => "0" };
      const before = viewOf(query, { path: page.path, targets: known });
      const view = { ...before, ...parseParams(page.params ?? {}, new URLSearchParams(query), before.texts) };
      return String(await page.content(view));
    };
    const shown = [await show(""), await show("month=1"), await show("draft=0", "key"), await show("", "machine")];
    const target = (item_code: string, quantity: number) => ({ month: "2026-02", item_code, quantity });
    const next = { months: ["2026-02"], madeBy: "1", note: "2", origin: "restored 1" };
    store.save({ ...next, targets: [target("00", 5), target("01", 9e9)] });
    store.save({ ...next, targets: [target("00", 6), target("02", 9)] });
    const wrong = { ...nothing("unknownItem", "1"), severeCount: 0, unknown: ["1"], months: next.months };
    const content = { ...wrong, targets: [target("00", 7), target("1", 7)], ignored: ["1"] };
    const names = [nothing("notNumber", "1"), content].map((one) =>
      drafts.add({ content: one, origin: "0", basedOn: null }),
    );
    const told = ["saved", "same", "refused", "stale", "expired", "unaccepted", "unknownVersion", "tooLarge", "noFile"];
    const queries = [...told.map((one) => `told=${one}`), ...names.map((name) => `draft=${name}`)];
    for (const query of [...queries, "version=1", "version=9", "month=2026-01"]) shown.push(await show(query));
    targets.close();
    db.close();
    expect(shown.flatMap(unmarked)).toEqual([]);
    expect(shown.join("")).not.toContain("<img src=x");
  });

  test("in the scripts: what they show comes from the page", async () => {
    const folder = join(import.meta.dir, "../../public/dashboard");
    for (const name of new Bun.Glob("*.js").scanSync(folder)) {
      const code = (await Bun.file(join(folder, name)).text()).replace(/\/\*.*?\*\/|\/\/.*$/gms, "");
      expect([name, code.match(/[가-힣]|textContent = ["'`][a-z]/i)]).toEqual([name, null]);
    }
  });
});

test("both catalogues fill in the same places", () => {
  const shape = (words: Words): unknown =>
    typeof words === "function"
      ? words.length
      : typeof words === "string"
        ? [...words.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
        : Array.isArray(words)
          ? words.map(shape)
          : Object.fromEntries(Object.entries(words).map(([key, value]) => [key, shape(value)]));
  expect(shape(texts.en as unknown as Words)).toEqual(shape(texts.ko as unknown as Words));
});

test("numbers are short where they are long, each language in its own way", () => {
  const { short, exact, change, signed, percent } = formatOf("ko");
  expect([9999, 12_345, 13_386_806.75, 1.2e8].map(short)).toEqual(["9,999", "1.2만", "1,338.7만", "1.2억"]);
  expect([12_345, 13_386_806.75].map(formatOf("en").short)).toEqual(["12.3K", "13.4M"]);
  expect([exact(1234.5), change(0.1234), change(-0.5), signed(5), percent(0.391)]).toEqual([
    "1,234.5",
    "+12.3%",
    "-50%",
    "+5",
    "39.1%",
  ]);
});
