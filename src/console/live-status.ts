import { write } from "node:fs";
import type { ConsoleTexts } from "./texts.ts";

/** How the running hub is, as far as a glance at its window should tell. */
export interface HubStatus {
  address: string;
  /** Under which other machines reach it. */
  elsewhere: readonly string[];
  firstDay: string | null;
  lastDay: string | null;
  rows: number | null;
  /** In the last minute. */
  requests: number;
  /** When the ERP wrote Live last; `text` in the factory's time. */
  erpWrote: { text: string; at: number } | null;
  /** In the factory's time. */
  nextBackup: string | null;
  problems: readonly string[];
  /** The folder to put the ERP's files into, while there are none. */
  waitsFor: string | null;
}

const mostProblems = 3;
const drawEveryMs = 2_000;

/** The lines of the status, each at most `columns` wide. */
export function statusLines(title: string, status: HubStatus, texts: ConsoleTexts, columns: number): string[] {
  const { labels } = texts;
  const { elsewhere, firstDay, lastDay, rows, erpWrote, problems } = status;
  const others = elsewhere.length === 0 ? "" : `   (${texts.elsewhere(elsewhere.join(", "))})`;
  const days =
    firstDay && lastDay ? texts.days(firstDay, lastDay, rows?.toLocaleString("en-US") ?? null) : texts.noData;
  const wrote = erpWrote
    ? `${erpWrote.text} (${texts.ago(Math.floor((Date.now() - erpWrote.at) / 60_000))})`
    : texts.never;
  const shown = problems.slice(0, mostProblems);
  if (problems.length > shown.length) shown.push(texts.moreProblems(problems.length - shown.length));
  const facts: [label: string, value: string][] = [
    [labels.address, status.address + others],
    [labels.data, days],
    [labels.requests, texts.requests(status.requests)],
    [labels.erp, wrote],
    [labels.backup, status.nextBackup ?? texts.never],
    ...(shown.length === 0 ? [texts.noProblems] : shown).map((problem, at): [string, string] => [
      at === 0 ? labels.problems : "",
      problem,
    ]),
  ];
  const width = Math.max(...facts.map(([label]) => Bun.stringWidth(label)));
  const pad = (label: string): string => label + " ".repeat(width - Bun.stringWidth(label));
  const lines = [
    title,
    "",
    ...facts.map(([label, value]) => `  ${pad(label)}  ${value}`),
    "",
    ...(status.waitsFor === null ? [] : [...texts.firstStart(status.waitsFor), ""]),
    texts.stopHint,
  ];
  return lines.map((line) => fitting(line, columns));
}

/** A line cut to a width in columns, in which a Korean letter takes two. */
function fitting(line: string, columns: number): string {
  const plain = line.replaceAll(/[\p{Cc}]/gu, " ");
  if (Bun.stringWidth(plain) <= columns) return plain;
  let [text, width] = ["", 1];
  for (const letter of plain) {
    width += Bun.stringWidth(letter);
    if (width > columns) break;
    text += letter;
  }
  return `${text}…`;
}

interface LiveOptions {
  title: string;
  texts: ConsoleTexts;
  read: () => HubStatus;
  /** The terminal. */
  stream: { fd: number; columns?: number; rows?: number };
}

/**
 * Shows the status in a terminal and redraws it in place when it changed. A terminal may take nothing for hours (Ctrl+S, a selection on
 * Windows): it is written to on a thread of the file system's, and nothing more until it has taken what it was given, so that the hub never
 * waits for it. `end` takes the last word.
 */
export function showLive({ title, texts, read, stream }: LiveOptions): { end: (word: string) => void } {
  let shown: string[] = [];
  let busy = false;
  let last: string | null = null;
  const put = (lines: string[]): void => {
    if (busy || lines.join("\n") === shown.join("\n")) return;
    busy = true;
    const up = shown.length === 0 ? "" : `\x1b[${shown.length}A`;
    const text = `${up}\r${lines.map((line) => `${line}\x1b[K\n`).join("")}\x1b[J`;
    shown = lines;
    write(stream.fd, text, () => {
      busy = false;
      if (last !== null) put([...shown.slice(0, -1), last]);
    });
  };
  const draw = (): void => {
    // The last column stays free: some terminals begin a new line in it.
    const lines = statusLines(title, read(), texts, Math.max(20, (stream.columns ?? 80) - 1));
    put(lines.slice(0, Math.max(2, (stream.rows ?? 25) - 1)));
  };
  draw();
  const timer = setInterval(draw, drawEveryMs);
  return {
    end: (word) => {
      clearInterval(timer);
      last = word;
      put([...shown.slice(0, -1), word]);
    },
  };
}
