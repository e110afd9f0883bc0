import type { ChannelStatus } from "../../notify/outbox.ts";
import { reasonText } from "../../notify/reasons.ts";
import type { Condition } from "../condition.ts";
import { condition } from "./words.ts";

/** A try that fails is repeated within minutes: what has failed for so long does not mend itself. */
const failingMs = 15 * 60_000;
/** A message that was given up on is the matter for a day, unless a later one arrived. */
const givenUpMs = 24 * 3_600_000;

/** With the particle that belongs to it in Korean. */
const names: Readonly<Record<ChannelStatus["name"], { ko: string; en: string }>> = {
  slack: { ko: "Slack으로", en: "Slack" },
  webhook: { ko: "웹훅으로", en: "the webhook" },
  mail: { ko: "메일로", en: "mail" },
  "event-log": { ko: "Windows 이벤트 로그로", en: "the Windows event log" },
};

/** Channels on which messages do not arrive; whoever reads of it reads it on the others, or on the page. */
export function channelConditions(channels: readonly ChannelStatus[], now: number): Condition[] {
  return channels.flatMap(({ name, configured, failing, last_lost: lost, last_success: success }) => {
    if (!configured) return [];
    const isFailing = failing !== null && now - failing.since >= failingMs;
    const isGivenUp = lost !== null && now - lost.at < givenUpMs && lost.at > (success ?? 0);
    if (!isFailing && !isGivenUp) return [];
    const reason = (isFailing ? failing.reason : lost?.reason) ?? null;
    const because = (language: "ko" | "en"): string => (reason === null ? "" : ` ${reasonText(reason, language)}`);
    return [
      condition(
        ["channel-failing", name, "warning"],
        {
          what: `${names[name].ko} 알림을 보내지 못하고 있습니다.${because("ko")}`,
          meaning: "이 채널로 알림을 받는 사람은 아무것도 모르고 있습니다.",
          action: "알림 화면의 알림 채널에서 원인을 확인하고, 설정을 고친 뒤 시험 메시지를 보내 보십시오.",
        },
        {
          what: `Messages do not arrive by ${names[name].en}.${because("en")}`,
          meaning: "Whoever gets alerts this way knows nothing of them.",
          action: "See the reason under channels on the alerts page, correct the settings, and send a test message.",
        },
        { since: isFailing ? failing.since : lost!.at, page: "/dashboard/alerts" },
      ),
    ];
  });
}
