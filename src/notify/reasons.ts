import type { Language } from "../language.ts";

const sentences = {
  refusedConnection: {
    ko: "서버가 연결을 받지 않습니다. 주소와 포트를 확인하십시오.",
    en: "The server refuses the connection. Check the address and the port.",
  },
  unknownHost: {
    ko: "서버 이름을 찾을 수 없습니다. 주소와 인터넷 연결을 확인하십시오.",
    en: "The server's name is not known. Check the address and the internet connection.",
  },
  timeout: { ko: "제시간에 응답이 없습니다.", en: "There was no answer in time." },
  broken: {
    ko: "응답을 받기 전에 연결이 끊어졌습니다.",
    en: "The connection broke off before there was an answer.",
  },
  certificate: {
    ko: "서버의 인증서를 신뢰할 수 없습니다.",
    en: "The server's certificate is not trusted.",
  },
  encryption: {
    ko: "서버와 암호화된 연결을 맺을 수 없습니다. 포트와 암호화 방식을 확인하십시오.",
    en: "No encrypted connection with the server came about. Check the port and how it is encrypted.",
  },
  proxy: {
    ko: "프록시 서버가 연결을 허용하지 않습니다. 환경 변수 HTTPS_PROXY와 프록시의 허용 목록을 확인하십시오.",
    en: "The proxy does not let it through. Check the environment variable HTTPS_PROXY and what the proxy allows.",
  },
  redirect: {
    ko: "서버가 다른 주소로 안내합니다. 허브는 따라가지 않으므로 새 주소를 설정에 적으십시오.",
    en: "The server leads to another address, which the hub does not follow. Put the new address into the settings.",
  },
  tooMany: {
    ko: "서버가 잠시 뒤에 다시 보내라고 합니다.",
    en: "The server asks to come back later.",
  },
  serverFailed: { ko: "서버에 오류가 있습니다.", en: "The server failed." },
  refused: { ko: "서버가 메시지를 거부했습니다.", en: "The server refused the message." },
  login: {
    ko: "메일 서버가 로그인을 거부했습니다. SMTP_USER와 SMTP_PASSWORD를 확인하십시오.",
    en: "The mail server refused the login. Check SMTP_USER and SMTP_PASSWORD.",
  },
  mailLater: {
    ko: "메일 서버가 나중에 다시 보내라고 합니다.",
    en: "The mail server asks to come back later.",
  },
  recipients: {
    ko: "메일 서버가 일부 수신자를 거부했습니다.",
    en: "The mail server refused some of the recipients.",
  },
  attachment: {
    ko: "첨부할 파일을 읽을 수 없습니다.",
    en: "A file that goes with the message cannot be read.",
  },
  eventLog: {
    ko: "Windows 이벤트 로그에 기록할 수 없습니다. 허브를 실행하는 계정의 권한을 확인하십시오.",
    en: "The event log of Windows took no entry. Check the rights of the account that runs the hub.",
  },
  crashed: {
    ko: "보내는 도중에 허브가 종료되었습니다. 도착했는지 알 수 없으며, 두 번 보내지 않기 위해 다시 보내지 않습니다.",
    en: "The hub ended while it was being sent. Nobody knows whether it arrived, and it is not sent again, so that nothing arrives twice.",
  },
  stopped: {
    ko: "보내는 도중에 허브를 종료했습니다. 도착했는지 알 수 없으며, 두 번 보내지 않기 위해 다시 보내지 않습니다.",
    en: "The hub was stopped while it was being sent. Nobody knows whether it arrived, and it is not sent again, so that nothing arrives twice.",
  },
  notConfigured: {
    ko: "이 채널은 설정되어 있지 않습니다.",
    en: "This channel is not configured.",
  },
  testing: { ko: "이 채널을 이미 시험하는 중입니다.", en: "A test of this channel is under way." },
  other: { ko: "보낼 수 없습니다.", en: "It could not be sent." },
} as const satisfies Record<string, Record<Language, string>>;

/** Why a try failed, as it is remembered: what it was, and what the other side said. */
export interface Reason {
  code: keyof typeof sentences;
  /** Such as `HTTP 404: no_service`; without secrets. */
  detail?: string;
}

/** A reason as a sentence, with what the other side said in brackets. */
export function reasonText({ code, detail }: Reason, language: Language): string {
  const sentence = sentences[code][language];
  return detail ? `${sentence} (${detail})` : sentence;
}
