/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { type Cell, type Column, givesWay, mayBreak, type ReportContent, type Section, shown } from "./sections.ts";

/**
 * Looks that mail programs carry: Outlook draws HTML with Word's engine, which knows tables, `bgcolor` and inline styles and little else
 * (https://www.caniemail.com). Pictures are blocked by most, so charts are cells with a background.
 */
const family = "Malgun Gothic,Arial,sans-serif";
const font = `font-family:${family}`;
const ink = "color:#1f2733";
const linkStyle = "color:#1b4f8a;text-decoration:none";
const faint = "color:#5b6675";
const line = "border-bottom:1px solid #dde3ea";
/** Short, because every cell has it, and Gmail cuts a mail off after 102 KB. */
const cellStyle = `font:13px/1.45 ${family};${ink};padding:5px 8px;${line}`;
const headStyle = `${font};${faint};font-size:12px;line-height:1.35;padding:5px 8px;border-bottom:2px solid #b8c2ce;font-weight:bold`;
const barColour = "#2563a8";
const comparedColour = "#a9b4c2";

/** Outlook knows no greatest width, so it gets a table of one (https://learn.microsoft.com/en-us/previous-versions/office/developer/office-2007/aa338201(v=office.12)). */
const outlookBegin = '<!--[if mso]><table role="presentation" width="720" align="center"><tr><td><![endif]-->';
const outlookEnd = "<!--[if mso]></td></tr></table><![endif]-->";

/** For programs that know media queries: dark ones elsewhere turn the colours by themselves, for which these are plain enough. */
const styleSheet = `
@media (max-width:480px){.sheet{padding:12px!important}.sheet td,.sheet th{padding-left:3px!important;padding-right:3px!important}.wide{display:none!important}.key{display:block!important;width:100%!important;box-sizing:border-box}}
@media (prefers-color-scheme:dark){.page,.sheet{background:#14181e!important}.sheet td,.sheet th,.sheet p,.sheet h1,.sheet h2{color:#e6ebf1!important}.sheet a{color:#8ec1ff!important}.sheet .faint{color:#a7b2bf!important}}
@page{size:A4;margin:12mm}
@media print{.page{background:#ffffff!important}.sheet{max-width:none!important}}
`;

/** A report as a whole HTML document, for mail and as a file. `base` is the hub's address, without a slash at its end. */
export function mailOf(content: ReportContent, base: string): string {
  const { language, words, title, headline, sections, notes, footer, report } = content;
  const [first = "", ...rest] = headline;
  const document = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{title}</title>
        <style>{raw(styleSheet)}</style>
      </head>
      <body class="page" style="margin:0;padding:0;background:#eef1f5">
        {/* What a list of mails shows behind the subject. */}
        <div style="display:none;max-height:0;overflow:hidden">{first}</div>
        <table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" bgcolor="#eef1f5">
          <tr>
            <td align="center" style="padding:16px 8px">
              {raw(outlookBegin)}
              <table
                role="presentation"
                class="sheet"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                bgcolor="#ffffff"
                style="max-width:720px;padding:24px;text-align:left"
              >
                <tr>
                  <td>
                    <p class="faint" style={`${font};${faint};font-size:12px;margin:0`}>
                      {words.product}
                    </p>
                    <h1 style={`${font};${ink};font-size:20px;line-height:1.3;margin:4px 0 12px`}>
                      <Link base={base} page={report.pages.report} text={title} />
                    </h1>
                    <p style={`${font};${ink};font-size:16px;line-height:1.55;margin:0 0 6px;font-weight:bold`}>
                      {first}
                    </p>
                    {rest.map((sentence) => (
                      <p style={`${font};${ink};font-size:14px;line-height:1.55;margin:0 0 4px`}>{sentence}</p>
                    ))}
                    {sections.map((section) => (
                      <Part content={content} section={section} base={base} />
                    ))}
                    {notes.map(({ title, lines, page }) => (
                      <>
                        <Heading text={title} />
                        {lines.map((sentence, at) => (
                          <p style={`${font};${ink};font-size:13px;line-height:1.5;margin:0 0 4px`}>
                            {at === 0 ? <Link base={base} page={page} text={sentence} /> : sentence}
                          </p>
                        ))}
                      </>
                    ))}
                    <p class="faint" style={`${font};${faint};font-size:12px;line-height:1.5;margin:24px 0 0`}>
                      {footer}
                      <br />
                      {words.why}
                    </p>
                  </td>
                </tr>
              </table>
              {raw(outlookEnd)}
            </td>
          </tr>
        </table>
      </body>
    </html>
  );
  return `<!doctype html>${document}`;
}

