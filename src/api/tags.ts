/** The groups of the OpenAPI document, in its order, with what they are about. */
export const tags = {
  records: "Production records one by one, as pages, files and of one item.",
  items: "The items that were ever produced.",
  summaries: "Totals by day, week, month and item, and comparisons of periods.",
  chat: "Questions in words, answered with their evidence.",
  targets: "Monthly targets, their versions, and how far they are reached.",
  reports: "Daily, weekly and monthly reports.",
  quality: "What is odd about the data, and whether they drift.",
  health: "Whether the hub, its files and its model are well.",
  alerts: "What is the matter now, what was, and who is told.",
  monitoring: "How the hub has been doing, over an hour to a week.",
  metrics: "What requests, queries and the machine came to.",
  operations: "The hub's own jobs.",
} as const;

export type Tag = keyof typeof tags;
