import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { $ } from "bun";
import { temporaryHome } from "../support/files.ts";
import { startServer } from "../support/processes.ts";

/** The executable by itself: built once, and run in a folder in which there is nothing of the project. */

const root = resolve(import.meta.dir, "../..");
const folder = temporaryHome();
const program = join(folder, "dist/hub");
let hub: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  const build = [process.execPath, ".ci/build.ts", "--only", "linux", "--no-zip", "--out", join(folder, "dist")];
  const { exitCode, stderr } = Bun.spawnSync(build, { cwd: root, stdout: "ignore", stderr: "pipe" });
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  hub = await startServer({
    name: "hub",
    command: [program],
    env: { HUB_HOME: folder, HOST: "127.0.0.1", API_PORT: "0", DASHBOARD_PORT: "0" },
    limitMs: 90_000,
  });
}, 180_000);
afterAll(() => hub.stop(90_000), 180_000);

const run = (...args: string[]) => {
  const { stdout, exitCode } = Bun.spawnSync([program, ...args], { cwd: folder });
  return { text: stdout.toString(), exitCode };
};

test("it says its version and the day of the commit, and so does /healthz", async () => {
  const { version } = await Bun.file(join(root, "package.json")).json();
  const { stdout } = Bun.spawnSync(["git", "log", "-1", "--format=%cI"], { cwd: root });
  const date = stdout.toString().trim();
  expect(run("--version").text.trim()).toBe(`Production Data Hub ${version}${date ? ` (built ${date})` : ""}`);
  const health = await (await fetch(`${hub.url}/healthz`)).json();
  expect(health).toMatchObject({ version, build_date: date || null });
});

test("it has the licences of all that is in it, on the command line and under /licences", async () => {
  const { text, exitCode } = run("--licences");
  expect(exitCode).toBe(0);
  for (const part of ["JavaScriptCore", "sqlite", "LESSER GENERAL PUBLIC LICENSE", "\nhono 4", "\nswagger-ui-dist 5"])
    expect(text).toContain(part);
  expect(`${await (await fetch(`${hub.url}/licences`)).text()}\n`).toBe(text);
});

test.each([
  ["/docs/manual?lang=ko", "text/html", "운영 매뉴얼"],
  ["/docs/guide", "text/html", "The API for programmers"],
  ["/docs", "text/html", "swagger-ui"],
  ["/static/documents.css", "text/css", ".chapters"],
  ["/static/dashboard.css", "text/css", "#made-reports"],
  ["/dashboard/lib/htmx.js", "text/javascript", "htmx"],
  ["/dashboard/lib/markdown.js", "text/javascript", "micromark"],
])("%s comes out of the executable", async (path, type, content) => {
  const response = await fetch(hub.url + path);
  expect(response.headers.get("Content-Type")).toStartWith(type);
  expect(await response.text()).toContain(content);
});

test("the same commit gives the same bytes in another place", async () => {
  const other = join(folder, "another place, 다른 곳");
  const files = (await $`git ls-files --cached --others --exclude-standard`.cwd(root).text()).trim().split("\n");
  for (const file of files.filter((name) => /^(src|public|docs|\.ci)\/|^[^/]+$/.test(name))) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(other, file));
  }
  const when = (await $`git log -1 --format=%cI`.cwd(root).text()).trim();
  const identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  await $`git init -q && git ${identity} commit -q --allow-empty -m "the same"`
    .cwd(other)
    .env({ ...process.env, GIT_COMMITTER_DATE: when });
  await $`${process.execPath} install --frozen-lockfile --silent`.cwd(other);
  await $`${process.execPath} .ci/build.ts --only linux --no-zip`.cwd(other).quiet();
  const sum = async (file: string) => new Bun.CryptoHasher("sha256").update(await Bun.file(file).bytes()).digest("hex");
  expect(await sum(join(other, "dist/hub"))).toBe(await sum(program));
}, 180_000);

test("browsers find its icon where they look unasked", async () => {
  const icon = await (await fetch(`${hub.url}/favicon.ico`)).bytes();
  expect([...icon.subarray(0, 4)]).toEqual([0, 0, 1, 0]);
});
