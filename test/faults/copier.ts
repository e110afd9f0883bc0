/** Copies a database file again and again, as the hub's keeper does, until its stdin ends: `bun test/faults/copier.ts FILE COPY`. Then says how often. */
import { copySource } from "../../src/segments/copy.ts";
import { SourceError } from "../../src/segments/errors.ts";

const [source = "", part = ""] = process.argv.slice(2);
let [open, copied] = [true, 0];
void Bun.stdin.text().then(() => {
  open = false;
});
console.log("copying");
while (open) {
  try {
    await copySource(source, part);
    copied += 1;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  await Bun.sleep(0);
}
console.log(copied);
