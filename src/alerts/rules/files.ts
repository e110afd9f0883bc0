import type { Condition } from "../condition.ts";
import { learnRhythm, missedDays } from "../rhythm.ts";
import type { FileSignal, Signals } from "../signals.ts";
import { condition, counted, operationsPage, percent, quoted } from "./words.ts";

/** From which share of a file's rows on it is no oversight any more that they are of another file's days. */
const mostMisplaced = 0.01;

/** What is the matter with the ERP's files. */
export function fileConditions(signals: Signals): Condition[] {
  const { files, goneArchives } = signals;
  return [
    ...noData(signals),
    ...files.flatMap((file) => stateOf(file, signals)),
    ...goneArchives.map(({ file, since }) => missing(file, since)),
    ...unchanged(signals),
    ...files.flatMap((file) => [...wal(file, signals), ...indexes(file, signals), ...rows(file, signals)]),
  ];
}

function noData({ files, folder }: Signals): Condition[] {
  if (files.length === 0 || files.some(({ isAnswered }) => isAnswered)) return [];
  return [
    condition(
      ["no-data", "", "critical"],
      {
        what: "읽을 수 있는 데이터 파일이 하나도 없습니다.",
        meaning: "조회, 대시보드, 채팅이 모두 답하지 못합니다.",
        action: `${folder} 폴더에 ERP의 파일이 있는지, 네트워크 드라이브가 연결되어 있는지 확인하십시오.`,
      },
      {
        what: "No data file can be read.",
        meaning: "Neither queries nor the dashboard nor the chat have an answer.",
        action: `See that the ERP's files are in ${folder}, and that its network drive is connected.`,
      },
    ),
  ];
}

function missing(file: string, since?: number): Condition {
  const isLive = !file.startsWith("archive_");
  return condition(
    ["file-missing", file, "critical"],
    {
      what: `${file} 파일이 없습니다.`,
      meaning: isLive
        ? "올해의 새 생산 실적이 반영되지 않습니다. 마지막으로 읽은 내용이 있으면 그것으로 답합니다."
        : "이 파일이 맡은 연도의 실적이 집계에서 빠지거나, 마지막으로 읽은 내용으로 답합니다.",
      action: isLive
        ? "ERP가 파일을 다른 곳에 쓰는지 확인해 database 폴더에 되돌려 놓거나, --restore 명령으로 백업을 복원하십시오."
        : "파일을 database 폴더에 되돌려 놓거나 --restore 명령으로 백업을 복원하십시오. 일부러 옮겼다면 확인 처리하면 30일 뒤 사라집니다.",
    },
    {
      what: `The file ${file} is not there.`,
      meaning: isLive
        ? "New production of this year does not arrive. What was read last still answers, where there is any."
        : "The years of this file are missing from all figures, or answered from what was read last.",
      action: isLive
        ? "See whether the ERP writes it elsewhere and put it back into the database folder, or restore a backup with --restore."
        : "Put it back into the database folder, or restore a backup with --restore. If it was moved on purpose, acknowledge the alert: it goes away after 30 days.",
    },
    { since },
  );
}

