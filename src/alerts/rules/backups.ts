import type { Condition } from "../condition.ts";
import type { Signals } from "../signals.ts";
import { condition, sizeOf, wholeDays } from "./words.ts";

const dayMs = 86_400_000;
/** The nightly backup takes up what is new. */
const firstBackupMs = 26 * 3_600_000;
/** A trend is told when it ends within so many days, and drawn from so many days at least. */
const daysAhead = 7;
const fewestDays = 1;

/** Whether backups are made and can be restored, and whether there is room for them. */
export function backupConditions(signals: Signals): Condition[] {
  return [...failedJobs(signals), ...ages(signals), ...disk(signals)];
}

function failedJobs({ jobs }: Signals): Condition[] {
  const failed = (name: string) => jobs.find((job) => job.name === name && job.result === "failed" && !job.running);
  const found: Condition[] = [];
  const backup = failed("backup");
  if (backup)
    found.push(
      condition(
        ["backup-failed", "", "critical"],
        {
          what: `백업이 실패했습니다: ${backup.message}`,
          meaning: "지금 파일이 손상되면 마지막으로 성공한 백업 이후의 실적을 되살릴 수 없습니다.",
          action:
            "원인을 없앤 뒤 운영 화면에서 백업 작업을 다시 실행하십시오. 디스크 공간과 폴더 권한을 먼저 확인하십시오.",
        },
        {
          what: `The backup failed: ${backup.message}`,
          meaning: "If a file is damaged now, what was recorded since the last good backup is lost.",
          action:
            "Mend the cause and run the backup again on the operations page. Look at disk space and rights first.",
        },
        { since: backup.finishedAt ?? undefined },
      ),
    );
  const drill = failed("drill");
  if (drill)
    found.push(
      condition(
        ["drill-failed", "", "critical"],
        {
          what: `복원 시험이 실패했습니다: ${drill.message}`,
          meaning: "백업 파일은 있지만 되돌리지 못할 수 있습니다.",
          action: "운영 화면에서 백업 작업을 실행해 새 백업을 만들고, 복원 시험을 다시 실행하십시오.",
        },
        {
          what: `The restore drill failed: ${drill.message}`,
          meaning: "There are backups, but perhaps none that can be restored.",
          action: "Run the backup on the operations page to make new ones, and then the drill again.",
        },
        { since: drill.finishedAt ?? undefined },
      ),
    );
  return found;
}

function ages({ backups, now }: Signals): Condition[] {
  return backups.flatMap(({ file, newestAt, warnMs, failMs, knownSince }) => {
    if (newestAt === null && now - knownSince < firstBackupMs) return [];
    if (newestAt === null)
      return [
        condition(
          ["backup-never", file, "warning"],
          {
            what: `${file} 파일의 백업이 하나도 없습니다.`,
            meaning: "이 파일이 손상되거나 지워지면 되살릴 수 없습니다.",
            action: "운영 화면에서 백업 작업을 실행하십시오. 작업이 일시 중지되어 있지 않은지도 확인하십시오.",
          },
          {
            what: `There is no backup of ${file}.`,
            meaning: "If it is damaged or deleted, nothing brings it back.",
            action: "Run the backup on the operations page, and see that it is not paused.",
          },
        ),
      ];
    const age = now - newestAt;
    if (age <= warnMs) return [];
    const days = wholeDays(age);
    return [
      condition(
        ["backup-too-old", file, age > failMs ? "critical" : "warning"],
        {
          what: `${file} 파일의 가장 최근 백업이 ${days}일 전 것입니다.`,
          meaning: `지금 파일이 손상되면 최근 ${days}일의 실적을 되살릴 수 없습니다.`,
          action:
            "운영 화면에서 백업 작업을 실행하십시오. 밤에 PC가 꺼져 있다면 BACKUP_CRON을 켜져 있는 시각으로 바꾸십시오.",
        },
        {
          what: `The newest backup of ${file} is ${days} day${days === 1 ? "" : "s"} old.`,
          meaning: `If the file is damaged now, what was recorded in the last ${days} day${days === 1 ? "" : "s"} is lost.`,
          action:
            "Run the backup on the operations page. If the PC is off at night, set BACKUP_CRON to a time at which it runs.",
        },
      ),
    ];
  });
}

function disk({ disk: { free, needed, least, history }, now }: Signals): Condition[] {
  if (free === null) return [];
  if (free < needed) return [low(free, needed, least)];
  const days = daysUntil(needed, [...history, { at: now, free }]);
  if (days === null || days > daysAhead) return [];
  const left = Math.max(1, Math.round(days));
  return [
    condition(
      ["disk-filling", "", "warning"],
      {
        what: `지금 추세라면 약 ${left}일 뒤 디스크 공간이 모자랍니다(여유 ${sizeOf(free)}).`,
        meaning: "공간이 모자라면 백업이 먼저 멈추고, 그다음 ERP가 저장하지 못합니다.",
        action: "무엇이 늘고 있는지 확인하십시오. 필요 없는 파일을 지우거나 백업 보관 수를 줄이십시오.",
      },
      {
        what: `At the present rate the disk runs out in about ${left} day${left === 1 ? "" : "s"} (${sizeOf(free)} free).`,
        meaning: "Backups stop first, and then the ERP cannot save any more.",
        action: "See what grows. Delete what nobody needs, or keep fewer backups.",
      },
    ),
  ];
}

function low(free: number, needed: number, least: number): Condition {
  const isCritical = free < least;
  return condition(
    ["disk-low", "", isCritical ? "critical" : "warning"],
    {
      what: `디스크 여유 공간이 ${sizeOf(free)}뿐입니다(백업 한 번에 ${sizeOf(needed)} 필요).`,
      meaning: isCritical
        ? "ERP와 허브가 곧 아무것도 저장하지 못하게 됩니다."
        : "다음 백업이 공간 부족으로 실패할 수 있습니다.",
      action: "필요 없는 파일을 지우거나 백업 보관 수(LIVE_BACKUP_RETENTION, ARCHIVE_BACKUP_RETENTION)를 줄이십시오.",
    },
    {
      what: `The disk has ${sizeOf(free)} left (a round of backups needs ${sizeOf(needed)}).`,
      meaning: isCritical
        ? "Soon neither the ERP nor the hub can save anything."
        : "The next backup may fail for want of space.",
      action: "Delete what nobody needs, or keep fewer backups (LIVE_BACKUP_RETENTION, ARCHIVE_BACKUP_RETENTION).",
    },
  );
}

/**
 * In how many days the free bytes come down to a limit, by the middle slope between all pairs of samples (Theil–Sen), which a backup that comes and goes
 * does not move; null where they do not, or where the samples are of less than a day.
 */
export function daysUntil(limit: number, samples: readonly { at: number; free: number }[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < fewestDays * dayMs) return null;
  const slopes: number[] = [];
  for (const [index, from] of samples.entries())
    for (const to of samples.slice(index + 1))
      if (to.at > from.at) slopes.push((to.free - from.free) / (to.at - from.at));
  slopes.sort((a, b) => a - b);
  const slope = slopes[Math.floor(slopes.length / 2)] ?? 0;
  return slope < 0 ? (last.free - limit) / -slope / dayMs : null;
}
