import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "puppeteer-core";
import { addDays, addMonths, startOf } from "../../src/production/calendar.ts";
import { answered, asks, inLast, send } from "../support/conversation.ts";
import { describeInChromium, number, text, today, values } from "../support/dashboard.ts";
import {
  calls,
  fails,
  type GeminiServer,
  neverEnds,
  says,
  slowly,
  startGeminiServer,
} from "../support/gemini-server.ts";
import { eventually } from "../support/hub.ts";

const from = addMonths(startOf(today, "month"), -1);
const to = addDays(startOf(today, "month"), -1);
const summary = calls({ name: "get_production_summary", args: { date_from: from, date_to: to } });
const key = "AIza-of-this-test";

// The hub is told where the model is when it starts, which is before any hook.
const gemini: GeminiServer = await startGeminiServer();

describeInChromium(
  "a model's answers in Chromium",
  { env: { GEMINI_API_KEY: key, GEMINI_BASE_URL: gemini.url } },
  (site) => {
    let total = "";
    beforeAll(async () => {
      const { body } = await site.hub.json(
        `/summary/compare?period1_from=${from}&period1_to=${to}&period2_from=${from}&period2_to=${to}`,
      );
      total = number(body.period1.total_quantity);
    });
    afterEach(() => gemini.reset());
    afterAll(() => gemini.stop());

    const visit = async (): Promise<Page> => {
      const page = await site.browser.open();
      await page.goto(`${site.hub.url}/dashboard/chat`, { waitUntil: "load" });
      await page.waitForSelector("#chat-question");
      return page;
    };
    const now = (page: Page, words: string) =>
      page.waitForFunction(
        (wanted) => document.querySelector(".chat-turn:last-of-type .chat-text")?.textContent?.includes(wanted),
        {},
        words,
      );

    test("arrive part by part, with what is looked up before and never half a table, and are whole in the end", async () => {
      const page = await visit();
      const parts = [
        `기간: ${from} ~ ${to}\n\n총 생산량은 **`,
        `${total}개**입니다.\n\n| 기간 `,
        "| 수량 |\n| --- ",
        `| ---: |\n| ${from} ~ ${to} `,
        `| ${total} |\n`,
        "\n끝",
      ];
      gemini.script(
        slowly(summary, { beforeHeadersMs: 300 }),
        slowly(says(...parts), { beforeFirstMs: 400, betweenMs: 500 }),
      );
      await page.evaluate(() => {
        const seen: string[] = [];
        const course: string[] = [];
        Object.assign(globalThis, { seen, course });
        const all = (selector: string) => [...document.querySelectorAll(selector)];
        new MutationObserver(() => {
          const lines = all(".chat-text p").map((line) => line.textContent ?? "");
          seen.push(...lines);
          const shown = [
            ...all(".chat-note").map(() => "note"),
            ...all(".chat-steps .running").map((step) => `step ${step.textContent}`),
            ...(lines.some((line) => line.includes("총 생산량은")) ? ["text"] : []),
            ...all(".chat-answer[aria-busy=true]").map(() => "busy"),
            ...all("[data-send]:not([hidden])").map(() => "can send"),
          ].join(", ");
          if (shown !== course.at(-1)) course.push(shown);
        }).observe(document.querySelector(".chat-turns")!, { childList: true, subtree: true, characterData: true });
      });
      await send(page, "지난달 총 생산량은?");
      await answered(page);
      expect(await values(page, inLast(".chat-text td"))).toEqual([`${from} ~ ${to}`, total]);
      const { seen, course } = await page.evaluate(() => {
        const { seen, course } = globalThis as unknown as { seen: string[]; course: string[] };
        return { seen, course };
      });
      expect(course.slice(0, 2)).toEqual(["note, busy", `step 생산량 집계 · ${from} ~ ${to}, busy`]);
      expect(course.filter((shown) => shown.startsWith("text"))).toEqual(["text, busy", "text, can send"]);
      expect(seen.filter((line) => line.includes("|") || line.includes("**"))).toEqual([]);
      expect(seen.length).toBeGreaterThan(2);
      // Read out once, as a whole.
      expect(await text(page, "[data-said]")).toContain(`총 생산량은 ${total}개입니다. 끝 표 1행`);
      expect(await page.$(inLast(".chat-mark"))).toBeNull();
      await page.close();
    });

    test("stop when somebody stops them: the model is left alone, and the question can be asked again", async () => {
      const page = await visit();
      gemini.script(summary, neverEnds(says("총 생산량을 ", "말씀드리면 ")));
      await send(page, "지난달 총 생산량은?");
      await now(page, "말씀드리면");
      await page.click("[data-stop]");
      await answered(page);
      await eventually("the model to be left", () => (gemini.requests.at(-1)?.outcome === "left" ? true : undefined));
      expect(await text(page, inLast(".chat-failure p"))).toBe("답변을 중단했습니다.");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("chat-question");
      gemini.script(summary, says(`총 생산량은 ${total}개입니다.`));
      await page.click(inLast("[data-retry]"));
      await page.waitForSelector(inLast(".chat-evidence"));
      expect(await values(page, ".chat-query")).toEqual(["지난달 총 생산량은?"]);
      expect(await text(page, inLast(".chat-text"))).toBe(`총 생산량은 ${total}개입니다.`);
      await page.close();
    });

    test("are given up when another conversation is begun, or when theirs is deleted", async () => {
      const page = await visit();
      gemini.script(summary, neverEnds(says("총 생산량을 ")));
      await send(page, "지난달 총 생산량은?");
      await now(page, "총 생산량을");
      await page.click("[data-fresh]");
      await eventually("the model to be left", () => (gemini.requests.at(-1)?.outcome === "left" ? true : undefined));
      gemini.script(summary, neverEnds(says("다시 총 생산량을 ")));
      await send(page, "지난달 총 생산량은 몇 개?");
      await now(page, "다시");
      for (const _ of ["delete", "really"]) await page.click("#chat-history [aria-current] + button");
      gemini.script(summary, says(`총 생산량은 ${total}개입니다.`));
      await asks(page, "지난달 총 생산량");
      expect(await values(page, "#chat-history .title")).toEqual(["지난달 총 생산량", "지난달 총 생산량은?"]);
      await page.click("#chat-history li:last-child .chat-choose");
      expect(await text(page, inLast(".chat-failure p"))).toBe("답변을 중단했습니다.");
      await page.close();
    });

    test("are found unanswered by whoever left the page in between", async () => {
      const page = await visit();
      gemini.script(summary, neverEnds(says("총 생산량을 ")));
      await send(page, "지난달 총 생산량은?");
      await now(page, "총 생산량을");
      await page.reload({ waitUntil: "load" });
      await page.waitForSelector(inLast(".chat-failure"));
      expect(await text(page, inLast(".chat-failure p"))).toBe("답변을 받기 전에 화면이 닫혔습니다.");
      await page.close();
    });

    test("become text, tables and links to web pages, whatever a model writes, and nothing is fetched for them", async () => {
      const page = await visit();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      const evil = [
        `총 생산량은 ${total}개입니다.`,
        "<script>alert(1)</script><img src=x onerror=alert(1)><iframe src='https://example.com'></iframe>",
        "[하나](javascript:alert(1)) [둘](data:text/html,<script>alert(1)</script>) [셋](JaVaScRiPt:alert(1)) [넷](vbscript:x)",
        "![그림](https://example.com/pixel.png) ![](//example.com/pixel.png)",
        "[웹](https://example.com/a) [허브](/dashboard/items) <https://example.com/auto> <javascript:alert(1)>",
        "[refs][1]\n\n[1]: javascript:alert(1)",
        "# 제목\n\n<div style='position:fixed;inset:0'>덮개</div>",
        "| <b>굵게</b> | [표](javascript:alert(1)) |\n| --- | --- |\n| <img src=x onerror=alert(1)> | &lt;i&gt; |",
      ].join("\n\n");
      gemini.script(summary, says(evil.slice(0, 200), evil.slice(200)));
      await asks(page, "지난달 총 생산량은?");
      const shown = await page.$$eval(inLast(".chat-text *"), (all) => [...new Set(all.map((one) => one.localName))]);
      const known = ["p", "a", "strong", "div", "section", "table", "thead", "tbody", "tr", "th", "td", "button"];
      expect(shown.filter((name) => !known.includes(name))).toEqual([]);
      const links = await page.$$eval(inLast(".chat-text a"), (all) =>
        all.map((link) => [link.textContent, link.getAttribute("href"), link.getAttribute("rel")]),
      );
      const away = "noopener noreferrer";
      expect(links.filter(([name]) => name !== "그림" && name !== "")).toEqual([
        ["웹", "https://example.com/a", away],
        ["허브", `${site.hub.url}/dashboard/items`, null],
        ["https://example.com/auto", "https://example.com/auto", away],
      ]);
      expect(links.filter(([, href]) => !/^https?:/.test(href ?? ""))).toEqual([]);
      expect(await page.$$(inLast(".chat-text [style], .chat-text [onerror]"))).toEqual([]);
      expect(asked.filter((url) => !url.startsWith(site.hub.url))).toEqual([]);
      await page.close();
    });

    test("are the corrected ones where a figure had no ground, and say so where the hub's own planner stood in", async () => {
      const page = await visit();
      gemini.script(summary, says("총 생산량은 987,654,321개입니다."), says(`총 생산량은 ${total}개입니다.`));
      await asks(page, "지난달 총 생산량은?");
      expect(await text(page, inLast(".chat-text"))).toBe(`총 생산량은 ${total}개입니다.`);
      gemini.script(fails.keyInvalid());
      await asks(page, "지난달 총 생산량은 몇 개?", 2);
      expect(await text(page, inLast(".chat-text"))).toContain(total);
      await page.click(inLast(".chat-mark summary"));
      expect(await text(page, inLast(".chat-mark"))).toMatch(/^Gemini 없이 답변.*GEMINI_API_KEY.*거부/);
      await page.close();
      // A refused key is not tried again, and this need not be the last test.
      await site.hub.stop();
      await site.startAgain();
    });
  },
);
