import { useState } from "react";

import { iso } from "../days";
import { useMe } from "../me";

/**
 * Today in UTC, as it was when the view was opened: a view does not change under one's hands at midnight. The server may
 * name another day, to show a time to come.
 */
export function useToday(): string {
  const { today } = useMe();
  const [opened] = useState(() => iso(new Date()));
  return today ?? opened;
}
