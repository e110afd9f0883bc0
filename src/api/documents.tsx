/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import { etag } from "hono/etag";
import { raw } from "hono/html";
import { languageOf } from "../dashboard/preferences.ts";
import type { HubEnv } from "../http/env.ts";
import { Bar, htmlPage } from "../http/html-page.tsx";

const headers = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-cache",
};

const words = {
  ko: {
    product: "생산 데이터 허브",
    manual: "운영 매뉴얼",
    guide: "API 안내 (영어)",
    monitoring: "Prometheus와 Grafana",
    api: "API",
    licences: "라이선스",
  },
  en: {
    product: "Production Data Hub",
    manual: "Manual",
    guide: "API guide",
    monitoring: "Prometheus and Grafana",
    quality: "Data quality",
    targets: "Monthly targets",
    performance: "Performance",
    security: "Security",
    changelog: "Changelog",
    api: "API",
    licences: "Licences",
  },
} as const;
type Language = keyof typeof words;

const englishDocuments = ["guide", "quality", "targets", "performance", "security", "changelog"] as const;

/** What stands in the place of the licences where nothing was built. */
const fromSource =
  "This hub runs from its source. The licences are collected when the executable is built; here each package has its own in node_modules.\n";

/** GET `/docs/manual`, `/docs/monitoring` with its files, the documents in English alone and `/licences`: what ships with the hub to be read, without internet and without scripts. */
export function documentRoutes(): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.get("/docs/manual", etag(), async (c) => {
    const { documents } = await import("../documents/pages.ts");
    const language = languageOf(c);
    return send(c, language, words[language].manual, documents.manual[language]);
  });
  for (const name of englishDocuments) {
    app.get(`/docs/${name}`, etag(), async (c) => {
      const { documents } = await import("../documents/pages.ts");
      // What is printed for a hub somewhere is to be pasted for this one, by the address that leads its reader here.
      const here = Bun.escapeHTML(new URL(c.req.url).origin);
      return send(c, "en", words.en[name], documents[name].replaceAll("http://hub:8000", here));
    });
  }
  app.get("/docs/monitoring", etag(), async (c) => {
    const { documents } = await import("../documents/pages.ts");
    const language = languageOf(c);
    return send(c, language, words[language].monitoring, documents.monitoring[language]);
  });
  app.get("/docs/monitoring/:name", etag(), async (c, next) => {
    const { monitoringFiles } = await import("../documents/pages.ts");
    const name = c.req.param("name");
    const file = Object.hasOwn(monitoringFiles, name) ? monitoringFiles[name] : undefined;
    if (file === undefined) return next();
    return c.body(file.text, 200, {
      "Content-Type": `${file.type}; charset=utf-8`,
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-cache",
    });
  });
  app.get("/licences", etag(), async (c) => {
    const { licences } = await import("../licences.ts");
    return c.text(licences ?? fromSource, 200, { "Cache-Control": "no-cache" });
  });
  return app;
}

function send(c: Context, language: Language, title: string, content: string): Response | Promise<Response> {
  c.header("Vary", "Accept-Language, Cookie", { append: true });
  const page = htmlPage({
    language,
    title: `${title} · ${words[language].product}`,
    styles: ["hub.css", "documents.css"],
    children: <DocumentBody {...{ language, title, content }} />,
  });
  return c.html(page, 200, headers);
}

function DocumentBody({ language, title, content }: { language: Language; title: string; content: string }) {
  const { product, manual, guide, api, licences } = words[language];
  const chapters = [...content.matchAll(/<h2 id="(.+?)">(.*?)<\/h2>/g)];
  return (
    <>
      <Bar product={product}>
        <nav class="end">
          <a href="/docs/manual">{manual}</a>
          <a href="/docs/guide">{guide}</a>
          <a href="/docs">{api}</a>
          <a href="/licences">{licences}</a>
        </nav>
      </Bar>
      <div class="document">
        <nav class="chapters" aria-label={title}>
          <ol>
            {chapters.map(([, id, heading]) => (
              <li>
                <a href={`#${id}`}>{raw(heading ?? "")}</a>
              </li>
            ))}
          </ol>
        </nav>
        <main>{raw(content)}</main>
      </div>
    </>
  );
}
