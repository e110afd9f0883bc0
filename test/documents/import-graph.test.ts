import { expect, test } from "bun:test";
import { join } from "node:path";

test("docs/architecture.md shows which room of the source uses which as the imports have it, without a circle", async () => {
  const root = join(import.meta.dir, "../..");
  const drawing = Bun.spawn([process.execPath, ".ci/graph.ts", "--check"], { cwd: root, stderr: "pipe" });
  expect(await drawing.stderr.text()).toBe("");
  expect(await drawing.exited).toBe(0);
}, 180_000);
