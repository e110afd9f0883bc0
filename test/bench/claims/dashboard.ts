import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, startBrowser } from "../../support/browser.ts";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import type { Home } from "../data.ts";
import { derivedReady } from "../derived.ts";
import { untilIdle } from "../process-tree.ts";
import { startHub, withServers } from "../server.ts";
import { median } from "../statistics.ts";

/** Not among the packages of the project: 170 MB that only this measurement needs. */
const lighthouseVersion = "13.5.0";
const categories = ["performance", "accessibility", "best-practices"];
const LIGHTHOUSE = "Lighthouse on the overview with the small data: performance, accessibility, best practices";
const openClaim = (size: string): string => `The overview in Chromium on the ${size} data: first paint, page complete`;

function needChromium(): string {
  if (chromium === null) throw new Error("Chromium is missing: apt-get install chromium");
  return chromium;
}

async function lighthouse(bench: Bench): Promise<readonly Outcome[]> {
  const browser = needChromium();
  const folder = mkdtempSync(join(tmpdir(), "hub-lighthouse-"));
  try {
    return await withServers([startHub(bench.hub, bench.small.path)], async (hub) => {
      await untilIdle(hub!.pid);
      const scores: Record<string, number[]> = {};
      for (const preset of ["desktop", "mobile"]) {
        const file = join(folder, `${preset}.json`);
        const child = Bun.spawn(
          [
            ...["npx", "-y", `lighthouse@${lighthouseVersion}`, `${hub!.url}/`, "--quiet"],
            ...(preset === "desktop" ? ["--preset=desktop"] : []),
            ...["--output=json", `--output-path=${file}`, `--only-categories=${categories.join(",")}`],
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
          ],
          { env: { ...process.env, CHROME_PATH: browser }, stdout: "ignore", stderr: "pipe" },
        );
        if ((await child.exited) !== 0) throw new Error(`Lighthouse failed: ${await child.stderr.text()}`);
        const report = (await Bun.file(file).json()) as { categories: Record<string, { score: number }> };
        scores[preset] = categories.map((name) => Math.round(100 * report.categories[name]!.score));
      }
      return [
        {
          claim: LIGHTHOUSE,
          measured: Object.entries(scores)
            .map(([preset, values]) => `${preset} ${values.join(", ")}`)
            .join("; "),
          baseline: "–",
          ratio: null,
          required: "≥ 95 each",
          pass: Object.values(scores)
            .flat()
            .every((score) => score >= 95),
          details: scores,
        },
      ];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The overview opened in a new profile each time, in ms since the address was asked for. */
async function opened(bench: Bench, size: string, home: Home): Promise<Outcome> {
  return await withServers([startHub(bench.hub, home.path)], async (hub) => {
    await derivedReady(hub!.url);
    await untilIdle(hub!.pid);
    const browser = await startBrowser();
    const times: { paint: number; complete: number }[] = [];
    try {
      for (let round = 0; round < Math.max(5, bench.rounds); round++) {
        const page = await browser.open();
        await page.goto(hub!.url, { waitUntil: "load" });
        await page.waitForSelector(".plot canvas");
        times.push(
          await page.evaluate(() => ({
            paint: performance.getEntriesByName("first-contentful-paint")[0]!.startTime,
            complete: performance.now(),
          })),
        );
        await page.close();
      }
    } finally {
      await browser.close();
    }
    const [paint, complete] = [median(times.map((one) => one.paint)), median(times.map((one) => one.complete))];
    return {
      claim: openClaim(size),
      measured: `${Math.round(paint)} ms, ${Math.round(complete)} ms`,
      baseline: "–",
      ratio: null,
      required: "< 500 ms, < 1000 ms",
      pass: paint < 500 && complete < 1000,
      details: { times },
    };
  });
}

/** How well the overview is made, by the yardstick that browsers' makers offer. */
export const lighthouseScores: Measurement = { name: "lighthouse", claims: [LIGHTHOUSE], run: lighthouse };

/** How soon a reader sees the overview, on the small and the big data. */
export const pageOpening: Measurement = {
  name: "page-opening",
  claims: [openClaim("small"), openClaim("big")],
  run: async (bench) => {
    needChromium();
    return [await opened(bench, "small", bench.small), await opened(bench, "big", bench.big)];
  },
};
