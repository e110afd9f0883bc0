import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./processes.ts";

/** A chapter of the operations manual; the text before the first one has number 0. */
export interface Chapter {
  readonly number: number;
  readonly text: string;
}

const manualNames = { en: "operations_manual.md", ko: "operations_manual.ko.md" } as const;
export type ManualLanguage = keyof typeof manualNames;

/** The manual in its chapters. @throws when they are not numbered from 1 on */
export function readManual(language: ManualLanguage): Chapter[] {
  const parts = readFileSync(join(root, "docs", manualNames[language]), "utf8").split(/^## /m);
  return parts.map((text, number) => {
    if (number > 0 && !text.startsWith(`${number}. `))
      throw new Error(`Chapter ${number} of ${manualNames[language]} begins with '${text.split("\n")[0]}'.`);
    return { number, text };
  });
}

/** The fenced blocks of a text, each in its lines: what is to be typed, and what is printed for it. */
export const fencedBlocks = (text: string): string[][] =>
  [...text.matchAll(/^```\n(.*?)^```$/gms)].map(([, block]) => block!.trimEnd().split("\n"));

/** What stands between backticks in the running text and the tables of a text. */
export const codeSpans = (text: string): string[] =>
  [...text.replace(/^```\n.*?^```$/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);

/** The tables of a text as their rows of cells, without the line under the headings. */
export function tablesOf(text: string): string[][][] {
  const tables = text.match(/(?:^\|.*\|$\n?)+/gm) ?? [];
  return tables.map((table) =>
    table
      .trimEnd()
      .split("\n")
      .filter((line) => !/^\|[ :|-]+\|$/.test(line))
      .map((line) =>
        line
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      ),
  );
}
