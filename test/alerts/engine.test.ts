import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Condition, Severity } from "../../src/alerts/condition.ts";
import { quietHoursOf } from "../../src/alerts/quiet-hours.ts";
import { AlertStore } from "../../src/alerts/store.ts";
import { conditionOf, hour, minute, World } from "./support.ts";

test("a condition becomes an alert when it has lasted, and is over when it has been gone for long enough", () => {
  const world = new World();
  world.run(5, [conditionOf("x-5-10")]);
  expect(world.told).toEqual([]);
  expect(world.engine.present()).toMatchObject([{ condition: { rule: "x-5-10" }, alert: null }]);
  world.run(1);
  expect(world.tellings()).toEqual(["firing x-5-10"]);
  world.run(10, []);
  expect(world.engine.active()).toHaveLength(1);
  world.run(1);
  expect(world.tellings()).toEqual(["firing x-5-10", "resolved x-5-10"]);
  expect(world.store.history({ limit: 5 })).toMatchObject([
    { rule: "x-5-10", startedAt: Date.UTC(2026, 10, 20), resolvedAt: world.now - minute, closedAt: world.now - minute },
  ]);
});

test("an alert whose condition is no longer found says since when and when it ends, unless it is found again or the hub has only just started", () => {
  const world = new World();
  world.run(2, [conditionOf("x-0-10")]);
  const [alert] = world.engine.active();
  expect(world.engine.clearing(alert!)).toBeNull();
  const gone = world.now;
  world.run(3, []);
  expect(world.engine.clearing(alert!)).toEqual({ since: gone, closesAt: gone + 10 * minute });
  world.run(1, [conditionOf("x-0-10")]);
  expect(world.engine.clearing(alert!)).toBeNull();
  world.start();
  world.run(1, []);
  const [known] = world.engine.active();
  expect(world.engine.clearing(known!)).toBeNull();
  world.run(3);
  expect(world.engine.clearing(known!)?.closesAt).toBe(world.now + 6 * minute);
  world.run(7);
  expect([world.engine.active(), world.engine.clearing(known!)]).toEqual([[], null]);
});

test("what flickers faster than it has to last is never told, and what is told does not end by flickering", () => {
  const world = new World();
  for (let round = 0; round < 50; round++) {
    world.run(3, [conditionOf("x-5-10")]);
    world.run(1, []);
  }
  expect(world.told).toEqual([]);
  world.run(10, [conditionOf("x-5-10")]);
  for (let round = 0; round < 50; round++) {
    world.run(8, []);
    world.run(1, [conditionOf("x-5-10")]);
  }
  expect(world.tellings()).toEqual(["firing x-5-10"]);
});

test("a condition that knows since when it is there need not wait again after a restart", () => {
  const world = new World();
  const since = world.now - 20 * minute;
  world.run(1, [{ ...conditionOf("x-15-0"), since }]);
  expect(world.tellings()).toEqual(["firing x-15-0"]);
  expect(world.engine.active()).toMatchObject([{ startedAt: since }]);
});

test("what fires again soon after it was over is told after a rest, shorter for what is critical", () => {
  const times = (severity: Severity): number => {
    const world = new World();
    world.run(2, [conditionOf("x-0-0", severity)]);
    world.run(2, []);
    world.run(30 * 60, [conditionOf("x-0-0", severity)]);
    const [, resolved, again] = world.told;
    expect(again!.telling).toBe("firing");
    return (again!.at - resolved!.at) / minute;
  };
  expect([times("critical"), times("warning"), times("info")]).toEqual([5, 60, 24 * 60]);
});

test("what comes and goes within that rest stands in the history and is told to nobody", () => {
  const world = new World();
  for (let round = 0; round < 4; round++) {
    world.run(5, [conditionOf("x-0-0")]);
    world.run(5, []);
  }
  expect(world.tellings()).toEqual(["firing x-0-0", "resolved x-0-0"]);
  expect(world.store.history({ limit: 9 }).map(({ closedAt }) => closedAt !== null)).toEqual([true, true, true, true]);
});

test("what still fires is said again after six hours when it is critical, after a day when it is a warning, and else never", () => {
  const world = new World();
  world.run(25 * 60, [conditionOf("a-0-0", "critical"), conditionOf("b-0-0"), conditionOf("c-0-0", "info")]);
  const reminders = world.told.filter(({ telling }) => telling === "reminder");
  expect(reminders.map(({ rule, at }) => [rule, (at - Date.UTC(2026, 10, 20)) / hour])).toEqual([
    ["a-0-0", 6],
    ["a-0-0", 12],
    ["a-0-0", 18],
    ["a-0-0", 24],
    ["b-0-0", 24],
  ]);
});

