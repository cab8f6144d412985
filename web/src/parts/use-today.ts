import { useState } from "react";

import { iso } from "../days";

/** Today in UTC, as it was when the view was opened: a view does not change under one's hands at midnight. */
export function useToday(): string {
  return useState(() => iso(new Date()))[0];
}
