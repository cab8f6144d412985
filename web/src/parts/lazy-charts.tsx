import { Skeleton } from "@mantine/core";
import { type ComponentType, lazy, Suspense } from "react";

import type { BandProps, BarsProps, MonthProps, SeriesProps } from "./chart-types";

/** A chart of a chunk of its own; `label` is what a screen reader says of it, the table beside it has the figures. */
function apart<P extends object>(load: () => Promise<ComponentType<P>>, height: number) {
  const Chart = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  return function Figure({ label, ...props }: P & { label: string }) {
    return (
      <div role="img" aria-label={label}>
        <Suspense fallback={<Skeleton height={height} />}>
          <Chart {...(props as unknown as P)} />
        </Suspense>
      </div>
    );
  };
}

export const SeriesChart = apart<SeriesProps>(async () => (await import("./drawings")).Series, 300);
export const MonthChart = apart<MonthProps>(async () => (await import("./drawings")).Month, 280);
export const BandChart = apart<BandProps>(async () => (await import("./drawings")).Band, 260);
export const BarsChart = apart<BarsProps>(async () => (await import("./drawings")).Bars, 200);