test("nobody is reminded of what happened once or told of its end, nor reminded of what somebody looks after", () => {
  const world = new World();
  world.run(2, [conditionOf("once-0-0", "critical"), conditionOf("b-0-0", "critical")]);
  world.engine.acknowledge(world.engine.active().find(({ rule }) => rule === "b-0-0")!.id, "kim");
  world.run(20 * 60);
  expect(world.tellings().toSorted()).toEqual(["firing b-0-0", "firing once-0-0"]);
  world.run(1, []);
  expect(world.tellings().slice(2)).toEqual(["resolved b-0-0"]);
});

test("what becomes worse is told at once, and what becomes better is not", () => {
  const world = new World();
  world.run(3, [conditionOf("x-0-0", "warning")]);
  world.run(3, [conditionOf("x-0-0", "critical")]);
  world.run(3, [conditionOf("x-0-0", "warning")]);
  world.run(3, [conditionOf("x-0-0", "critical")]);
  world.run(3, []);
  expect(world.tellings()).toEqual(["firing x-0-0", "escalated x-0-0", "resolved x-0-0"]);
});

test("a snoozed alert is silent until its time, and then said again if it is still there", () => {
  const world = new World();
  world.run(2, [conditionOf("x-0-0", "critical")]);
  world.engine.snooze(world.engine.active()[0]!.id, 10 * hour);
  world.run(10 * 60 - 1);
  expect(world.tellings()).toEqual(["firing x-0-0"]);
  world.run(3);
  expect(world.tellings()).toEqual(["firing x-0-0", "reminder x-0-0"]);
  expect(world.engine.snooze(99, hour)).toBeNull();
  expect(world.engine.acknowledge(99, "kim")).toBeNull();
});

