import { expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { showProgress } from "../../src/observe/progress.ts";

function display(isTTY: boolean): { text: () => string; shown: ReturnType<typeof showProgress> } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  const chunks: string[] = [];
  stream.on("data", (chunk) => chunks.push(String(chunk)));
  return { text: () => chunks.join(""), shown: showProgress("Demo data", stream) };
}

test("Without a terminal, the first and the last state are plain lines and a burst between them is not", () => {
  const { text, shown } = display(false);
  for (let done = 0; done <= 1000; done++) shown.onProgress({ done, total: 1000, phase: "archive_2024.db, rows" });
  shown.finish();
  expect(text()).toBe("Demo data: 0 % (archive_2024.db, rows)\nDemo data: 100 % (archive_2024.db, rows)\n");
});

test("On a terminal, a bar shows share and phase and fits 80 columns", () => {
  const { text, shown } = display(true);
  shown.onProgress({ done: 1, total: 4, phase: "production_analysis.db, rows" });
  shown.onProgress({ done: 4, total: 4, phase: "production_analysis.db, indexes" });
  shown.finish();
  expect(text()).toContain("25 %");
  expect(text()).toMatch(/\[=+\] 100 % .*production_analysis\.db, indexes/);
});

test("Nothing is shown if there is nothing to do", () => {
  const { text, shown } = display(true);
  shown.finish();
  expect(text()).toBe("");
});
