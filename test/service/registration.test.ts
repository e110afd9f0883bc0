import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unitName, unitText } from "../../src/service/systemd-unit.ts";
import {
  installSteps,
  quoteArgument,
  taskFile,
  taskName,
  taskXml,
  uninstallSteps,
} from "../../src/service/windows-task.ts";
import { temporaryHome } from "../support/files.ts";
import { root } from "../support/processes.ts";

setDefaultTimeout(180_000);

const home = "C:\\공장 & 허브\\";
const windows = { command: ["C:\\공장 & 허브\\hub.exe", "--service", "--home", home], home, isBeside: true };

test("the task starts the supervisor with Windows, for ever, on batteries too, and once", () => {
  const xml = taskXml(windows);
  for (const part of [
    "<BootTrigger>",
    "<UserId>S-1-5-19</UserId>",
    "<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
    "<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>",
    "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
    "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
    "<Interval>PT1M</Interval>",
    "<Command>C:\\공장 &amp; 허브\\hub.exe</Command>",
    "<Arguments>--service --home &quot;C:\\공장 &amp; 허브\\\\&quot;</Arguments>",
  ]) {
    expect(xml).toContain(part);
  }
  const file = taskFile(xml);
  expect([...file.subarray(0, 2)]).toEqual([0xff, 0xfe]);
  expect(file.toString("utf16le")).toContain("\r\n    <BootTrigger>\r\n");
});

test("a home on the network gets the account that the network knows", () => {
  expect(taskXml({ ...windows, home: "\\\\server\\share\\hub" })).toContain("<UserId>S-1-5-20</UserId>");
});

test("what is given to Windows: task, rights, firewall, start", () => {
  const lines = installSteps({ ...windows, home: "C:\\hub" }, "C:\\T\\task.xml").map(({ command }) =>
    command.join(" "),
  );
  expect(lines).toEqual([
    "schtasks /Create /TN Production Data Hub /XML C:\\T\\task.xml /F",
    "icacls C:\\hub /grant *S-1-5-19:(OI)(CI)M",
    "icacls C:\\공장 & 허브 /grant *S-1-5-19:(OI)(CI)RX",
    "netsh advfirewall firewall delete rule name=Production Data Hub program=C:\\공장 & 허브\\hub.exe",
    "netsh advfirewall firewall add rule name=Production Data Hub dir=in action=allow program=C:\\공장 & 허브\\hub.exe profile=private,domain enable=yes",
    "schtasks /Run /TN Production Data Hub",
  ]);
  expect(uninstallSteps(windows)[0]?.command).toEqual(["schtasks", "/Delete", "/TN", "Production Data Hub", "/F"]);
});

test("a second home has a name of its own, without what names must not hold", () => {
  expect(taskName({ home: 'D:\\a?b"c', isBeside: false })).toBe("Production Data Hub D_a_b_c");
  expect(unitName({ home: "/srv/hub two", isBeside: false })).toBe("production-data-hub-srv_hub_two.service");
  expect(unitName({ home: "/srv/hub", isBeside: true })).toBe("production-data-hub.service");
});

// https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
test.each([
  ["plain", "plain"],
  ["C:\\hub", "C:\\hub"],
  ["a b", '"a b"'],
  ["C:\\a b\\", '"C:\\a b\\\\"'],
  ['say "no"', '"say \\"no\\""'],
  ['back\\"quote', '"back\\\\\\"quote"'],
  ["", '""'],
])("the argument %p is written %p", (argument, written) => {
  expect(quoteArgument(argument)).toBe(written);
});

test.skipIf(!Bun.which("systemd-analyze"))(
  "systemd understands the unit, with blanks, percent and Korean letters too",
  () => {
    const folder = temporaryHome();
    const strange = join(folder, "공장 100% hub");
    const registered = { command: [process.execPath, "--service", "--home", strange], home: strange, isBeside: true };
    const file = join(folder, unitName(registered));
    writeFileSync(file, unitText(registered, { user: "0", writable: [folder, strange] }));
    const { stderr, exitCode } = Bun.spawnSync(["systemd-analyze", "verify", "--man=no", file]);
    const about = stderr
      .toString()
      .split("\n")
      .filter((line) => line.includes("production-data-hub"));
    expect([exitCode, about]).toEqual([0, []]);
  },
);

// On a machine with systemd this would really register the hub.
test.skipIf(existsSync("/run/systemd/system"))(
  "--install where nothing can register it changes nothing and says what to do",
  () => {
    const place = temporaryHome();
    const env = { PATH: process.env.PATH ?? "" };
    const done = Bun.spawnSync([process.execPath, "src/main.ts", "--install", "--home", place], { cwd: root, env });
    expect([done.exitCode, done.stdout.toString()]).toEqual([1, ""]);
    expect(done.stderr.toString()).toMatch(/Nothing was changed\. (Have|Give) .*\n$/);
    expect(readdirSync(place)).toEqual([]);
  },
);