test("in quiet hours only what is critical goes out, and the rest follows together at their end", () => {
  const world = new World({ quiet: "00:00-07:00" });
  world.run(60, [conditionOf("a-0-0", "critical"), conditionOf("b-0-0"), conditionOf("c-0-0")]);
  world.run(60, [conditionOf("a-0-0", "critical"), conditionOf("b-0-0")]);
  expect(world.tellings()).toEqual(["firing a-0-0"]);
  world.run(60, [conditionOf("b-0-0")]);
  expect(world.tellings()).toEqual(["firing a-0-0", "resolved a-0-0"]);
  world.run(5 * 60);
  const held = world.told.slice(2);
  expect(held.map(({ telling, rule }) => `${telling} ${rule}`).toSorted()).toEqual(["firing b-0-0", "passed c-0-0"]);
  expect(held.map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual(["07:00", "07:00"]);
});

test("quiet hours may go over midnight", () => {
  const quiet = quietHoursOf("22:00-07:00", (date) => date.toISOString().replace("T", " "))!;
  const at = (time: string): boolean => quiet.contains(Date.parse(`2026-11-20T${time}:00Z`));
  expect([at("21:59"), at("22:00"), at("00:00"), at("06:59"), at("07:00")]).toEqual([false, true, true, true, false]);
});

test("a rule that is turned off is not told, and what fired before ends without a word", () => {
  const world = new World();
  world.run(2, [conditionOf("x-0-10"), conditionOf("y-0-10")]);
  const without = new World({ off: ["x-0-10"] });
  without.db.run("DELETE FROM alert");
  for (const alert of world.store.history({ limit: 9 })) without.store.update(without.store.add(alert));
  without.start();
  without.run(2, [conditionOf("x-0-10"), conditionOf("y-0-10")]);
  expect(without.engine.active().map(({ rule }) => rule)).toEqual(["y-0-10"]);
  expect(without.tellings()).not.toContain("resolved x-0-10");
});

test("a source that fails is told itself, and what it had found stays as it was", () => {
  let fails = false;
  const world: World = new World({
    sources: [
      {
        name: "broken",
        conditions: () => {
          if (fails) throw new Error("no such table: weather");
          return world.conditions;
        },
      },
    ],
  });
  world.run(2, [conditionOf("x-0-0")]);
  fails = true;
  world.run(30);
  expect(world.engine.active().map(({ rule, subject }) => `${rule} ${subject}`)).toContain("x-0-0 ");
  const failure = world.engine.active().find(({ rule }) => rule === "alert-source")!;
  expect(failure.subject).toBe("broken");
  expect(failure.words.ko.what).toContain("no such table: weather");
  // Once, and not at every look.
  expect(world.failures.filter((line) => line.includes("The source 'broken' of alerts failed"))).toHaveLength(1);
  fails = false;
  world.run(2, []);
  expect(world.engine.active()).toEqual([]);
});

test("when telling fails nothing counts as told, and the next look tells it", () => {
  const world = new World();
  world.breaksWhenTelling = true;
  world.conditions = [conditionOf("x-0-0")];
  expect(() => world.engine.tick()).toThrow("the disk is full");
  expect(world.store.history({ limit: 9 })).toEqual([]);
  expect(world.engine.active()).toEqual([]);
  world.breaksWhenTelling = false;
  world.run(2);
  expect(world.tellings()).toEqual(["firing x-0-0"]);
});

test("while hub.db takes nothing people hear of what fires all the same, once", () => {
  const world = new World();
  world.db.run("PRAGMA query_only = ON");
  world.conditions = [conditionOf("x-0-0", "critical")];
  for (let look = 0; look < 3; look++) expect(() => world.engine.tick()).toThrow();
  expect(world.tellings()).toEqual(["firing x-0-0"]);
  expect(world.engine.counts()).toEqual({ critical: 1, warning: 0, info: 0 });
  expect(world.engine.active()).toMatchObject([{ id: 0, rule: "x-0-0", severity: "critical" }]);
  world.store.remember("archives", ["archive_2025.db"]);
  expect(world.store.recall("archives")).toEqual(["archive_2025.db"]);
  world.db.run("PRAGMA query_only = OFF");
  world.store.writeRemembered();
  expect(new AlertStore(world.db).recall("archives")).toEqual(["archive_2025.db"]);
  world.run(3);
  expect(world.engine.active()).toHaveLength(1);
  world.run(1, []);
  expect(world.tellings()).toEqual(["firing x-0-0", "resolved x-0-0"]);
});

test("a look that finds nothing new writes nothing", () => {
  const world = new World();
  world.run(10, [conditionOf("x-0-0")]);
  const before = world.db.query("SELECT total_changes() AS n").get();
  const { changes } = world;
  world.run(100);
  expect(world.db.query("SELECT total_changes() AS n").get()).toEqual(before);
  expect(world.changes).toBe(changes);
});

test("a clock that is put back by a day neither hides an alert nor repeats one", () => {
  const world = new World();
  world.run(5, [conditionOf("a-0-0")]);
  world.now -= 24 * hour;
  world.run(10, [conditionOf("a-0-0"), conditionOf("b-5-5")]);
  expect(world.tellings()).toEqual(["firing a-0-0", "firing b-5-5"]);
  world.run(10, []);
  expect(world.tellings().slice(2).toSorted()).toEqual(["resolved a-0-0", "resolved b-5-5"]);
});

/** Any history of three conditions, killed and started again at any minute, with quiet hours and with a clock that runs on. */
test("whatever happens, no episode is told twice, every told one is said to be over, and quiet hours lose nothing", () => {
  const severity = fc.constantFrom<Severity>("info", "warning", "critical");
  const step = fc.record({
    minutes: fc.integer({ min: 1, max: 400 }),
    present: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    severities: fc.tuple(severity, severity, severity),
    killed: fc.boolean(),
    acknowledges: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), fc.boolean(), (steps, isQuiet) => {
      const world = new World(isQuiet ? { quiet: "22:00-07:00" } : {});
      for (const { minutes, present, severities, killed, acknowledges } of steps) {
        const rules = ["a-0-0", "b-3-5", "c-20-30"];
        const conditions: Condition[] = rules.flatMap((rule, at) =>
          present[at] ? [conditionOf(rule, severities[at]!)] : [],
        );
        if (killed) world.start();
        world.run(minutes, conditions);
        const [worst] = world.engine.active();
        if (acknowledges && worst) world.engine.acknowledge(worst.id, "kim");
      }
      // Long enough for the end of every rest and of every night.
      world.run(26 * 60, []);
      const alerts = world.store.history({ limit: 10_000 });
      for (const { id, rule, firedAt, resolvedAt, closedAt, severity } of alerts) {
        const tellings = world.told.filter((told) => told.id === id).map(({ telling }) => telling);
        const count = (telling: string): number => tellings.filter((each) => each === telling).length;
        expect(resolvedAt).not.toBeNull();
        expect(closedAt).not.toBeNull();
        expect(count("firing") + count("passed")).toBeLessThanOrEqual(1);
        // Said to be over exactly once, where it was said to be there.
        expect(count("resolved")).toBe(count("firing"));
        if (count("firing") > 0) expect([tellings[0], tellings.at(-1)]).toEqual(["firing", "resolved"]);
        if (tellings.length === 0) {
          // Only within the rest after another one of the same rule.
          const rest = { critical: 5 * minute, warning: hour, info: 24 * hour }[severity];
          const before = world.told.filter((told) => told.rule === rule && told.id < id).at(-1);
          expect(before).toBeDefined();
          expect(firedAt - before!.at).toBeLessThan(24 * hour + rest);
        }
      }
      if (!isQuiet) return;
      for (const { at, severity, telling } of world.told) {
        const time = new Date(at).toISOString().slice(11, 16);
        if (severity !== "critical" && telling === "firing") expect(time >= "07:00" && time < "22:00").toBe(true);
      }
    }),
    { numRuns: 60 },
  );
}, 180_000);
