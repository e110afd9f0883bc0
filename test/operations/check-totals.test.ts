import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { decodeColumns, encodeColumns } from "../../src/rollup/columns.ts";
import { livePath, rewriteInPlace, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, startHub } from "../support/hub.ts";

async function checked(home: string): Promise<{ code: number; message: string; status: string }> {
  const child = Bun.spawn([process.execPath, "src/main.ts", "--check", "--json", "--home", home], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const { rows } = (await new Response(child.stdout).json()) as {
    rows: Record<"area" | "message" | "status", string>[];
  };
  const { message, status } = rows.find(({ area }) => area === "totals")!;
  return { code: await child.exited, message, status };
}

function change(home: string, work: (db: Database) => void): void {
  const db = new Database(join(home, "database", "hub.db"));
  try {
    work(db);
  } finally {
    db.close();
  }
}

test("--check compares the daily totals with the rows", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({ id: 1 }), row({ id: 2 }), row({ id: 3, production_date: "미정" })]);
  expect(await checked(home)).toMatchObject({
    code: 0,
    status: "ok",
    message: expect.stringContaining("No daily totals yet"),
  });

  const hub = await startHub({ home });
  await hub.fetch("/records");
  await eventually("totals", async () => (await hub.json("/healthz")).body.rollup.state === "ready" || undefined);
  await hub.stop();
  expect(await checked(home)).toMatchObject({
    code: 0,
    status: "ok",
    message: "The 1 daily totals per item are those of the rows.",
  });

  change(home, (db) => {
    const { data } = db.query<{ data: Uint8Array<ArrayBuffer> }, []>("SELECT data FROM rollup").get()!;
    const columns = decodeColumns(data);
    columns.sum[0]! += 1;
    const wrong = encodeColumns(columns);
    db.run("UPDATE rollup SET data = ?, checksum = ?", [wrong, Bun.hash(wrong).toString(16)]);
  });
  expect(await checked(home)).toMatchObject({
    code: 1,
    status: "fail",
    message: expect.stringContaining("1 of 1 daily totals per item differ"),
  });

  change(home, (db) => db.run("UPDATE rollup SET data = substr(data, 2)"));
  expect(await checked(home)).toMatchObject({
    code: 0,
    status: "warn",
    message: expect.stringContaining("are damaged"),
  });

  rewriteInPlace(livePath(home), [row({ id: 1 })]);
  expect(await checked(home)).toMatchObject({
    code: 0,
    status: "ok",
    message: expect.stringContaining("of an earlier content"),
  });
}, 180_000);