function Heading({ text }: { text: string }) {
  return <h2 style={`${font};${ink};font-size:15px;line-height:1.3;margin:24px 0 6px`}>{text}</h2>;
}

function Link({ base, page, text }: { base: string; page: string | null | undefined; text: string }) {
  if (!page) return <>{text}</>;
  return (
    <a href={base + page} style={linkStyle}>
      {text}
    </a>
  );
}

interface PartProps {
  content: ReportContent;
  section: Section;
  base: string;
}

function Part({ content, section, base }: PartProps) {
  const { id, title, rows, none } = section;
  return (
    <>
      <Heading text={title} />
      {rows.length === 0 ? (
        <p style={`${font};${ink};font-size:13px;margin:0`}>{none}</p>
      ) : id === "totals" ? (
        <KeyFigures content={content} section={section} base={base} />
      ) : (
        <Table content={content} section={section} base={base} />
      )}
    </>
  );
}

/** The figures side by side, one below the other on a phone. */
function KeyFigures({ content, section, base }: PartProps) {
  return (
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0">
      <tr>
        {section.rows[0]!.map((cell, at) => (
          <td class="key" width="25%" valign="top" style={`${line};padding:8px`}>
            <p class="faint" style={`${font};${faint};font-size:12px;margin:0`}>
              {section.columns[at]!.heading}
            </p>
            <p style={`${font};${ink};font-size:18px;margin:2px 0 0;font-weight:bold`}>
              <Link base={base} page={cell.page} text={shown(cell, section.columns[at]!, content.figures)} />
            </p>
          </td>
        ))}
      </tr>
    </table>
  );
}

function Table({ content, section, base }: PartProps) {
  const { columns, rows, sum } = section;
  const greatest = Math.max(0, ...rows.flatMap((row) => [numberOf(row[1]), numberOf(row[3])]));
  return (
    <table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse">
      <thead>
        <tr>
          {columns.map(({ heading, form }, at) => (
            <th
              scope="col"
              class={givesWay(section, at) ? "wide faint" : "faint"}
              align={form === "text" ? "left" : "right"}
              style={headStyle}
            >
              {heading}
            </th>
          ))}
          {section.id === "days" ? (
            <td width="40%" class="faint" style={headStyle}>
              <Key colour={barColour} text={columns[1]!.heading} />{" "}
              <Key colour={comparedColour} text={columns[3]!.heading} />
            </td>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            <Cells content={content} section={section} row={row} base={base} weight="normal" />
            {section.id === "days" ? (
              <td width="40%" style={`padding:2px 8px;${line}`}>
                <Bar length={numberOf(row[1]) / greatest} colour={barColour} height={9} />
                {row[3]?.value === null ? null : (
                  <Bar length={numberOf(row[3]) / greatest} colour={comparedColour} height={4} />
                )}
              </td>
            ) : null}
          </tr>
        ))}
        {sum ? (
          <tr>
            <Cells content={content} section={section} row={sum} base={base} weight="bold" />
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

/** What a colour of the bars stands for. */
function Key({ colour, text }: { colour: string; text: string }) {
  return (
    <>
      <span style={`color:${colour}`}>■</span> {text}
    </>
  );
}

const numberOf = (cell: Cell | undefined): number => (typeof cell?.value === "number" ? cell.value : 0);

interface CellsProps extends PartProps {
  row: readonly Cell[];
  weight: "normal" | "bold";
}

function Cells({ content, section, row, base, weight }: CellsProps) {
  const { figures } = content;
  return (
    <>
      {row.map((cell, at) => {
        const column: Column = section.columns[at]!;
        const nowrap = mayBreak(section, at) ? "" : ";white-space:nowrap";
        return (
          <td
            class={givesWay(section, at) ? "wide" : undefined}
            align={column.form === "text" ? "left" : "right"}
            style={`${cellStyle}${weight === "bold" ? ";font-weight:bold" : ""}${nowrap}`}
          >
            <Link base={base} page={cell.page} text={shown(cell, column, figures)} />
          </td>
        );
      })}
    </>
  );
}

/** A bar as a cell with a background, which every program draws. */
function Bar({ length, colour, height }: { length: number; colour: string; height: number }) {
  const percent = Number.isFinite(length) ? Math.round(100 * Math.min(1, Math.max(0, length))) : 0;
  if (percent === 0) return null;
  return (
    <table role="presentation" width={`${percent}%`} cellpadding="0" cellspacing="0">
      <tr>
        <td bgcolor={colour} height={String(height)} style={`font-size:1px;line-height:${height}px`}>
          &nbsp;
        </td>
      </tr>
    </table>
  );
}
