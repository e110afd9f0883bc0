import type { Condition, ConditionSource } from "./condition.ts";

/** A part of the hub that knows what is the matter with something. */
export interface NamedSource {
  /** As it stands in the log, such as `files`. */
  name: string;
  conditions: ConditionSource;
}

/** The rule for a source that failed. */
const sourceFailed = "alert-source";

/** What all sources found, those of rules that are turned off left out, and the names of the sources that failed: of what they know nothing is known now. */
export interface Found {
  conditions: { source: string; condition: Condition }[];
  failed: Set<string>;
}

/** Asks every source; one that throws is the matter itself, and `report` hears why. */
export function askAll(
  sources: readonly NamedSource[],
  off: ReadonlySet<string>,
  report: (source: string, error: Error) => void,
): Found {
  const found: Found = { conditions: [], failed: new Set() };
  const add = (source: string, condition: Condition): void => {
    if (!off.has(condition.rule)) found.conditions.push({ source, condition });
  };
  for (const { name, conditions } of sources) {
    try {
      for (const condition of conditions()) add(name, condition);
    } catch (error) {
      found.failed.add(name);
      report(name, error as Error);
      add(sourceFailed, failureOf(name, error as Error));
    }
  }
  return found;
}

function failureOf(source: string, { message }: Error): Condition {
  return {
    rule: sourceFailed,
    subject: source,
    severity: "warning",
    words: {
      ko: {
        what: `허브의 '${source}' 부분이 상태를 알려 주지 못합니다: ${message}`,
        meaning: "이 부분의 알림은 마지막으로 알려진 상태 그대로이며, 새 문제를 알려 드리지 못할 수 있습니다.",
        action: "logs/app.log에서 'alerts' 줄을 확인하고 허브를 다시 시작하십시오.",
      },
      en: {
        what: `The part '${source}' of the hub cannot say how it is: ${message}`,
        meaning: "Its alerts stay as they were known last, and a new trouble of it may go unnoticed.",
        action: "Look for lines of 'alerts' in logs/app.log, and restart the hub.",
      },
    },
    page: "/dashboard/operations",
  };
}
