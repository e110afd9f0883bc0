import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FreeDisk } from "../../src/observe/disk.ts";

test("the free space is what an ordinary program may still write, in GB of 1024³ bytes", async () => {
  const disk = new FreeDisk(tmpdir());
  await disk.refresh();
  const { bavail, bsize } = await statfs(tmpdir());
  // Others write to the same disk meanwhile.
  expect(Math.abs(disk.current()! - (bavail * bsize) / 1024 ** 3)).toBeLessThan(2);
});

test("how full the disk is, is what df says", async () => {
  const disk = new FreeDisk(tmpdir());
  expect(disk.usedPercent()).toBeNull();
  await disk.refresh();
  const { stdout } = Bun.spawnSync(["df", "--output=pcent", tmpdir()]);
  // df rounds up.
  expect(Math.abs(disk.usedPercent()! + 0.5 - Number(/(\d+)%/.exec(stdout.toString())![1]))).toBeLessThan(1.5);
});

test("asking never waits: before the first look is done the answer is null", async () => {
  const disk = new FreeDisk(tmpdir());
  expect(disk.current()).toBeNull();
  await disk.refresh();
  expect(disk.current()).toBeNumber();
});

test("a folder that is not there gives null, and a figure again once it is", async () => {
  const parent = mkdtempSync(join(tmpdir(), "hub-disk-"));
  const folder = join(parent, "later");
  let now = 0;
  const disk = new FreeDisk(folder, () => now);
  await disk.refresh();
  expect(disk.current()).toBeNull();
  mkdirSync(folder);
  now = 9_999;
  disk.current();
  await Bun.sleep(20);
  expect(disk.current()).toBeNull(); // still the look of the first moment
  now = 10_000;
  while (disk.current() === null) await Bun.sleep(1); // looks in the background
  rmSync(parent, { recursive: true });
});

test("a figure that could not be renewed for a minute is no longer told", async () => {
  let now = 0;
  const disk = new FreeDisk(tmpdir(), () => now);
  await disk.refresh();
  now = 59_999;
  expect(disk.current()).toBeNumber();
  await disk.refresh();
  now += 60_000;
  expect(disk.current()).toBeNull();
  await disk.refresh();
  expect(disk.current()).toBeNumber();
});
