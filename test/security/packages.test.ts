import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };

test("every package is fixed by version and hash, and none runs a script while it is installed", () => {
  // An empty list: without any, Bun runs the scripts of a list of its own, one of which reports each installation to its maker.
  expect(manifest.trustedDependencies).toEqual([]);
  const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  const lock = readFileSync(join(import.meta.dir, "../../bun.lock"), "utf8");
  const packages = [...lock.slice(lock.indexOf('"packages": {')).matchAll(/^ {4}"(.+?)": \[(.+)\],?$/gm)];
  expect(packages.length).toBeGreaterThan(wanted.length);
  for (const [, name, content] of packages)
    expect([name, content]).toEqual([name, expect.stringMatching(/"sha512-[\w+/]{86}=="$/)]);
});
