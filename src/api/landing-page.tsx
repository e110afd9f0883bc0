/** @jsxImportSource hono/jsx */
// Said here too, because Bun looks for tsconfig.json in the folder it is started in, not beside the program.

import type { Context } from "hono";
import { languageDetector } from "hono/language";
import { Bar, htmlPage } from "../http/html-page.tsx";
import type { Language } from "../language.ts";
import { landingTexts } from "./landing-text.ts";

/** What the page shows of one database file. */
export interface LandingFile {
  readonly name: string;
  /** `ok`, `copying`, `refilling`, `changing`, `locked`, `broken` or `absent`. */
  readonly state: string;
  /** First and last day of the rows, `YYYY-MM-DD`; null while unknown or without rows. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  /** A sentence on what is the matter, if anything is. */
  readonly note: string | null;
}

export interface LandingProps {
  readonly version: string;
  /** Where other machines reach the hub, such as `http://192.168.0.10:8000`. */
  readonly address: string;
  readonly files: readonly LandingFile[];
  readonly lang: Language;
  /** Where the files are looked for; null for whoever need not know. */
  readonly folder: string | null;
}

/** Middleware that sets `c.get("language")` to `ko` or `en`: `?lang=`, else the browser's preference, else Korean. */
export const detectLanguage = languageDetector({
  order: ["querystring", "header"],
  supportedLanguages: ["ko", "en"],
  fallbackLanguage: "ko",
  caches: false,
});

const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The answer to a browser that opens `/`: what the hub is, which data it has, and the ways in. */
export function landingPage(c: Context, props: LandingProps): Response | Promise<Response> {
  c.header("Content-Security-Policy", policy);
  c.header("Cache-Control", "no-cache");
  c.header("Vary", "Accept-Language", { append: true });
  const { lang } = props;
  const title = landingTexts[lang].title;
  return c.html(htmlPage({ language: lang, title, styles: ["hub.css"], children: <LandingBody {...props} /> }));
}

function LandingBody({ version, address, files, lang, folder }: LandingProps) {
  const texts = landingTexts[lang];
  const other = lang === "ko" ? "en" : "ko";
  const condition = overall(files);
  const empty = condition === "empty";
  return (
    <>
      <Bar product={texts.title}>
        <a class="end" href={`/?lang=${other}`} lang={other} hreflang={other}>
          {texts.otherLanguage}
        </a>
      </Bar>
      <main>
        <h1>{texts.headline[condition]}</h1>
        <p class="lead">{texts.lead}</p>
        {empty ? <FirstSteps lang={lang} folder={folder} /> : <Files files={files} lang={lang} />}
        {empty ? null : <Download files={files} lang={lang} />}
        <ul class="doors">
          <Door href="/docs" title={texts.docs} hint={texts.docsHint} />
          <Door href="/healthz" title={texts.health} hint={texts.healthHint} />
          <Door href="/openapi.json" title={texts.openapi} hint={texts.openapiHint} />
        </ul>
        <section class="panel">
          <h2>{texts.address}</h2>
          <p>{texts.addressHint}</p>
          <pre>curl "{address}/records?limit=5"</pre>
        </section>
        <footer>
          {texts.title} {version}
        </footer>
      </main>
    </>
  );
}

function FirstSteps({ lang, folder }: { lang: Language; folder: string | null }) {
  const texts = landingTexts[lang];
  return (
    <section class="panel">
      <h2>{texts.noFiles}</h2>
      <ol>
        {texts.noFilesSteps.map((step) => (
          <li>{withCode(step)}</li>
        ))}
      </ol>
      {folder === null ? null : (
        <p>
          {texts.lookedIn} <code>{folder}</code>
        </p>
      )}
      <p>{texts.byItself}</p>
      {/* Always open: the page reloads itself every few seconds, which would close what somebody opened. */}
      <h2>{texts.demo}</h2>
      <ol>
        {texts.demoSteps.map((step) => (
          <li>{withCode(step)}</li>
        ))}
      </ol>
    </section>
  );
}

function Files({ files, lang }: { files: readonly LandingFile[]; lang: Language }) {
  const texts = landingTexts[lang];
  return (
    <section class="panel">
      <h2>{texts.data}</h2>
      <table class="files">
        <thead>
          <tr>
            {texts.columns.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <tr>
              <td>
                <code>{file.name}</code>
              </td>
              <td>
                <span class={`state ${tone(file.state)}`}>
                  {(texts.states as Record<string, string>)[file.state] ?? file.state}
                </span>
                {file.note === null ? null : (
                  <span class="note" lang="en">
                    {file.note}
                  </span>
                )}
              </td>
              <td>{file.firstDay === null ? texts.noRows : `${file.firstDay} – ${file.lastDay}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Every second piece between backticks as code. */
function withCode(text: string) {
  return text.split("`").map((piece, index) => (index % 2 === 0 ? piece : <code>{piece}</code>));
}

function overall(files: readonly LandingFile[]): "good" | "wait" | "bad" | "empty" {
  if (files.every((file) => file.state === "absent")) return "empty";
  const tones = files.map((file) => tone(file.state));
  return tones.includes("bad") ? "bad" : tones.includes("wait") ? "wait" : "good";
}

function tone(state: string): "good" | "wait" | "bad" {
  if (state === "ok") return "good";
  return state === "copying" || state === "refilling" || state === "changing" ? "wait" : "bad";
}

/** A form without a script: the browser itself makes `/records.csv?date_from=…` of it. Starts with the newest month. */
function Download({ files, lang }: { files: readonly LandingFile[]; lang: Language }) {
  const texts = landingTexts[lang];
  const lastDay =
    files
      .map((file) => file.lastDay ?? "")
      .sort()
      .at(-1) ?? "";
  return (
    <section class="panel">
      <h2>{texts.download}</h2>
      <form class="fields" action="/records.csv" method="get">
        <label>
          {texts.from}
          <input type="date" name="date_from" value={lastDay && `${lastDay.slice(0, 8)}01`} />
        </label>
        <label>
          {texts.to}
          <input type="date" name="date_to" value={lastDay} />
        </label>
        <label>
          {texts.itemCode}
          <input type="text" name="item_code" maxlength={50} placeholder={texts.all} autocomplete="off" />
        </label>
        <div class="buttons">
          <button type="submit">CSV</button>
          <button type="submit" class="second" formaction="/records.xlsx">
            Excel
          </button>
        </div>
      </form>
      <p class="hint">{texts.downloadHint}</p>
    </section>
  );
}

function Door({ href, title, hint }: { href: string; title: string; hint: string }) {
  return (
    <li>
      <a href={href}>
        <strong>{title}</strong>
        {hint}
      </a>
    </li>
  );
}