function stateOf({ file, state, note, isAnswered }: FileSignal, { isRollingOver }: Signals): Condition[] {
  const meanwhile = isAnswered
    ? { ko: "그동안은 마지막으로 읽은 온전한 내용으로 답합니다.", en: "Meanwhile what was read last answers." }
    : { ko: "이 파일의 기간은 답하지 못합니다.", en: "The days of this file are not answered." };
  switch (state) {
    case "absent":
      return [missing(file)];
    case "broken":
      return [
        condition(
          ["file-broken", file, "critical"],
          {
            what: `${file} 파일이 손상되었습니다.${quoted(note)}`,
            meaning: `새 내용을 믿을 수 없어 읽지 않습니다. ${meanwhile.ko}`,
            action: "ERP를 멈추고 --restore 명령으로 가장 최근의 정상 백업을 복원하십시오. 디스크 상태도 확인하십시오.",
          },
          {
            what: `The file ${file} is damaged.${quoted(note)}`,
            meaning: `Its new content cannot be trusted and is not read. ${meanwhile.en}`,
            action: "Stop the ERP and restore the newest good backup with --restore. Have the disk checked as well.",
          },
        ),
      ];
    case "locked":
      return [
        condition(
          ["file-locked", file, "warning"],
          {
            what: `${file} 파일이 잠겨 있어 새 내용을 읽지 못합니다.`,
            meaning: meanwhile.ko,
            action:
              "파일을 열어 둔 프로그램(DB 편집기, 백업 프로그램, 멈춘 ERP)을 닫으십시오. 풀리면 자동으로 다시 읽습니다.",
          },
          {
            what: `The file ${file} is locked, so that its new content cannot be read.`,
            meaning: meanwhile.en,
            action:
              "Close the program that has it open (an editor, a backup program, an ERP that hangs). It is read again by itself afterwards.",
          },
        ),
      ];
    case "changing":
      if (isRollingOver) return [];
      return [
        condition(
          ["file-changing", file, "warning"],
          {
            what: `${file} 파일이 계속 바뀌고 있어 온전한 내용을 읽지 못합니다.`,
            meaning: meanwhile.ko,
            action: "ERP의 쓰기가 끝나기를 기다리십시오. 끝나지 않으면 ERP의 작업을 확인하십시오.",
          },
          {
            what: `The file ${file} keeps changing, so that no whole state of it can be read.`,
            meaning: meanwhile.en,
            action: "Wait for the ERP to finish writing; if it does not, see what it is doing.",
          },
        ),
      ];
    default:
      return [];
  }
}

/** Live was not written on more working days in a row than is usual. */
function unchanged({ files, today, dayOf, productionDays, isHoliday, unchangedDays }: Signals): Condition[] {
  const live = files.find(({ name }) => name === "live");
  if (!live || live.writtenAt === null || live.state === "absent" || productionDays === null) return [];
  const rhythm = learnRhythm(productionDays, isHoliday);
  const writtenOn = dayOf(live.writtenAt);
  const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();
  // With too few days to learn from, what is set is counted from Monday to Friday, and without anything set nothing is said.
  if (!rhythm && unchangedDays === null) return [];
  const calendar = rhythm ?? { isWorkingDay: (day: string) => ![0, 6].includes(weekday(day)) && !isHoliday(day) };
  const missed = missedDays(calendar, writtenOn, today);
  const usual = unchangedDays === null ? rhythm!.usualPause(today) : unchangedDays - 1;
  if (missed.length <= usual) return [];
  const days = missed.length;
  return [
    condition(
      ["file-unchanged", live.file, "warning"],
      {
        what: `${live.file} 파일이 ${writtenOn} 이후 근무일 ${days}일 동안 바뀌지 않았습니다.`,
        meaning: `대시보드의 수치가 ${writtenOn}에 머물러 있습니다. 평소에는 근무일 ${usual}일을 넘겨 쉬지 않습니다.`,
        action:
          "ERP가 실적을 저장하고 있는지, 파일을 다른 폴더에 쓰지 않는지 확인하십시오. 휴무라면 확인 처리하면 됩니다.",
      },
      {
        what: `The file ${live.file} has not changed since ${writtenOn}, for ${days} working day${days === 1 ? "" : "s"}.`,
        meaning: `The figures on the dashboard are those of ${writtenOn}. It usually pauses for no more than ${usual} working day${usual === 1 ? "" : "s"}.`,
        action:
          "See whether the ERP saves its records, and whether it writes into another folder. If the factory is closed, acknowledge the alert.",
      },
    ),
  ];
}

