import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

/** Has packages of its own: openapi-typescript makes its types with the TypeScript that clients have, not with the one of this project. */
const client = resolve(import.meta.dir, "../client");
const work = temporaryHome();
let hub: Hub;

beforeAll(async () => {
  run([process.execPath, "install", "--frozen-lockfile", "--silent"], client);
  for (const file of ["walk.ts", "tsconfig.json", "package.json"]) cpSync(join(client, file), join(work, file));
  symlinkSync(join(client, "node_modules"), join(work, "node_modules"));
  const home = temporaryHome();
  const rows = (year: number) =>
    Array.from({ length: 1_200 }, (_, n) =>
      row({
        id: n + 1,
        production_date: `${year}-0${1 + (n % 9)}-11`,
        item_code: `BW00${10 + (n % 20)}`,
        good_quantity: n,
      }),
    );
  writeDatabase(livePath(home), rows(2026));
  writeDatabase(archivePath(home, 2025), rows(2025));
  hub = await startHub({ home });
  writeFileSync(join(work, "openapi.json"), await (await hub.fetch("/openapi.json")).text());
});
afterAll(() => hub.stop());

function run(command: string[], cwd: string): string {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd, env });
  expect([command.join(" "), exitCode, exitCode === 0 ? "" : `${stdout}${stderr}`]).toEqual([command.join(" "), 0, ""]);
  return stdout.toString();
}

const tool = (name: string): string => join("node_modules", ".bin", name);

test("a linter finds neither an error nor a warning in the OpenAPI document (redocly, recommended rules)", () => {
  const report = JSON.parse(run([tool("redocly"), "lint", "openapi.json", "--format=json"], work)) as {
    problems: { message: string; location: unknown }[];
  };
  expect(report.problems).toEqual([]);
});

test("a typed client made from the document compiles, walks all pages and gets the same figures everywhere", () => {
  run([tool("openapi-typescript"), "openapi.json", "-o", "schema.d.ts"], work);
  run([tool("tsc"), "--noEmit"], work);
  const found = JSON.parse(run([process.execPath, "walk.ts", hub.url], work));
  expect(new Set(found.ids).size).toBe(2_400);
  expect(found.ids).toHaveLength(2_400);
  const good = 2 * ((1_199 * 1_200) / 2);
  expect(found).toMatchObject({
    good,
    monthly: good,
    byWeekday: expect.closeTo(good, 3),
    byItem: good,
    counted: 2_400,
    firstItem: [120, 120],
    chat: "success",
  });
  expect(found.refusal).toContain("Invalid date format: '13 January'");
});
