import { afterAll, beforeAll, expect, test } from "bun:test";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, type Json, startHub } from "../support/hub.ts";

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  const of = (year: number, item_code: string, item_name: string, good_quantity: number) =>
    row({ production_date: `${year}-03-02`, item_code, item_name, good_quantity });
  writeDatabase(livePath(home), [of(2026, "BW0021", "클리어 렌즈", 11), of(2026, "BW0022", "블루 렌즈", 22)]);
  writeDatabase(archivePath(home, 2024), [of(2024, "C1203", "보관 용액", 33)]);
  await Bun.write(archivePath(home, 2025), "this is no database file, but long enough to be looked at".repeat(100));
  hub = await startHub({ home });
});
afterAll(() => hub.stop());

const ask = async (query: string): Promise<Json> => {
  const headers = { "Content-Type": "application/json" };
  return (await hub.json("/chat", { method: "POST", headers, body: JSON.stringify({ query }) })).body;
};

test("with one archive broken, items of the other files are found by code, by name and by a part of it, for the days that can be read", async () => {
  for (const [query, total] of [
    ["2026년 3월 BW0021 총 생산량은?", "**11개**"],
    ["2026년 3월 클리어 렌즈 총 생산량은?", "**11개**"],
    ["2026년 3월 블루 생산량", "**22개**"],
    ["total production of 보관 용액 in March 2024", "**33개**"],
  ] as const) {
    const { answer, status, evidence } = await ask(query);
    expect([query, status, evidence.length]).toEqual([query, "success", 1]);
    expect(answer).toContain(total);
  }
  expect((await ask("2026년 3월 렌즈 생산량")).answer).toContain("2. BW0022 (블루 렌즈)");
});

test("what would need the broken file is told so: its days, and items that may stand in it alone", async () => {
  const unreadable = "지금은 데이터를 읽을 수 없어 답변하지 못했습니다. 잠시 후 다시 질문해 주세요.";
  for (const query of ["2025년 BW0021 총 생산량은?", "2026년 3월 D9999 총 생산량은?"]) {
    const { answer, status } = await ask(query);
    expect([query, status, answer]).toEqual([query, "error", unreadable]);
  }
});
