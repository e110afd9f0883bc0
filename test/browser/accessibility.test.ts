import { expect, test } from "bun:test";
import { itemPath } from "../../src/dashboard/elements.tsx";
import { pages } from "../../src/dashboard/pages/index.ts";
import { languages } from "../../src/language.ts";
import { describeInChromium } from "../support/dashboard.ts";
import { faultsOf } from "./axe.ts";

/** Every page as it opens, and states that only some addresses show. */
const addresses = [
  ...pages.map(({ path }) => path),
  "/?period=custom&from=1999-01-01&to=1999-01-02",
  "/?period=never&compare=none&items=BW001,BW003",
  itemPath("BW001"),
  itemPath("none"),
  "/?wall=1",
  "/dashboard/views?of=/",
  "/login",
];

describeInChromium(
  "axe-core finds no fault (https://github.com/dequelabs/axe-core)",
  { mayComplain: /404/ },
  (site) => {
    for (const language of languages) {
      test(`on any page, in any theme, in ${language}`, async () => {
        const page = await site.browser.open({ language });
        await page.setCookie({ name: "hub_lang", value: language, url: site.hub.url });
        const faults: string[] = [];
        for (const address of addresses) {
          await page.goto(site.hub.url + address, { waitUntil: "load" });
          await page.waitForSelector("main");
          faults.push(...(await faultsOf(page)).map((fault) => `${address} ${fault}`));
        }
        expect(faults).toEqual([]);
      });
    }
  },
);
