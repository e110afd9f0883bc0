import { documentText, renderDocument } from "./markdown.ts" with { type: "macro" };

/** The hub's documents as HTML. A module of its own, so that the hub starts without them. */
export const documents = {
  manual: { ko: renderDocument("operations_manual.ko.md"), en: renderDocument("operations_manual.md") },
  guide: renderDocument("api.md"),
  quality: renderDocument("quality.md"),
  targets: renderDocument("targets.md"),
  performance: renderDocument("performance.md"),
  security: renderDocument("security.md"),
  changelog: renderDocument("../CHANGELOG.md"),
  monitoring: { ko: renderDocument("monitoring.ko.md"), en: renderDocument("monitoring.md") },
};

/** What Prometheus and Grafana take over, by name. */
export const monitoringFiles: Readonly<Record<string, { text: string; type: string }>> = {
  "prometheus.yml": { text: documentText("monitoring/prometheus.yml"), type: "application/yaml" },
  "alert-rules.yml": { text: documentText("monitoring/alert-rules.yml"), type: "application/yaml" },
  "grafana-production.json": { text: documentText("monitoring/grafana-production.json"), type: "application/json" },
  "grafana-dashboard.json": { text: documentText("monitoring/grafana-dashboard.json"), type: "application/json" },
};
