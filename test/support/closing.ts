import { afterEach } from "bun:test";

/** For the tests of the file that calls this: takes what ends something that a test began, and calls it after the test, the last one first. */
export function closingAfterEach(): (close: () => unknown) => void {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  return (close) => closing.push(close);
}
