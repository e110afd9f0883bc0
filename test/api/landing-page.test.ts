import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { detectLanguage, type LandingFile, landingPage } from "../../src/api/landing-page.tsx";

const live: LandingFile = {
  name: "production_analysis.db",
  state: "ok",
  firstDay: "2026-01-02",
  lastDay: "2026-11-20",
  note: null,
};
const archive: LandingFile = { ...live, name: "archive_2025.db", firstDay: "2023-01-01", lastDay: "2025-12-31" };
const absent: LandingFile = { ...live, state: "absent", firstDay: null, lastDay: null, note: "The file is not there." };

function request(files: LandingFile[], { query = "", language = "" } = {}) {
  const app = new Hono();
  app.get("/", detectLanguage, (c) =>
    landingPage(c, {
      version: "1.2.3",
      address: "http://192.168.0.10:8000",
      files,
      lang: c.get("language") as "ko" | "en",
      folder: "C:\\hub\\database",
    }),
  );
  return app.request(`/${query}`, language === "" ? {} : { headers: { "Accept-Language": language } });
}

async function page(...args: Parameters<typeof request>): Promise<string> {
  return (await request(...args)).text();
}

describe("the front page", () => {
  test("shows every file with its state and days, the version and the address", async () => {
    const text = await page([live, { ...archive, state: "refilling" }]);
    for (const part of ["production_analysis.db", "정상", "2026-01-02 – 2026-11-20", "archive_2025.db"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("ERP가 다시 채우는 중");
    expect(text).toContain("1.2.3");
    expect(text).toContain("http://192.168.0.10:8000/records?limit=5");
  });

  test("leads to the API page, the health answer and both exports, the newest month filled in", async () => {
    const text = await page([archive, live]);
    for (const part of ['href="/docs"', 'href="/healthz"', 'action="/records.csv"', 'formaction="/records.xlsx"']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('name="date_from" value="2026-11-01"');
    expect(text).toContain('name="date_to" value="2026-11-20"');
  });

  test("says what to put where while there is no file, and offers no download", async () => {
    for (const files of [[], [absent]]) {
      const text = await page(files);
      expect(text).toContain("database/production_analysis.db");
      expect(text).toContain("hub.exe --demo");
      expect(text).toContain("C:\\hub\\database");
      expect(text).not.toContain("/records.csv");
    }
  });

  test.each([
    [[live], "제공하고 있습니다"],
    [[live, { ...archive, state: "copying" }], "읽고 있습니다"],
    [
      [
        { ...live, state: "copying" },
        { ...archive, state: "broken" },
      ],
      "읽지 못하는",
    ],
    [[absent, archive], "읽지 못하는"],
  ])("puts the state of all files into the headline (%#)", async (files, words) => {
    expect(/<h1>(.*?)<\/h1>/.exec(await page(files))![1]).toContain(words);
  });

  test.each([
    ["", "", "ko"],
    ["", "ko-KR,ko;q=0.9,en-US;q=0.8", "ko"],
    ["", "en-US,en;q=0.9,ko;q=0.8", "en"],
    ["", "de-DE,de;q=0.9", "ko"],
    ["?lang=en", "ko-KR", "en"],
    ["?lang=ko", "en-US", "ko"],
    ["?lang=xx", "en-US", "en"],
  ])("with %j and Accept-Language %j is in %s", async (query, language, expected) => {
    const response = await request([live], { query, language });
    expect(response.headers.get("Vary")).toContain("Accept-Language");
    expect(response.headers.get("Set-Cookie")).toBeNull();
    expect(await response.text()).toStartWith(`<!doctype html><html lang="${expected}">`);
  });

  test("shows names and notes as text, whatever they hold", async () => {
    const text = await page([{ ...live, name: "<b>x</b>", note: '"><script>alert(1)</script>' }]);
    expect(text).toContain("&lt;b&gt;x&lt;/b&gt;");
    expect(text).not.toContain("<script");
  });

  test("needs no script and no inline style, and its policy allows none", async () => {
    const response = await request([live, absent]);
    expect(response.headers.get("Content-Security-Policy")).toContain(
      "default-src 'none'; style-src 'self'; img-src 'self'",
    );
    expect(await response.text()).not.toMatch(/<script|<style|style="| on[a-z]+="/);
  });
});
