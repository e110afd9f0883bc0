import type { ChannelName } from "../../../notify/channel.ts";
import type { DeliveryState } from "../../../notify/deliveries.ts";
import type { MessageKind } from "../../../notify/message.ts";

/** The words of this part of the dashboard in Korean; `en/channels.ts` holds the same keys. */
export const channels = {
  title: "알림 채널",
  lead: "알림과 보고서가 나가는 길입니다. 설정은 .env 파일에 적고 허브를 다시 시작하면 적용됩니다.",
  names: {
    slack: "Slack",
    webhook: "웹훅",
    mail: "메일",
    "event-log": "Windows 이벤트 로그",
  } satisfies Record<ChannelName, string>,
  about: {
    slack: "SLACK_WEBHOOK_URL에 Slack 수신 웹훅 주소를 적으면 켜집니다.",
    webhook: "ALERT_WEBHOOK_URL에 알림을 받을 프로그램의 주소를 적으면 켜집니다.",
    mail: "SMTP_HOST에 메일 서버를, MAIL_TO에 받을 사람을 적으면 켜집니다.",
    "event-log": "Windows에서 EVENT_LOG=true로 켭니다.",
  } satisfies Record<ChannelName, string>,
  state: {
    off: "꺼짐",
    untried: "아직 보낸 적 없음",
    well: "정상",
    failing: "전송 안 됨",
    failed: "마지막 전송 실패",
    uncertain: "마지막 전송 확인 불가",
  },
  lastSuccess: "마지막 도착",
  lastFailure: "마지막 실패",
  failingSince: "전송이 안 된 때",
  waiting: "대기 중",
  messages: (count: string) => `${count}건`,
  never: "없음",
  test: "시험 메시지 보내기",
  testOf: (channel: string) => `${channel} 채널로 시험 메시지 보내기`,
  recent: {
    title: "최근 전송",
    none: "아직 보낸 메시지가 없습니다.",
    at: "시각",
    way: (channel: string, kind: string) => `${channel} · ${kind}`,
    subject: "제목",
    state: "상태",
    tries: "시도",
    states: {
      queued: "대기",
      sending: "보내는 중",
      retrying: "재시도 예정",
      delivered: "도착",
      dead: "실패",
      uncertain: "확인 불가",
      merged: "묶어서 보냄",
    } satisfies Record<DeliveryState, string>,
    kinds: {
      alert: "알림",
      resolved: "해결",
      summary: "요약",
      report: "보고서",
      test: "시험",
      digest: "묶음",
    } satisfies Record<MessageKind, string>,
  },
};
