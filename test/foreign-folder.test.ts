import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { Glob } from "bun";
import { temporaryHome } from "./support/files.ts";

const root = resolve(import.meta.dir, "..");
const main = join(root, "src/main.ts");

/** An empty folder with no tsconfig.json above it: there Bun finds none of the project's settings. */
const elsewhere = temporaryHome();

test("every page's first line names the JSX runtime, because Bun reads tsconfig.json only in the folder it starts in", async () => {
  const pages = await Array.fromAsync(new Glob("src/**/*.tsx").scan({ cwd: root }));
  expect(pages).not.toBeEmpty();
  for (const page of pages) {
    expect(await Bun.file(join(root, page)).text()).toStartWith("/** @jsxImportSource hono/jsx */\n");
  }
});

test("the version is told from any folder", async () => {
  const child = Bun.spawn([process.execPath, main, "--version"], { cwd: elsewhere, stdout: "pipe", stderr: "pipe" });
  const [code, said, complaints] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  expect(complaints).toBe("");
  expect(said).toMatch(/^Production Data Hub \d+\.\d+\.\d+/);
  expect(code).toBe(0);
});

describe("a hub that was started in another folder", () => {
  let child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  let url: string;
  beforeAll(async () => {
    child = Bun.spawn([process.execPath, main, "--home", temporaryHome()], {
      cwd: elsewhere,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: "127.0.0.1", API_PORT: "0", DASHBOARD_PORT: "0" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    let said = "";
    for await (const chunk of child.stdout) {
      said += new TextDecoder().decode(chunk);
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) {
        url = found[0];
        return;
      }
    }
    throw new Error(`The hub ended before it listened:\n${await child.stderr.text()}`);
  }, 180_000);
  afterAll(async () => {
    child.kill();
    await child.exited;
  });

  test("answers with its front page", async () => {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    expect(response.status).toBe(200);
    expect(await response.text()).toStartWith("<!doctype html><html");
  });
});
