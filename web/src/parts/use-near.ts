import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

/** Rows from which only those near the window are drawn. */
const LONG = 200;
const ROW_HEIGHT = 37; // until a row is measured
const AHEAD = 50; // rows before the end at which more are asked for

interface Near {
  places: number[];
  /** Heights that stand for the rows that are not drawn; null where all are. */
  around: { before: number; after: number } | null;
  measure: ((row: HTMLElement | null) => void) | undefined;
}

/** The rows of a table to draw: all of a short one or on paper, of a long one those near the window. */
export function useNear(count: number, tableBody: HTMLElement | null, onEnd?: () => void): Near {
  const printing = usePrinting();
  const long = count > LONG && !printing;
  const top = long && tableBody !== null ? tableBody.getBoundingClientRect().top + window.scrollY : 0;
  const near = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_HEIGHT,
    overscan: 20,
    scrollMargin: top,
    enabled: long,
  });
  const drawn = near.getVirtualItems();
  const last = long ? (drawn.at(-1)?.index ?? 0) : count - 1;
  useEffect(() => {
    if (last >= count - AHEAD) onEnd?.();
  }, [last, count, onEnd]);
  if (!long) return { places: Array.from({ length: count }, (_, place) => place), around: null, measure: undefined };
  const [first, end] = [drawn[0], drawn.at(-1)];
  return {
    places: drawn.map((one) => one.index),
    around: {
      before: first === undefined ? 0 : first.start - top,
      after: end === undefined ? 0 : near.getTotalSize() - (end.end - top),
    },
    measure: near.measureElement,
  };
}

function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begin = () => {
      flushSync(() => {
        setPrinting(true);
      });
    };
    const end = () => {
      setPrinting(false);
    };
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
    };
  }, []);
  return printing;
}
