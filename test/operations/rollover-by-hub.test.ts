import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";
import { root } from "../support/processes.ts";
import { readFactory } from "../support/rollover.ts";

setDefaultTimeout(180_000);

let hub: Hub | undefined;
afterAll(() => hub?.stop());

const lastYear = new Date().getFullYear() - 1;

/** What the command prints, and its exit code. */
async function rollover(home: string): Promise<{ code: number; said: string[] }> {
  const child = Bun.spawn([process.execPath, join(root, "src/main.ts"), "--rollover"], {
    env: { PATH: process.env.PATH ?? "", HUB_HOME: home },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const said = `${err}${out}`.split("\n").filter((line) => /^(\d{4}-\d\d|month|total|Rollover|Moved) /.test(line));
  return { code: await child.exited, said };
}

test("the command says the same whether it works alone or a running hub does it", async () => {
  const live = [1, 2, 3].map((id) => row({ id, production_date: `${lastYear}-0${id}-15`, good_quantity: id / 2 }));
  const archived = [row({ id: 1, production_date: `${lastYear - 1}-07-07` })];
  const [alone, besideHub] = [temporaryHome(), temporaryHome()];
  for (const home of [alone, besideHub]) {
    writeDatabase(livePath(home), live);
    writeDatabase(archivePath(home, lastYear - 1), archived);
  }
  hub = await startHub({ home: besideHub });
  const [expected, found] = [await rollover(alone), await rollover(besideHub)];
  expect(expected.code).toBe(0);
  expect(expected.said.filter((line) => line.startsWith("month"))).toHaveLength(3);
  expect(found).toEqual(expected);
  expect(readFactory(besideHub)).toEqual(readFactory(alone));
  expect(readFactory(besideHub).archives.get(lastYear)).toEqual(live);
});
