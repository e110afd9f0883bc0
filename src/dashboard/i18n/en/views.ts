import type { Texts } from "../ko.ts";

/** The words of this part of the dashboard in English. */
export const views: Texts["views"] = {
  open: "Views",
  title: "Saved views",
  about:
    "A page saved with its filter under a name can be opened by everybody. Periods such as the last 30 days are those of the day it is opened.",
  list: "Open and manage saved views",
  none: "No view has been saved yet.",
  present: (what) => `This page: ${what}`,
  name: "Name",
  nameHint: "e.g. Weekly meeting",
  onWall: "Show on wall screens",
  marked: "wall",
  save: "Save this page",
  replace: "Replace",
  remove: "Delete",
  removeNamed: (name) => `Delete the view ${name}`,
  removeHelp: "It goes from everybody's list.",
  removeSure: "Delete it",
  back: "Back",
  saved: (name) => `The view “${name}” was saved.`,
  removed: (name) => `The view “${name}” was deleted.`,
  gone: "That view was deleted already.",
  failed: (id) => `It could not be saved. The log (logs/app.log) says why under request ${id}.`,
  refusals: {
    nameless: "Please enter a name.",
    longName: (most) => `A name has ${most} characters at most.`,
    longAddress: "The filter is too long to be saved. Please choose fewer items.",
    taken: (name) => `There is a view “${name}” already. Replace it with this page?`,
    full: (most) => `There can be ${most} views at most. Please delete one that is not used first.`,
    foreign: "That is no page of this dashboard, so it cannot be saved.",
  },
  wall: {
    open: "Open as a wall screen",
    help: "Shows all pages in large type, one after the other every 30 s; where views are marked for wall screens, those alone. Esc ends it.",
    leave: "Leave the wall screen",
  },
};
