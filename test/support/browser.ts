import { existsSync } from "node:fs";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

/** Where Debian puts Chromium; null where there is none, and then the tests that need it are skipped. */
export const chromium: string | null = ["/usr/bin/chromium"].find((path) => existsSync(path)) ?? null;

/** How a page is opened: its language is Korean and its window 1280 by 900 unless said otherwise. */
export interface Opening {
  readonly language?: string;
  readonly width?: number;
  readonly height?: number;
}

/** A browser and what went wrong in its pages. */
export interface TestBrowser {
  /** A page that has not been anywhere, in a profile of its own. */
  open(options?: Opening): Promise<Page>;
  /** Errors of scripts, of the console and of the content security policy so far. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** How long is waited for what a page does; Puppeteer's own 30 s were over on a machine that did other work beside. */
const hungMs = 60_000;

/** Starts Chromium without a window. */
export async function startBrowser(): Promise<TestBrowser> {
  const browser: Browser = await puppeteer.launch({
    executablePath: chromium!,
    timeout: hungMs,
    // As root Chromium runs only without its sandbox; the pages are the hub's own.
    // hub.test is this machine by another name, which browsers do not trust as they trust 127.0.0.1.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--host-resolver-rules=MAP hub.test 127.0.0.1"],
  });
  const complaints: string[] = [];
  return {
    complaints,
    async open({ language = "ko-KR", width = 1280, height = 900 } = {}) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.setDefaultTimeout(hungMs);
      page.on("console", (message) => {
        if (["error", "warn"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
      });
      page.on("pageerror", (error) => complaints.push(`page: ${error}`));
      page.on("requestfailed", (request) => {
        const reason = request.failure()?.errorText ?? "";
        // A stream that a page leaves behind or that its hub ended is no mistake of the page, nor is a page that was left before it came.
        if (!request.url().endsWith("/events") && reason !== "net::ERR_ABORTED")
          complaints.push(`request: ${request.url()} ${reason}`);
      });
      await page.setExtraHTTPHeaders({ "Accept-Language": language });
      await page.setViewport({ width, height });
      return page;
    },
    close: () => browser.close(),
  };
}
