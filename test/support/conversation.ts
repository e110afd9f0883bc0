import type { Page } from "puppeteer-core";

/** Opens the panel of the page that is open, and waits until a question can be typed. */
export async function openPanel(page: Page): Promise<void> {
  await page.click(".bar [popovertarget=chat]");
  await page.waitForSelector("#chat #chat-question");
}

/** Types a question and sends it. */
export async function send(page: Page, question: string): Promise<void> {
  await page.waitForSelector("#chat-question");
  await page.focus("#chat-question");
  await page.type("#chat-question", question);
  await page.keyboard.press("Enter");
}

/** Waits until as many turns are shown as there should be, and the last one is done. */
export async function answered(page: Page, turns = 1): Promise<void> {
  await page.waitForFunction(
    (wanted: number) =>
      document.querySelectorAll(".chat-turn").length === wanted &&
      document.querySelector("[data-send]:not([hidden])") !== null &&
      document.querySelector(".chat-turn:last-of-type :is(.chat-actions, .chat-failure)") !== null,
    {},
    turns,
  );
}

/** Asks a question and waits for its answer, the last of so many turns. */
export async function asks(page: Page, question: string, turns = 1): Promise<void> {
  await send(page, question);
  await answered(page, turns);
}

/** The part of the last turn that a selector names. */
export const inLast = (selector: string): string => `.chat-turn:last-of-type ${selector}`;
