import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { ByteReader, ByteWriter, unzigzag, zigzag } from "../../src/search/bytes.ts";
import { chunkRows } from "../../src/search/layout.ts";
import { OrdinalSet } from "../../src/search/ordinal-set.ts";
import { addRows, PostingWriter, removeRows, retainRows } from "../../src/search/posting-list.ts";

setDefaultTimeout(180_000);

type Run = [start: number, length: number];

/** Runs that do not overlap, over a whole chunk: short and long ones, close together and far apart. */
const runs = fc
  .array(
    fc.tuple(
      fc.oneof(fc.nat(3), fc.nat(100), fc.nat(50_000)),
      fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40_000 })),
    ),
    { maxLength: 60 },
  )
  .map((steps) => {
    const placed: Run[] = [];
    let end = 0;
    for (const [gap, length] of steps) {
      const start = end + gap;
      if (start + length > chunkRows) break;
      placed.push([start, length]);
      end = start + length;
    }
    return placed;
  });

function encoded(list: readonly Run[]): Uint8Array {
  const out = new ByteWriter();
  const writer = new PostingWriter(out);
  writer.begin();
  for (const [start, length] of list) writer.run(start, length);
  return out.written().slice();
}

const rowsOf = (list: readonly Run[]): Set<number> =>
  new Set(list.flatMap(([start, length]) => Array.from({ length }, (_, at) => start + at)));

function members(set: OrdinalSet): number[] {
  const found: number[] = [];
  for (let at = set.next(0); at >= 0; at = set.next(at + 1)) found.push(at);
  return found;
}

function setOf(list: readonly Run[]): OrdinalSet {
  const set = new OrdinalSet();
  addRows(encoded(list), set);
  return set;
}

test("rows added to, removed from and retained in a set are those of the runs that were written", () => {
  fc.assert(
    fc.property(runs, runs, (a, b) => {
      const inA = rowsOf(a);
      const inB = rowsOf(b);
      const ascending = (rows: Iterable<number>): number[] => [...rows].sort((x, y) => x - y);

      const both = setOf(a);
      addRows(encoded(b), both);
      expect(members(both)).toEqual(ascending(inA.union(inB)));

      const without = setOf(a);
      removeRows(encoded(b), without);
      expect(members(without)).toEqual(ascending(inA.difference(inB)));

      const retained = setOf(a);
      retainRows(encoded(b), retained, chunkRows);
      expect(members(retained)).toEqual(ascending(inA.intersection(inB)));
      expect(retained.count()).toBe(inA.intersection(inB).size);

      const anded = setOf(a);
      anded.and(setOf(b));
      expect(members(anded)).toEqual(ascending(inA.intersection(inB)));
      const ored = setOf(a);
      ored.or(setOf(b));
      expect(ored.count()).toBe(inA.union(inB).size);
    }),
    { numRuns: 30 },
  );
});

test("the first and the last row of a chunk are like any other", () => {
  const all = setOf([[0, chunkRows]]);
  expect([all.count(), all.next(0), all.next(chunkRows - 1), all.next(chunkRows)]).toEqual([
    chunkRows,
    0,
    chunkRows - 1,
    -1,
  ]);
  removeRows(
    encoded([
      [0, 1],
      [chunkRows - 1, 1],
    ]),
    all,
  );
  expect([all.count(), all.next(0), all.next(chunkRows - 1)]).toEqual([chunkRows - 2, 1, -1]);
});

test("runs of rows that follow each other take a few bytes, however many rows they are", () => {
  expect(encoded([[0, chunkRows]])).toHaveLength(4);
  expect(
    encoded([
      [5, 1],
      [9, 1],
      [70, 1],
    ]),
  ).toHaveLength(3);
});

test("numbers come back as they were written, up to those that JavaScript holds exactly", () => {
  const numbers = fc.array(
    fc.oneof(
      fc.nat(300),
      fc.nat(2 ** 30),
      fc.maxSafeNat(),
      fc.constantFrom(0, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 32, 2 ** 53 - 1),
    ),
  );
  fc.assert(
    fc.property(numbers, (written) => {
      const out = new ByteWriter();
      for (const number of written) out.varint(number);
      const reader = new ByteReader(out.written());
      expect(written.map(() => reader.varint())).toEqual(written);
      expect(reader.atEnd).toBe(true);
    }),
  );
  const differences = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
  fc.assert(fc.property(differences, (difference) => expect(unzigzag(zigzag(difference))).toBe(difference)));
});
