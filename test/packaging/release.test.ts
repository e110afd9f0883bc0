import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unzipSync } from "fflate";
import { envExample } from "../../.ci/env-example.ts";
import { bundledPackages, shippable } from "../../.ci/licences.ts";
import { checksums } from "../../.ci/release.ts";
import { loadSettings, settingsTable } from "../../src/config.ts";
import { temporaryHome } from "../support/files.ts";

// The whole program is bundled for the list of what is inside.
setDefaultTimeout(180_000);

const root = resolve(import.meta.dir, "../..");
const doc = (name: string) => readFileSync(join(root, "docs", name), "utf8");

describe(".env.example", () => {
  const example = envExample(doc("operations_manual.ko.md"));

  test("names every setting, in Korean and in English", () => {
    for (const { name, meaning } of settingsTable) {
      const [korean, english] = example
        .split("\n\n")
        .find((part) => part.includes(`\n#${name}=`))!
        .split("\n");
      expect(korean).toMatch(/\p{Script=Hangul}/u);
      expect(english).toStartWith(`# ${meaning}`);
    }
  });

  test("changes nothing, neither as it is nor with every line in force, saved by Notepad", () => {
    const without = loadSettings({ home: temporaryHome(), env: {} });
    for (const text of [example, example.replace(/^#(?=[A-Z_]+=)/gm, "")]) {
      const home = temporaryHome();
      writeFileSync(join(home, ".env"), `\uFEFF${text.replaceAll("\n", "\r\n")}`);
      const {
        home: _,
        databaseDir,
        backupsDir,
        logsDir,
        mirrorDir,
        reportsDir,
        ...settings
      } = loadSettings({ home, env: {} });
      expect(without).toMatchObject(settings);
    }
  });
});

test("every package in the executable has the text of a licence that allows to ship it", async () => {
  const packages = await bundledPackages(root);
  expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(["hono", "zod", "swagger-ui-dist", "uplot"]));
  for (const { name, licence, texts } of packages) {
    expect([name, shippable.has(licence)]).toEqual([name, true]);
    expect([name, texts.join("").length > 200]).toEqual([name, true]);
  }
});

describe("the start pages", () => {
  test.each(["start_here.ko.html", "start_here.html"])("%s needs no other file and no other host", (name) => {
    const page = doc(name);
    expect(page).not.toMatch(/<script|src=|@import|url\(/);
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => link!);
    expect(links.filter((link) => !link.startsWith("http://localhost:8000"))).toEqual([
      name === "start_here.html" ? "시작하기.html" : "START_HERE.html",
    ]);
  });
});

describe("the zip", () => {
  /** Packs a small file in the place of hub.exe, in a process that believes to be elsewhere. */
  function packed(timezone: string): Buffer {
    const folder = temporaryHome();
    mkdirSync(folder, { recursive: true });
    const executable = join(folder, "hub.exe");
    writeFileSync(executable, "MZ");
    const script = `
      const { releaseFiles, zip } = await import("./.ci/release.ts");
      const files = releaseFiles({ root: ".", executable: ${JSON.stringify(executable)}, licences: "MIT", version: "1.2.3" });
      await Bun.write(Bun.stdout, zip(files, "hub-1.2.3", new Date("2026-11-21T20:30:00Z")));`;
    const env = { ...process.env, TZ: timezone };
    const { stdout, stderr } = Bun.spawnSync([process.execPath, "-e", script], { cwd: root, env });
    expect(stderr.toString()).toBe("");
    return stdout;
  }

  test("has the same bytes in every time zone", () => {
    expect(packed("Asia/Seoul").equals(packed("America/Los_Angeles"))).toBe(true);
  });

  test("holds what an operator needs, with check sums that are true", () => {
    const entries = Object.entries(unzipSync(packed("UTC")));
    const files = new Map(entries.map(([name, bytes]) => [name.replace("hub-1.2.3/", ""), bytes]));
    expect([...files.keys()].sort()).toEqual(
      [".env.example", "LICENCES.txt", "SHA256SUMS", "START_HERE.html", "hub.exe", "시작하기.html"].sort(),
    );
    const sums = new TextDecoder().decode(files.get("SHA256SUMS"));
    files.delete("SHA256SUMS");
    expect(sums.split("\n").sort()).toEqual(checksums(files).split("\n").sort());
    expect(new TextDecoder().decode(files.get("시작하기.html"))).toContain("버전 1.2.3");
  });
});
