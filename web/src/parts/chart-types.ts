export interface SeriesProps {
  rows: Record<string, string | number | null>[];
  names: string[];
  currency: string;
  kind: "bars" | "lines";
}

export interface MonthProps {
  rows: {
    period: string;
    spent?: number;
    before?: number;
    forecast?: number;
    band?: [number, number];
  }[];
  currency: string;
  budget?: number;
}

export interface BandProps {
  rows: { period: string; actual: number | null; expected: number | null; band?: [number, number] }[];
  currency: string;
}

export interface BarsProps {
  rows: { name: string; value: number }[];
  currency: string;
}
