import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { settingsTable } from "../../src/config.ts";
import { codeSpans, fencedBlocks, type ManualLanguage, readManual, tablesOf } from "../support/manual.ts";
import { root } from "../support/processes.ts";

const english = readManual("en");
const korean = readManual("ko");

describe("the manual in Korean and in English", () => {
  /** What is not said alike, because words are part of it. */
  const translated: Record<string, string> = {
    "date time \\| LEVEL \\| request id \\| room \\| message": "날짜 시각 \\| 수준 \\| 요청 ID \\| 담당 \\| 메시지",
    "[date time] [INFO ] message": "[날짜 시각] [INFO ] 메시지",
    "NAME=value": "이름=값",
    "http://NAME-OF-THE-PC:8000": "http://PC-이름:8000",
    "The process cannot access the file …": "다른 프로세스가 파일을 사용 중이기 때문에 …",
    "HTTPS_PROXY=http://proxy:port": "HTTPS_PROXY=http://프록시:포트",
  };

  test("have the same chapters, and in each as many parts", () => {
    const parts = (chapters: typeof english) =>
      chapters.map(({ number, text }) => [number, text.match(/^### /gm)?.length ?? 0]);
    expect(parts(korean)).toEqual(parts(english));
    expect(english.length).toBeGreaterThan(20);
  });

  test("print the same lines to be typed, and the same answers", () => {
    for (const { number, text } of english) {
      expect([number, fencedBlocks(korean[number]!.text)]).toEqual([number, fencedBlocks(text)]);
    }
  });

  test("have the same tables: as many rows, with the same names in front of them", () => {
    const names = ({ number, text }: (typeof english)[number]) =>
      tablesOf(text).map(([, ...rows]) => rows.map(([first = ""]) => [number, ...codeSpans(first)]));
    for (const chapter of english) {
      const inEnglish = names(chapter).map((rows) =>
        rows.map((row) => row.map((code) => translated[String(code)] ?? code)),
      );
      expect(names(korean[chapter.number]!)).toEqual(inEnglish);
    }
  });

  test("name the same commands, settings, files, fields and messages in each chapter", () => {
    for (const { number, text } of english) {
      const inEnglish = new Set(codeSpans(text).map((code) => translated[code] ?? code));
      const inKorean = new Set(codeSpans(korean[number]!.text));
      expect([number, [...inKorean.symmetricDifference(inEnglish)]]).toEqual([number, []]);
    }
  });
});

describe.each(["en", "ko"] as const)("the manual (%s)", (language: ManualLanguage) => {
  const chapters = readManual(language);

  test("has every setting with its default", () => {
    const [, ...rows] = tablesOf(chapters[11]!.text)[0]!;
    const plain = (text = "") => text.replaceAll("`", "");
    expect(Object.fromEntries(rows.map(([name, preset]) => [plain(name), plain(preset)]))).toEqual(
      Object.fromEntries(settingsTable.map(({ name, default: preset }) => [name, preset])),
    );
  });

  test("leads by symptom from its first page to every chapter that helps in trouble, and each link leads somewhere", () => {
    const targets = [...chapters[0]!.text.matchAll(/\]\(#(\d+)-[^)]*\)/g)].map(([, number]) => Number(number));
    expect(targets.filter((number) => !chapters[number])).toEqual([]);
    // Those left out are read when all is well: installing, checklists, targets.
    for (const number of [1, 2, 3, 4, 5, 6, 9, 10, 12, 14, 15, 17, 18, 19, 20]) expect(targets).toContain(number);
    for (const [, anchor] of chapters[0]!.text.matchAll(/\]\(#([^)]*)\)/g)) {
      const headings = chapters.slice(1).map(({ text }) => anchorOf(text.split("\n")[0]!));
      expect(headings).toContain(anchor!);
    }
  });
});

/** How GitHub names the place of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");

test("every message that chapter 10 explains is one that the hub says", () => {
  const source = [...new Glob("**/*.{ts,tsx}").scanSync(join(root, "src"))]
    .map((name) => readFileSync(join(root, "src", name), "utf8"))
    .join("\n");
  // What a template puts in is "…" here as well; texts that are joined are one.
  const said = source
    .replace(/["`]\s*\+\s*["`]/g, "")
    .replace(/\$\{[^{}]*\}/g, "…")
    .replace(/\s+/g, " ");
  const messages = tablesOf(english[10]!.text)[0]!
    .slice(1)
    .flatMap(([first = ""]) => codeSpans(first));
  expect(messages.length).toBeGreaterThan(50);
  const unsaid = messages.filter((message) => !saidBy(said, message));
  expect(unsaid).toEqual([]);
});

/**
 * Whether the source says a message. What differs from case to case is left out; what is between may be put together of several texts there, but not of
 * single words.
 */
function saidBy(said: string, message: string): boolean {
  const parts = message.split(/…|\bNAME\b|\bN\b|'[^']*'|\b\d[\d.]*\b/);
  return parts.every((part) => {
    const words = part.split(" ").filter((word) => /\w/.test(word));
    let [pieces, from] = [0, 0];
    while (from < words.length) {
      let to = from + 1;
      while (to < words.length && said.includes(words.slice(from, to + 1).join(" "))) to++;
      [pieces, from] = [pieces + 1, to];
    }
    return words.length < 3 || pieces <= words.length / 2;
  });
}
