import { createContext, use } from "react";

import type { Me } from "./api/queries";

export const MeContext = createContext<Me | null>(null);

const OPERATORS = ["operator", "admin"];

/** Who looks after bills and budgets. */
export function operates(me: Me): boolean {
  return me.roles.some((role) => OPERATORS.includes(role));
}

/** Who is signed in; pages are shown to nobody else. */
export function useMe(): Me {
  const me = use(MeContext);
  if (me === null) throw new Error("a page outside of MeContext");
  return me;
}
