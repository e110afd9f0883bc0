import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import puppeteer from "puppeteer-core";
import { itemPath } from "../src/dashboard/elements.tsx";
import { pages } from "../src/dashboard/pages/index.ts";
import { themes } from "../src/dashboard/preferences.ts";

/** Pictures of every page into `screenshots/`: `bun run screenshots [PAGE…]`. Needs Chromium, from CHROMIUM or where Debian puts it. */

const root = path.resolve(import.meta.dir, "..");
const folder = path.join(root, "screenshots");
const sizes = { desktop: 1440, tablet: 820, phone: 390 } as const;
const languages = ["ko", "en"] as const;

/** The pages of the menu, an item as the example of those that others lead to, and a question with its answer. */
const shown: { id: string; address: string; ready?: string }[] = [
  ...pages.map(({ id, path }) => ({ id, address: path })),
  { id: "item", address: itemPath("B0076") },
  { id: "answer", address: `/chat?q=${encodeURIComponent("최근 6개월 월별 추이")}`, ready: ".chat-actions" },
];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !shown.some(({ id }) => id === name));
if (unknown.length > 0) {
  console.error(`No such page: ${unknown.join(", ")}. There are ${shown.map(({ id }) => id).join(", ")}.`);
  process.exit(2);
}

const home = await mkdtemp(path.join(tmpdir(), "hub-screenshots-"));
const hub = Bun.spawn([process.execPath, "src/main.ts", "--demo", "--demo-rows", "150000", "--home", home], {
  cwd: root,
  env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: "127.0.0.1", API_PORT: "0", DASHBOARD_PORT: "0" },
  stdout: "pipe",
  stderr: "inherit",
});
let said = "";
let url: string | undefined;
for await (const chunk of hub.stdout) {
  said += new TextDecoder().decode(chunk);
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
  if (url) break;
}
if (!url) throw new Error(`The hub did not start:\n${said}`);

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
});
await mkdir(folder, { recursive: true });
for (const { id, address, ready = "main" } of shown.filter((page) => wanted.length === 0 || wanted.includes(page.id))) {
  for (const [size, width] of Object.entries(sizes)) {
    for (const theme of themes.filter((one) => one !== "system")) {
      for (const language of languages) {
        const tab = await browser.newPage();
        await tab.setViewport({ width, height: 900 });
        await browser.setCookie(
          { name: "hub_lang", value: language, domain: "127.0.0.1" },
          { name: "hub_theme", value: theme, domain: "127.0.0.1" },
        );
        await tab.goto(url + address, { waitUntil: "load" });
        await tab.waitForSelector(ready);
        // The charts are drawn in the frame after their data arrived.
        await Bun.sleep(300);
        const file = path.join(folder, `${id}-${size}-${theme}-${language}.png`) as `${string}.png`;
        await tab.screenshot({ path: file, fullPage: true });
        console.log(path.relative(root, file));
        await tab.close();
      }
    }
  }
}
await browser.close();
hub.kill();
await hub.exited;
await rm(home, { recursive: true });
