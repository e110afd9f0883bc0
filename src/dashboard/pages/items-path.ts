/** Where the items are; apart from their page, because pages that lead there are asked for by it. */
export const itemsPath = "/dashboard/items";
