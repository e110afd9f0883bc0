import type { Parcel } from "./channel.ts";
import { toneOf, wordsOf } from "./words.ts";

const colours: Record<ReturnType<typeof toneOf>, string> = {
  critical: "#c62828",
  warning: "#b26a00",
  info: "#1565c0",
  resolved: "#2e7d32",
  test: "#5f6b7a",
  plain: "#5f6b7a",
};

/** The plain text of a mail: the message, the link, and which hub it comes from and when it arose, which a mail that had to wait does not tell otherwise. */
export function mailText({ message, link, at }: Parcel): string {
  const words = wordsOf(message);
  return [message.text, ...(link === null ? [] : [`${words.open}: ${link}`]), `-- \n${words.hub} · ${at}`].join("\n\n");
}

/**
 * The same as HTML, for messages that bring none: a coloured rule, the text, a link. Tables and inline styles, because Outlook for Windows knows little else;
 * no background of its own, so that programs with a dark surface can turn it around.
 */
export function mailHtml({ message, link, at }: Parcel): string {
  const words = wordsOf(message);
  const paragraphs = message.text
    .split(/\n{2,}/)
    .map((paragraph) => `<p style="margin:0 0 12px">${Bun.escapeHTML(paragraph).replaceAll("\n", "<br>")}</p>`)
    .join("");
  const open =
    link === null
      ? ""
      : `<p style="margin:0 0 12px"><a href="${Bun.escapeHTML(link)}" style="color:#1565c0">${words.open}</a></p>`;
  return `<!doctype html><html lang="${message.language ?? "ko"}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${Bun.escapeHTML(message.subject)}</title></head>
<body style="margin:0;padding:16px;font-family:'Malgun Gothic','Apple SD Gothic Neo',Arial,sans-serif;font-size:15px;line-height:1.6">
<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="max-width:640px"><tr>
<td style="border-left:4px solid ${colours[toneOf(message)]};padding:4px 0 4px 14px">
<h1 style="margin:0 0 12px;font-size:18px;line-height:1.4">${Bun.escapeHTML(message.subject)}</h1>
${paragraphs}${open}<p style="margin:0;color:#767676;font-size:13px">${words.hub} · ${Bun.escapeHTML(at)}</p>
</td></tr></table></body></html>`;
}