function wal({ file, walMb }: FileSignal, { walLimitMb }: Signals): Condition[] {
  if (walMb < walLimitMb) return [];
  const size = `${Math.round(walMb)} MB`;
  return [
    condition(
      ["wal-growing", file, "warning"],
      {
        what: `${file}-wal 파일이 ${size}까지 커졌고 줄지 않습니다(한도 ${walLimitMb} MB).`,
        meaning: "ERP의 조회가 느려지고, 디스크를 차지하며, 정리되기 전에 파일을 복사하면 최근 실적이 빠집니다.",
        action:
          "--checkpoint 명령이 무엇이 막고 있는지 알려 줍니다. 대개 파일을 읽은 채 열어 둔 프로그램이니 닫으십시오.",
      },
      {
        what: `${file}-wal has grown to ${size} and does not shrink (limit ${walLimitMb} MB).`,
        meaning: "The ERP's reads slow down, and whoever copies the file without it loses the newest rows.",
        action: "--checkpoint says what is in the way: mostly a program that has the file open for reading. Close it.",
      },
    ),
  ];
}

function indexes({ file, missingIndexes }: FileSignal, { healsIndexes }: Signals): Condition[] {
  if (missingIndexes === null || missingIndexes.length === 0) return [];
  const names = missingIndexes.join(", ");
  return [
    condition(
      ["indexes-missing", file, "info"],
      {
        what: `${file} 파일에 인덱스가 빠져 있습니다: ${names}`,
        meaning: "허브의 답은 사본의 인덱스로 빠르지만, 이 파일을 직접 읽는 프로그램은 느립니다.",
        action: healsIndexes
          ? "ERP가 쉬는 때에 점검 작업이 만듭니다. 바로 만들려면 ERP를 닫고 --watch --force를 실행하십시오."
          : "HEAL_INDEXES=false여서 자동으로 만들지 않습니다.",
      },
      {
        what: `The file ${file} lacks indexes: ${names}`,
        meaning: "The hub has those of its copy, but programs that read the file itself are slow.",
        action: healsIndexes
          ? "The watcher makes them while the ERP is quiet. To have them at once, close the ERP and give --watch --force."
          : "HEAL_INDEXES=false keeps the watcher from making them.",
      },
    ),
  ];
}

function rows({ file, rows, misplacedRows, undatedRows }: FileSignal, { isRollingOver }: Signals): Condition[] {
  const found: Condition[] = [];
  const share = rows ? misplacedRows / rows : 0;
  if (misplacedRows > 0 && share >= mostMisplaced && !isRollingOver)
    found.push(
      condition(
        ["misplaced-rows", file, "info"],
        {
          what: `${file} 파일에 다른 파일이 맡은 날짜의 행이 ${counted(misplacedRows)}개(${percent(share)}) 있습니다.`,
          meaning: "집계에는 한 번씩만 포함되므로 수치는 맞습니다. 많을수록 조회가 느려집니다.",
          action: "끝난 연도의 행이면 연도 이월을 실행하십시오. 아니면 ERP가 날짜를 잘못 쓰는지 확인하십시오.",
        },
        {
          what: `${counted(misplacedRows)} rows (${percent(share)}) of ${file} are of days that another file owns.`,
          meaning: "Each counts once, so that all figures are right; the more there are, the slower answers get.",
          action: "Carry out a rollover if they are of finished years; else see whether the ERP writes wrong dates.",
        },
      ),
    );
  if (undatedRows > 0)
    found.push(
      condition(
        ["undated-rows", file, "warning"],
        {
          what: `${file} 파일에 날짜가 올바르지 않은 행이 ${counted(undatedRows)}개 있습니다.`,
          meaning: "이 행들의 수량은 어느 기간에도 집계되지 않습니다.",
          action: "데이터 품질 화면에서 어떤 값인지 확인하고 ERP에서 날짜를 고치십시오.",
        },
        {
          what: `${counted(undatedRows)} rows of ${file} have a date that is none.`,
          meaning: "Their quantities are counted in no period.",
          action: "See on the data quality page which values they are, and correct the dates in the ERP.",
        },
        { page: operationsPage },
      ),
    );
  return found;
}
