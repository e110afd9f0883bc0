import type { Condition, ConditionWords, Severity } from "../alerts/condition.ts";
import type { Language } from "../language.ts";
import type { Growth } from "./growth.ts";
import type { Light, LightName } from "./lights.ts";
import { monitoringWords } from "./words.ts";

/**
 * Rules for lights that stay yellow or red. Errors and the disk have none here: the rules `error-rate` and `disk-low` (src/alerts) watch the same figures by
 * measures of their own, and nobody wants to be told twice.
 */
const rules: Partial<Record<LightName, string>> = {
  response: "response-time",
  cpu: "cpu-load",
  memory: "memory-full",
  connections: "connections",
};

/** How long a light has to be yellow or red at a stretch to be the matter, ms: a backup may take the processor for minutes. */
const enduredMs = 10 * 60_000;

const page = "/dashboard/monitoring";

/** Since when a light has been at least yellow, and at least red; ms of the steady clock, null where it is not. */
interface Lasting {
  warning: number | null;
  critical: number | null;
}

/** Remembers how long lights have been yellow or red. */
export class LastingLights {
  readonly #lasting = new Map<LightName, Lasting>();
  readonly #enduredMs: number;
  #lights: readonly Light[] = [];

  /** `speed` divides how long a light has to endure. */
  constructor(speed: number) {
    this.#enduredMs = enduredMs / speed;
  }

  /** Takes the lights of now; `steady` is a clock that nobody sets, ms. */
  note(lights: readonly Light[], steady: number): void {
    this.#lights = lights;
    for (const { name, state } of lights) {
      const before = this.#lasting.get(name);
      const isCritical = state === "critical";
      const isWarning = isCritical || state === "warning";
      this.#lasting.set(name, {
        warning: isWarning ? (before?.warning ?? steady) : null,
        critical: isCritical ? (before?.critical ?? steady) : null,
      });
    }
  }

  /** The lights that have been yellow or red for long; `wall` is the time of now, ms since 1970, and `steady` that of the other clock. */
  conditions(wall: number, steady: number): Condition[] {
    return this.#lights.flatMap((light): Condition[] => {
      const rule = rules[light.name];
      const lasting = this.#lasting.get(light.name);
      if (rule === undefined || !lasting) return [];
      const endured = (since: number | null): since is number => since !== null && steady - since >= this.#enduredMs;
      const level = endured(lasting.critical) ? "critical" : endured(lasting.warning) ? "warning" : null;
      if (level === null) return [];
      const severity: Severity = level === "critical" ? "warning" : "info";
      const since = wall - (steady - lasting[level]!);
      return [{ rule, subject: "", severity, words: wordsOf(light, level), since, page }];
    });
  }
}

const units: Readonly<Record<Light["unit"], string>> = { ms: " ms", percent: " %", connections: "" };

function wordsOf(light: Light, level: "warning" | "critical"): Condition["words"] {
  const unit = units[light.unit];
  const threshold = `${light[level]}${unit}`;
  const value = light.value === null ? null : `${light.value}${unit}`;
  const of = (language: Language): Pick<ConditionWords, "meaning" | "action"> & { title: string } =>
    monitoringWords[language].lights[light.name];
  const [ko, en] = [of("ko"), of("en")];
  return {
    ko: {
      what: `${ko.title}: 10분 넘게 기준(${threshold}) 이상입니다.${value === null ? "" : ` 지금 ${value}.`}`,
      meaning: ko.meaning,
      action: ko.action,
    },
    en: {
      what: `${en.title}: at ${threshold} or above for more than 10 minutes.${value === null ? "" : ` Now ${value}.`}`,
      meaning: en.meaning,
      action: en.action,
    },
  };
}

/** The condition of a memory that grows all the time. */
export function growthCondition({ from, to, hours, hoursLeft }: Growth): Condition {
  const mb = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
  const [past, left] = [Math.round(hours), hoursLeft === null ? null : Math.round(hoursLeft)];
  return {
    rule: "memory-growth",
    subject: "",
    severity: "warning",
    words: {
      ko: {
        what: `허브의 메모리가 ${past}시간 동안 꾸준히 늘어 ${mb(from)}에서 ${mb(to)}가 되었습니다.${
          left === null ? "" : ` 이대로면 약 ${left}시간 뒤에 PC의 메모리가 부족해집니다.`
        }`,
        meaning:
          "조회와 데이터에는 아직 영향이 없습니다. 계속 늘면 PC가 느려지고 운영체제가 허브를 강제로 종료할 수 있습니다.",
        action:
          "사용자가 적은 때에 허브를 다시 시작하십시오. 다시 늘어나면 모니터링 화면의 메모리 차트와 logs 폴더를 남겨 문의하십시오.",
      },
      en: {
        what: `The hub's memory has grown steadily for ${past} hours, from ${mb(from)} to ${mb(to)}.${
          left === null ? "" : ` At this rate the PC has too little in some ${left} hours.`
        }`,
        meaning:
          "Answers and data are not affected yet. If it goes on, the PC gets slow, and the system may end the hub.",
        action:
          "Restart the hub when few people use it. If the memory grows again, keep the chart of the monitoring page and the folder logs, and report it.",
      },
    },
    page,
  };
}
