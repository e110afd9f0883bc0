import { factoryClock } from "../../src/observe/clock.ts";

const mostMs = 120_000;

/** The factory's date, once it lasts for as long as a file's tests may take: shortly before midnight, the next day's. */
export async function lastingToday(): Promise<string> {
  const now = factoryClock("Asia/Seoul");
  const soon = factoryClock("Asia/Seoul", () => Date.now() + mostMs);
  while (now.today() !== soon.today()) await Bun.sleep(1_000);
  return now.today();
}
