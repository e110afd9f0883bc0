import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "puppeteer-core";
import { pages as kinds } from "../../../src/dashboard/pages/index.ts";
import { chromium, startBrowser } from "../../support/browser.ts";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import { derivedReady } from "../derived.ts";
import { untilIdle, watchMemory } from "../process-tree.ts";
import { startHub, withServers } from "../server.ts";
import { median } from "../statistics.ts";

const PAGES = 50;
const LIMIT_BYTES = 300_000_000;
const LIMIT_MS = 2_000;
/** How long a page may take at all before the measurement is given up. */
const PATIENCE_MS = 60_000;
const MEMORY = `Memory of all the hub's processes with ${PAGES} pages open and live`;
const REACHED = `An ERP write until it is on the last of ${PAGES} open pages`;

/** What a page notes of one write, in ms since the epoch: when its new content had come, and when it was shown. */
interface Reached {
  answered: number;
  shown: number;
}

/** Has a page note when it shows another version of the data: a text, because this file is checked without the browser's types. */
const watchVersion = `{
  const before = document.getElementById("page").dataset.version;
  window.reached = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      const element = document.getElementById("page");
      if (!element || element.dataset.version === before) return;
      observer.disconnect();
      const fetched = performance.getEntriesByType("resource").filter(({ name }) => !name.endsWith("/events"));
      resolve({ answered: performance.timeOrigin + fetched.at(-1).responseEnd, shown: Date.now() });
    }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["data-version"] });
  });
  undefined;
}`;

/** Writes a row into Live from a process of its own and gives the time at which it was committed, in ms since the epoch. */
async function writeRow(live: string): Promise<number> {
  const script = `import { Database } from "bun:sqlite";
    const db = new Database(process.argv[1]);
    db.run("INSERT INTO production_records (production_date, item_code, good_quantity) SELECT production_date, item_code, 1 FROM production_records ORDER BY id DESC LIMIT 1");
    console.log(Date.now());`;
  const child = Bun.spawn([process.execPath, "-e", script, live], { stdout: "pipe", stderr: "inherit" });
  const said = await child.stdout.text();
  if ((await child.exited) !== 0) throw new Error("The row could not be written.");
  return Number(said);
}

async function fifty(bench: Bench): Promise<readonly Outcome[]> {
  if (chromium === null) throw new Error("Chromium is missing: apt-get install chromium");
  const home = mkdtempSync(join(tmpdir(), "hub-pages-"));
  // The write would change the data that the other measurements share.
  const copies = [...bench.small.archives, bench.small.live].map((file) => {
    const copy = join(home, "database", basename(file));
    cpSync(file, copy);
    return copy;
  });
  const browser = await startBrowser();
  try {
    return await withServers([startHub(bench.hub, home)], async (hub) => {
      await derivedReady(hub!.url);
      await untilIdle(hub!.pid);
      const memory = watchMemory(hub!.pid);
      const open: Page[] = [];
      for (let at = 0; at < PAGES; at++) {
        const page = await browser.open();
        await page.goto(hub!.url + kinds[at % kinds.length]!.path, { waitUntil: "load", timeout: PATIENCE_MS });
        await page.waitForSelector('#live[data-state="live"]', { timeout: PATIENCE_MS });
        open.push(page);
        if ((at + 1) % 10 === 0) bench.say(`${at + 1} pages open`);
      }
      const rounds: { answered: number[]; shown: number[] }[] = [];
      for (let round = 0; round < bench.rounds; round++) {
        await untilIdle(hub!.pid);
        await Promise.all(open.map((page) => page.evaluate(watchVersion)));
        const written = await writeRow(copies.at(-1)!);
        const reached = await Promise.all(open.map((page) => page.evaluate("window.reached") as Promise<Reached>));
        rounds.push({
          answered: reached.map(({ answered }) => Math.round(answered - written)).sort((a, b) => a - b),
          shown: reached.map(({ shown }) => shown - written).sort((a, b) => a - b),
        });
      }
      const peak = memory.stop();
      const last = median(rounds.map(({ shown }) => shown.at(-1)!));
      const lastAnswer = median(rounds.map(({ answered }) => answered.at(-1)!));
      const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
      return [
        {
          claim: MEMORY,
          measured: mb(peak.pss),
          baseline: "–",
          ratio: null,
          required: `< ${mb(LIMIT_BYTES)}`,
          pass: peak.pss < LIMIT_BYTES,
          details: { ...peak },
        },
        {
          claim: REACHED,
          measured: `${last} ms (answered ${lastAnswer} ms)`,
          baseline: "–",
          ratio: null,
          required: `< ${LIMIT_MS} ms`,
          pass: last < LIMIT_MS,
          details: { rounds },
        },
      ];
    });
  } finally {
    await browser.close();
    rmSync(home, { recursive: true });
  }
}

/** Fifty people who leave the dashboard open, each with a browser profile of their own, all on this machine. */
export const fiftyPages: Measurement = { name: "fifty-pages", claims: [MEMORY, REACHED], run: fifty };
