import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { posted } from "../support/chat.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { calls, type GeminiServer, says, startGeminiServer } from "../support/gemini-server.ts";
import { type Hub, type Json, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

/** Three months of one item: 1,234,567 in January, 987,654 in February, 2,345,678 in March; 9 batches. */
const months = { "01": [1_000_000, 200_000, 34_567], "02": [900_000, 87_654], "03": [2_000_000, 300_000, 45_000, 678] };
let gemini: GeminiServer;
let hub: Hub;
beforeAll(async () => {
  gemini = await startGeminiServer();
  const home = temporaryHome();
  const rows = Object.entries(months).flatMap(([month, batches]) =>
    batches.map((good_quantity, at) =>
      row({
        production_date: `2026-${month}-0${at + 2}`,
        item_code: "BW0021",
        item_name: "클리어 렌즈",
        good_quantity,
      }),
    ),
  );
  writeDatabase(livePath(home), rows);
  hub = await startHub({ home, env: { GEMINI_API_KEY: "AIza-of-this-test", GEMINI_BASE_URL: gemini.url } });
});
afterAll(async () => {
  await hub.stop();
  await gemini.stop();
});

const quarter = { date_from: "2026-01-01", date_to: "2026-03-31", item_code: "BW0021" };
const first = "2026-01-01 ~ 2026-03-31\n\n";

/** What a model says of the quarter, with the figure left open, and the true figure. */
const claims: [say: (figure: string) => string, value: number][] = [
  [(figure) => `BW0021의 1분기 총 생산량은 ${figure}개입니다.`, 4_567_899],
  [(figure) => `Total production of BW0021 was ${figure} pieces.`, 4_567_899],
  [(figure) => `2026년 1월에는 ${figure}개를 생산했습니다.`, 1_234_567],
  [(figure) => `| 월 | 생산량 |\n| --- | ---: |\n| 2026-02 | ${figure}개 |`, 987_654],
  [(figure) => `가장 많은 달은 3월로, **${figure}개**입니다.`, 2_345_678],
  [(figure) => `1월과 2월을 합하면 ${figure}개입니다.`, 2_222_221],
  [(figure) => `2월은 1월보다 ${figure}개 적습니다.`, 246_913],
  [(figure) => `March was ${figure} pieces above February.`, 1_358_024],
  [(figure) => `3월은 1월보다 ${figure}개 많습니다.`, 1_111_111],
  [(figure) => `월평균 생산량은 ${figure}개입니다.`, 1_522_633],
];

const withCommas = (value: number): string => value.toLocaleString("en-US");
/** How a figure may be written down. */
const notations: Record<string, (value: number) => string> = {
  plain: String,
  "with commas": withCommas,
  "full width": (value) =>
    withCommas(value).replace(/[\d,]/gu, (sign) => String.fromCodePoint(sign.codePointAt(0)! + 0xfee0)),
  "with thin spaces": (value) => withCommas(value).replaceAll(",", "\u2009"),
  "in 만 and the rest": (value) => `${Math.trunc(value / 10_000)}만 ${withCommas(value % 10_000)}`,
  "in rounded 만": (value) => `약 ${Math.round(value / 10_000)}만 `,
  "in 만 with a decimal": (value) => `약 ${(value / 10_000).toFixed(1)}만 `,
  "in millions": (value) => `about ${(value / 1_000_000).toFixed(2)} million `,
  "in thousands": (value) => `약 ${withCommas(Math.round(value / 1000))}천 `,
  "with markup inside": (value) => withCommas(value).replace(/^(\d)/u, "**$1**"),
};

const answers = claims.flatMap(([say, value]) =>
  Object.entries(notations).map(([notation, write], at) => ({
    notation,
    right: first + say(write(value)),
    // Another leading digit, or two digits exchanged: what models get wrong.
    wrong:
      first +
      say(
        write(
          at % 2 === 0 ? value + (value > 5_000_000 ? -1 : 1) * 10 ** (String(value).length - 1) : exchanged(value),
        ),
      ),
  })),
);

/** The first two digits in each other's places; where that would not show in a rounded figure, something else that is wrong. */
function exchanged(value: number): number {
  const [one, other, ...rest] = String(value);
  const swapped = Number([other, one, ...rest].join(""));
  return Math.abs(swapped - value) > value / 20 ? swapped : value + 300_000;
}

async function ask(...texts: string[]): Promise<Json> {
  gemini.script(
    calls({ name: "get_production_summary", args: quarter }, { name: "get_monthly_trend", args: quarter }),
    ...texts.map((text) => says(...(text.match(/[\s\S]{1,7}/gu) ?? []))),
  );
  const { body } = await hub.json("/chat/", posted({ query: "2026년 1분기 BW0021 생산량을 월별로 알려줘" }));
  expect(gemini.left).toBe(0);
  gemini.reset();
  return body;
}

test("none of 100 right answers, in ten notations, is taken for wrong", async () => {
  expect(answers).toHaveLength(100);
  const refused: string[] = [];
  for (const { right } of answers) {
    const { answer } = await ask(right).catch(() => ({ answer: "" }));
    gemini.reset();
    if (answer !== right) refused.push(right);
  }
  expect(refused).toEqual([]);
});

test("none of 100 wrong answers, in ten notations, reaches the user, and what was found does in its place", async () => {
  const passed: string[] = [];
  for (const { wrong } of answers) {
    const { answer, evidence } = await ask(wrong, wrong).catch(() => ({ answer: wrong, evidence: [] }));
    gemini.reset();
    if (!answer.includes("데이터로 확인되지 않는 숫자") && !answer.startsWith("The AI's words")) passed.push(wrong);
    else
      expect([answer.includes(wrong.slice(first.length)), answer.includes("4,567,899"), evidence.length]).toEqual([
        false,
        true,
        2,
      ]);
  }
  expect(passed).toEqual([]);
});
