import axe from "axe-core";
import type { Page } from "puppeteer-core";
import { themes } from "../../src/dashboard/preferences.ts";

/** What axe-core finds wrong with a page as it is, in every theme (https://github.com/dequelabs/axe-core). */
export async function faultsOf(page: Page): Promise<string[]> {
  // Transitions show colours that are no theme's.
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.evaluate(axe.source);
  const faults: string[] = [];
  for (const theme of themes) {
    const found = await page.evaluate(async (theme) => {
      document.documentElement.dataset.theme = theme;
      // Two frames: the charts are drawn anew in the colours of the theme.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    }, theme);
    faults.push(...found.map((fault) => `${theme} ${fault}`));
  }
  return faults;
}
