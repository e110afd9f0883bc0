/**
 * Everything that must be true before a change is handed in: `bun run test [FILES]`.
 * Types, lint, the order of the rooms, the executable and the tests run as processes of their own; the last line counts what passed, failed and was skipped.
 * The order is another one each time; bun's last lines name its seed, and `bun run test --seed=N` repeats it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Checks and tests counted together. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const root = resolve(import.meta.dir, "..");
const bun = process.execPath;
// Also the tests' folder for temporary files: workers of bun end without the hooks that would remove what they made, 3.6 GB in a run.
const scratch = mkdtempSync(join(tmpdir(), "hub-tests-"));
// Ctrl+C ends the tests, which get it too; then what they left is removed.
process.on("SIGINT", () => {});
const report = join(scratch, "junit.xml");

const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
const tsc = "node_modules/typescript/bin/tsc --noEmit";
const biome = "node_modules/@biomejs/biome/bin/biome check .";
const rooms = "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs src";
const build = `.ci/build.ts --only linux --no-zip --out ${scratch}`;
// Hubs of the tests are then what is shipped, and take a quarter of the processor time to begin that the source takes (0.06 s instead of 0.24 s).
const isBuilt = process.platform === "linux" && process.arch === "x64";
for (const check of [tsc, `${tsc} -p tsconfig.browser.json`, biome, rooms, ...(isBuilt ? [build] : [])]) {
  if ((await run([bun, ...check.split(" ")])) === 0) tally.passed += 1;
  else tally.failed += 1;
}
const tests = [
  bun,
  "test",
  // Hubs that a test leaves behind end with it.
  "--no-orphans",
  // Most tests wait for a process or a file: three files at a time keep two processors busy.
  "--parallel=3",
  // So that no test can come to rest on what another one left.
  "--randomize",
  // Only ends what hangs: on a busy machine a hub can take seconds to start.
  "--timeout=180000",
  "--reporter=junit",
  `--reporter-outfile=${report}`,
  ...process.argv.slice(2),
];
const code = await run(tests, isBuilt ? { HUB_TEST_PROGRAM: join(scratch, "hub") } : {});
const told = await readReport();
tally.passed += told.passed;
tally.skipped += told.skipped;
// A file that cannot even be loaded fails the run without a test that fails.
tally.failed += told.failed || Number(code !== 0);
rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });

console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exit(tally.failed ? 1 : 0);

async function run(command: string[], more: Record<string, string> = {}): Promise<number> {
  const env = { ...process.env, TMPDIR: scratch, ...more };
  console.log(`$ ${command.map((part) => part.replace(`${root}/`, "")).join(" ")}`);
  return Bun.spawn(command, { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "inherit", env }).exited;
}

/** The figures of the JUnit report's outermost element; all 0 when the run ended before it was written. */
async function readReport(): Promise<Tally> {
  const file = Bun.file(report);
  const [head = ""] = (await file.exists()) ? ((await file.text()).match(/<testsuites\b[^>]*>/) ?? []) : [];
  const figure = (name: string) => Number(head.match(new RegExp(`\\b${name}="(\\d+)"`))?.[1] ?? 0);
  const failed = figure("failures") + figure("errors");
  const skipped = figure("skipped");
  return { passed: figure("tests") - failed - skipped, failed, skipped };
}
