import { settingsTable } from "../src/config.ts";

/**
 * `.env.example`: every setting with its default and its meaning in Korean and English, each commented out, so that a copy of it named `.env` changes nothing.
 * @param koreanManual text of docs/operations_manual.ko.md, whose table of settings has the Korean words
 * @throws Error for a setting that the manual does not have.
 */
export function envExample(koreanManual: string): string {
  const settings = settingsTable.map(({ name, default: preset, allowed, meaning }) => {
    const korean = new RegExp(`^\\| \`${name}\` +\\|[^|]*\\| (.*?) *\\|$`, "m").exec(koreanManual)?.[1];
    if (!korean) throw new Error(`docs/operations_manual.ko.md says nothing of ${name} in its table of settings.`);
    return [`# ${korean.replaceAll("`", "")}`, `# ${meaning} (${allowed})`, `#${name}=${preset}`].join("\n");
  });
  const head = [
    "# 허브의 설정입니다. 이 파일을 .env라는 이름으로 복사하고, 바꿀 줄 앞의 #을 지운 뒤 허브를 다시 시작합니다.",
    "# The hub's settings. Copy this file to .env, take the # away in front of what you change, and restart the hub.",
    "# 적지 않은 것은 아래 기본값대로입니다. What is not set has the default that stands here.",
  ].join("\n");
  return `${[head, ...settings].join("\n\n")}\n`;
}
