import { expect, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Parcel } from "../../src/notify/channel.ts";
import { eventArguments, eventLogChannel } from "../../src/notify/event-log.ts";
import type { Message } from "../../src/notify/message.ts";
import { temporaryHome } from "../support/files.ts";
import { alert } from "../support/outbox.ts";

const link = "http://hub:8000/dashboard/alerts";
const parcelOf = (message: Message): Parcel => ({
  delivery: "1",
  attempt: 1,
  createdAt: 0,
  at: "",
  message,
  link,
  accepted: [],
});
const never = new AbortController().signal;

test("an entry has the type and number by which monitoring programs filter", () => {
  const filtered = (message: Message) => eventArguments({ message, link }).slice(0, 8);
  const entry = (type: string, id: string) => [
    "/L",
    "APPLICATION",
    "/T",
    type,
    "/SO",
    "Production Data Hub",
    "/ID",
    id,
  ];
  expect(filtered(alert("a", { severity: "critical" }))).toEqual(entry("ERROR", "100"));
  expect(filtered(alert("a", { severity: "warning" }))).toEqual(entry("WARNING", "200"));
  expect(filtered(alert("a", { severity: "info" }))).toEqual(entry("INFORMATION", "300"));
  expect(filtered(alert("a", { kind: "resolved", severity: "critical" }))).toEqual(entry("INFORMATION", "400"));
  expect(filtered(alert("a", { kind: "test" }))).toEqual(entry("INFORMATION", "500"));
});

test("its text is one argument in which nothing is a parameter, a quote or a control character, and not too long", () => {
  const text = `50 %1 %%2 "따옴표" \u0000\u001b[31m 둘째 줄\n/T SUCCESS ${"가".repeat(20_000)}`;
  const [flag, described, ...none] = eventArguments({ message: alert("품목 /D x", { text }), link }).slice(8);
  expect([flag, none]).toEqual(["/D", []]);
  expect(described).toStartWith("[경고] 품목 /D x\n50 % 1 % % 2 '따옴표'   [31m 둘째 줄\n/T SUCCESS 가");
  expect(described!.length).toBeLessThanOrEqual(8_000);
});

/** A program in the place of eventcreate.exe, which is only on Windows: writes its arguments down, one on each line. */
function recorder(exitCode: number): { program: string; written: () => string } {
  const home = temporaryHome();
  const program = join(home, "eventcreate");
  writeFileSync(
    program,
    `#!/bin/sh\nfor argument in "$@"; do printf '%s\\036' "$argument"; done > "${home}/out"\necho 'Access is denied.' >&2\nexit ${exitCode}\n`,
  );
  chmodSync(program, 0o755);
  return { program, written: () => readFileSync(join(home, "out"), "utf8") };
}

test.skipIf(process.platform === "win32")(
  "the program gets the arguments as they are, and its refusal is the reason",
  async () => {
    const good = recorder(0);
    const message = alert("$(touch /tmp/x) `id` & | > %PATH%");
    expect(await eventLogChannel(good.program).send(parcelOf(message), never)).toEqual({ state: "delivered" });
    expect(good.written().split("\u001e").slice(0, -1)).toEqual(eventArguments({ message, link }));
    const refused = await eventLogChannel(recorder(1).program).send(parcelOf(message), never);
    expect(refused).toEqual({ state: "dead", reason: { code: "eventLog", detail: "Access is denied." } });
    const missing = await eventLogChannel("/no/such/eventcreate.exe").send(parcelOf(message), never);
    expect(missing).toEqual({ state: "dead", reason: { code: "eventLog", detail: "ENOENT" } });
  },
);
