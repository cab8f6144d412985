import type { ReactNode } from "react";

/** What may be wider than its place: scrolled by hand or, once it has the focus, by the arrow keys. */
export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`${label}, to scroll`}>
      {children}
    </div>
  );
}
