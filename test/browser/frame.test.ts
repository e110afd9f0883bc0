import { expect, test } from "bun:test";
import type { Page } from "puppeteer-core";
import { innerPages, pages } from "../../src/dashboard/pages/index.ts";
import { generateDemo } from "../../src/demo/generate.ts";
import { card, describeInChromium, drawn, swapped, text, today, values } from "../support/dashboard.ts";
import { livePath, openBeside } from "../support/files.ts";

const fill = (home: string): void => {
  generateDemo({ databaseDir: `${home}/database`, rows: 150_000, today });
};

describeInChromium(
  "the frame of every page in Chromium, on 150,000 rows",
  { fill, mayComplain: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/ },
  (site) => {
    test("weighs under 150 KB at the first visit, 60 KB of it scripts, and is there within a second", async () => {
      const seen: { paint: number; complete: number }[] = [];
      const least = (of: (one: (typeof seen)[number]) => number) => Math.round(Math.min(...seen.map(of)));
      // Three times what is promised: the machine is shared with other tests. The bench measures it alone.
      const bounds = { paint: 1500, complete: 3000 };
      const isFast = () => least((one) => one.paint) < bounds.paint && least((one) => one.complete) < bounds.complete;
      for (let visits = 0; visits < 2 || (visits < 10 && !isFast()); visits++) {
        const page = await site.browser.open();
        const weights = await weigh(page);
        await page.goto(`${site.hub.url}/`, { waitUntil: "load" });
        await drawn(page);
        seen.push(
          await page.evaluate(() => ({
            paint: performance.getEntriesByName("first-contentful-paint")[0]!.startTime,
            complete: performance.timing.loadEventEnd - performance.timing.navigationStart,
          })),
        );
        expect(Object.keys(weights)).toContain("Script");
        expect(weights.Script!).toBeLessThan(60_000);
        const all = Object.values(weights).reduce((sum, bytes) => sum + bytes, 0);
        expect(all).toBeLessThan(150_000);
        if (visits === 0) console.log(`first visit: ${all} bytes, ${weights.Script} of them scripts`);
        await page.close();
      }
      const [paint, complete] = [least((one) => one.paint), least((one) => one.complete)];
      console.log(`first contentful paint ${paint} ms, complete ${complete} ms`);
      expect(paint).toBeLessThan(bounds.paint);
      expect(complete).toBeLessThan(bounds.complete);
    });

    /** Bytes received by kind, headers included and compressed as the browser asks for it. */
    async function weigh(page: Page): Promise<Record<string, number>> {
      const session = await page.createCDPSession();
      await session.send("Network.enable");
      const kinds = new Map<string, string>();
      const weights: Record<string, number> = {};
      session.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
      session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
        const kind = kinds.get(requestId) ?? "other";
        weights[kind] = (weights[kind] ?? 0) + encodedDataLength;
      });
      return weights;
    }

    for (const language of ["ko-KR", "en-GB"]) {
      test(`has room on a screen of 360 px on every page, in ${language}`, async () => {
        const page = await site.browser.open({ width: 360, height: 740, language });
        const wide: string[] = [];
        const look = async (what: string): Promise<void> => {
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          if (width > 360) wide.push(`${what} ${width}`);
        };
        const one = (await site.hub.json("/items?limit=1")).body[0].item_code;
        const inner = innerPages.map(({ path }) => path.replace(/:.*/, encodeURIComponent(one)));
        for (const path of [...pages.map((page) => page.path), ...inner]) {
          for (const query of language === "ko-KR" ? ["", "?period=last_year&compare=last_year"] : [""]) {
            await page.goto(site.hub.url + path + query, { waitUntil: "load" });
            await look(path + query);
          }
        }
        for (const panel of ["views", "chat"]) {
          await page.click(`[popovertarget=${panel}]`);
          await page.waitForSelector(panel === "views" ? "#views .save" : "#chat:popover-open");
          await look(panel);
          const box = (await (await page.$(`#${panel}`))!.boundingBox())!;
          expect([panel, box.x >= 0, box.x + box.width <= 360]).toEqual([panel, true, true]);
          await page.keyboard.press("Escape");
        }
        expect(wide).toEqual([]);
        await page.close();
      });
    }

    test("is led by keys: to the keyword, to every page, and to the list of keys, which names them all", async () => {
      const page = await site.visit("/?period=last_7");
      for (const { key, path } of [...pages.slice(1), pages[0]!]) {
        await swapped(page, () => page.keyboard.type(`g${key}`));
        expect(new URL(page.url()).pathname).toBe(path);
        expect(await text(page, "h1")).toBe(await text(page, ".menu-bar [aria-current=page]"));
      }
      await page.keyboard.press("?");
      const listed = await values(page, "#keys dt");
      expect(listed).toEqual(["/", ...pages.map(({ key }) => `g ${key}`), "?"]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("/");
      // In a field the same keys are letters.
      await page.keyboard.type("g?/");
      expect(await page.$eval("#filter [name=q]", (field) => (field as HTMLInputElement).value)).toBe("g?/");
      expect(await page.$eval("#keys", (dialog) => (dialog as HTMLDialogElement).open)).toBe(false);
      await page.close();
    });

    test("can be walked with Tab in the order in which it is read, and always shows where one is", async () => {
      const page = await site.visit("/");
      const walked: string[] = [];
      for (let steps = 0; steps < 40; steps++) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          const { width, height, bottom, top } = element.getBoundingClientRect();
          const isShown = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 && width > 0 && height > 0;
          const isInView = bottom > 0 && top < innerHeight;
          const before = document.querySelector("[data-before]");
          const follows =
            !before || Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
          before?.removeAttribute("data-before");
          element.setAttribute("data-before", "");
          // The parts of a date field have the focus one after the other, the last of them with a mark of the browser's own.
          const isSame = before === element;
          return {
            name: element.outerHTML.slice(0, 90),
            isOk: isInView && (isShown || isSame) && (follows || isSame),
          };
        });
        expect([stop.name, stop.isOk]).toEqual([stop.name, true]);
        walked.push(stop.name);
      }
      expect(walked[0]).toContain('class="skip"');
      for (const part of ["popovertarget=", "data-go=", 'name="period"', 'name="q"']) {
        expect([part, walked.some((name) => name.includes(part))]).toEqual([part, true]);
      }
      await page.focus(".skip");
      await page.keyboard.press("Enter");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
      await page.close();
    });

    /** Writes a batch of today into Live. */
    function addRow(): void {
      using live = openBeside(livePath(site.hub.home));
      live.run("INSERT INTO production_records (production_date, item_code, good_quantity) VALUES (?, 'BW0021', 1)", [
        today,
      ]);
    }
    const shows = (page: Page, batches: number) =>
      page.waitForFunction(
        (count: number) => Number(document.querySelector("#card-batches data")?.getAttribute("value")) === count,
        {},
        batches,
      );

    test("says that the hub is away, tries again, and catches up with what was written meanwhile", async () => {
      const page = await site.visit("/?period=today");
      const before = await card(page, "batches");
      await site.hub.stop();
      await page.waitForSelector("#connection:not([hidden])");
      expect(await text(page, "#connection")).toContain("연결이 끊겼습니다");
      expect(await page.$eval("#live", (live) => live.getAttribute("data-state"))).toBe("lost");
      expect(await card(page, "batches")).toBe(before);
      addRow();
      await site.startAgain();
      await page.waitForFunction(() =>
        document.querySelector("#connection")?.textContent?.includes("다시 연결되었습니다"),
      );
      await shows(page, before + 1);
      expect(await page.$eval("#live", (live) => live.getAttribute("data-state"))).toBe("live");
      await page.close();
    });

    test("opens in as many tabs of a browser as one likes, though it has six connections, and a tab catches up when it is seen", async () => {
      const first = await site.visit("/?period=today");
      const before = await card(first, "batches");
      for (let tabs = 2; tabs <= 7; tabs++) {
        const tab = await first.browserContext().newPage();
        await tab.goto(`${site.hub.url}/?period=today`, { waitUntil: "load" });
        expect(await card(tab, "batches")).toBe(before);
      }
      addRow();
      await first.bringToFront();
      await shows(first, before + 1);
      await first.browserContext().close();
    });
  },
);
