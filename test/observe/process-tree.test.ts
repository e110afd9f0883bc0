import { afterAll, expect, test } from "bun:test";
import { openProcessTree } from "../../src/observe/process-tree.ts";
import type { TreeUse } from "../../src/observe/tree-use.ts";

/** What a child does: holds 400 MB, by which nothing else that is tested grows or shrinks at the same moment, takes 150 ms of processor time and says so, and ends with its input. */
const busyChild = `
  const held = Buffer.alloc(400_000_000, 1);
  while (process.cpuUsage().user + process.cpuUsage().system < 150_000);
  console.log(held.length);
  await Bun.stdin.text();`;

const children: Bun.Subprocess[] = [];
afterAll(() => {
  for (const child of children) child.kill();
});

/** Reads, and sets apart what this very process holds, which grows and shrinks as it likes. */
function readApart(read: () => TreeUse): TreeUse & { childrenBytes: number } {
  const use = read();
  return { ...use, childrenBytes: use.memoryBytes - process.memoryUsage.rss() };
}

test("a process is counted with what it started, and the time of what ended stays", async () => {
  const tree = openProcessTree();
  const read = () => readApart(tree);
  let before = read();
  // What tests before this one started may still be ending.
  for (let steady = 0; steady < 3; steady++) {
    await Bun.sleep(50);
    const now = read();
    if (now.processes !== before.processes) steady = -1;
    before = now;
  }
  expect(before.processes).toBeGreaterThanOrEqual(1);
  expect(before.memoryBytes).toBeGreaterThanOrEqual(process.memoryUsage.rss() * 0.7);
  const child = Bun.spawn([process.execPath, "-e", busyChild], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  children.push(child);
  await child.stdout.getReader().read();
  const during = read();
  expect(during.processes).toBe(before.processes + 1);
  expect(during.childrenBytes - before.childrenBytes).toBeGreaterThan(300_000_000);
  expect(during.cpuMs - before.cpuMs).toBeGreaterThan(100);
  child.stdin.end();
  await child.exited;
  const after = read();
  expect(after.processes).toBe(before.processes);
  expect(after.cpuMs).toBeGreaterThanOrEqual(during.cpuMs);
  // What was seen of the child while it ran is in the parent's time now, once.
  expect(after.cpuMs - during.cpuMs).toBeLessThan(during.cpuMs - before.cpuMs);
});
