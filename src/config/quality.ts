import { type Variable, whole, yesNo } from "./kinds.ts";

/** How the hub looks for faults in the production data. */
export const qualityVariables = {
  quality: {
    name: "QUALITY",
    kind: yesNo,
    default: "true",
    meaning: "Look for faults and unusual changes in the production data whenever they changed.",
  },
  qualityDays: {
    name: "QUALITY_DAYS",
    kind: whole(35, 4000),
    default: "400",
    meaning: "Days, counted back from the newest one, whose records are looked at for faults.",
  },
} satisfies Record<string, Variable<unknown>>;
