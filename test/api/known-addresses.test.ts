import { afterEach, describe, expect, test } from "bun:test";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, newest, startHub } from "../support/hub.ts";
import { DATA_ENDPOINTS } from "../support/shape.ts";

/** An address that was answered once is answered on a shorter way from then on: nothing may tell the two ways apart. */

let hub: Hub;
afterEach(() => hub.stop());

const rows = Array.from({ length: 40 }, () => row());
async function start(env: Record<string, string>): Promise<Hub> {
  const home = temporaryHome();
  writeDatabase(livePath(home), rows);
  hub = await startHub({ home, env });
  return hub;
}

/** Status, headers but those of one sending (the length too: gzip packs the same text in more than one way), and text of an answer. */
async function seen(path: string, headers: Record<string, string>) {
  const answer = await hub.fetch(path, { headers: { "Accept-Encoding": "identity", ...headers } });
  const shared = [...answer.headers].filter(([name]) => !["x-request-id", "date", "content-length"].includes(name));
  return { status: answer.status, headers: shared.sort(), body: await answer.text() };
}

describe.each([
  ["from the cache", {}],
  ["anew for each request", { CACHE_MAX: "0" }],
])("%s", (_, env) => {
  test("an address is answered the same way each time: status, headers and bytes", async () => {
    await start({ RATE_LIMIT_API: "0", ...env });
    for (const path of [...DATA_ENDPOINTS, ...DATA_ENDPOINTS.map((one) => `/api/v1${one}`)]) {
      const first = await seen(path, {});
      expect([path, first.status]).toEqual([path, 200]);
      const tag = new Map(first.headers).get("etag") ?? "";
      const unknown = `${path}${path.includes("?") ? "&" : "?"}unknown=`;
      const all: Record<string, string>[] = [
        {},
        { "Accept-Encoding": "gzip" },
        { "If-None-Match": tag },
        { "If-None-Match": '"other"' },
      ];
      for (const [at, headers] of all.entries()) {
        // A parameter that nobody reads makes an address that was not seen before, and is named in a header.
        const wanted = await seen(unknown + at, headers);
        const ignored = wanted.headers.find(([name]) => name === "x-ignored-parameters");
        expect(ignored).toEqual(["x-ignored-parameters", "unknown"]);
        const plain = { ...wanted, headers: wanted.headers.filter((header) => header !== ignored) };
        expect([path, headers, wanted.status]).toEqual([path, headers, headers["If-None-Match"] === tag ? 304 : 200]);
        for (let time = 0; time < 3; time++) {
          expect([path, headers, await seen(path, headers)]).toEqual([path, headers, plain]);
          expect([path, headers, await seen(unknown + at, headers)]).toEqual([path, headers, wanted]);
        }
      }
    }
  });

  test("a write is seen by the next request, and the tag of before no longer gives 304", async () => {
    await start({ RATE_LIMIT_API: "0", ...env });
    const path = "/records?limit=3";
    for (let written = 1; written <= 5; written++) {
      const before = (await hub.fetch(path)).headers.get("etag") ?? "";
      await hub.fetch(path, { headers: { "If-None-Match": before } });
      const added = row({ production_date: `2027-01-0${written}`, lot_number: `WRITE-${written}` });
      writeDatabase(livePath(hub.home), [...rows, added]);
      const { status, headers, body } = await eventually("an answer from the newest data", async () => {
        // Both are the next request. That the version before answers, because reading takes long, a 304 does not say.
        const [tagged, plain] = await Promise.all([
          hub.json(path, { headers: { "If-None-Match": before } }),
          hub.json(path),
        ]);
        return plain.headers.get("x-data-state") === null ? tagged : undefined;
      });
      expect([status, body.data[0].lot_number]).toEqual([200, `WRITE-${written}`]);
      expect(headers.get("etag")).not.toBe(before);
    }
  });

  test("each request counts once against the limit, and a refused client is refused here too", async () => {
    await start({ RATE_LIMIT_API: "6", ...env });
    const tag = (await hub.fetch("/records")).headers.get("etag") ?? "";
    for (let left = 4; left >= 0; left--) {
      const headers = left % 2 ? { "If-None-Match": tag } : { "Accept-Encoding": "gzip" };
      const answer = await hub.fetch("/records", { headers });
      expect([answer.status, answer.headers.get("x-ratelimit-remaining")]).toEqual([
        left % 2 ? 304 : 200,
        String(left),
      ]);
    }
    const refused = await hub.json("/records");
    expect([refused.status, refused.headers.get("x-ratelimit-remaining")]).toEqual([429, "0"]);
  });

  test("answers that are compressed on another thread come whole, however often they are asked for", async () => {
    await start({ RATE_LIMIT_API: "0", ...env });
    const many = Array.from({ length: 1_000 }, () => row());
    writeDatabase(livePath(hub.home), many);
    await (await newest(hub, "/items?limit=1")).bytes();
    const plain = await (await hub.fetch("/records", { headers: { "Accept-Encoding": "identity" } })).text();
    expect(plain.length).toBeGreaterThan(64 * 1024);
    for (let time = 0; time < 4; time++) {
      const answer = await hub.fetch("/records", { headers: { "Accept-Encoding": "gzip" }, decompress: false });
      expect(answer.headers.get("content-encoding")).toBe("gzip");
      expect(new TextDecoder().decode(Bun.gunzipSync((await answer.bytes()) as Uint8Array<ArrayBuffer>))).toBe(plain);
    }
  });
});

test("every answer that is computed is logged when it is slow, with the id of its request", async () => {
  await start({ RATE_LIMIT_API: "0", CACHE_MAX: "0", SLOW_QUERY_THRESHOLD_MS: "0" });
  const ids: string[] = [];
  for (let time = 0; time < 4; time++) ids.push((await hub.fetch("/records")).headers.get("x-request-id") ?? "");
  await eventually(
    "the last request stands in the log",
    () => hub.log().includes(`${ids.at(-1)} | access`) || undefined,
  );
  const slow = hub
    .log()
    .split("\n")
    .filter((line) => line.includes("SLOW QUERY records"));
  expect(slow.map((line) => line.split(" | ")[2])).toEqual(ids);
});
