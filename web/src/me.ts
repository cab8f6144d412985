import { createContext, use } from "react";

import type { Me } from "./api/queries";

export const MeContext = createContext<Me | null>(null);

/** Who is signed in; pages are shown to nobody else. */
export function useMe(): Me {
  const me = use(MeContext);
  if (me === null) throw new Error("a page outside of MeContext");
  return me;
}
