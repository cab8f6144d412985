// Recharts is large: this file is loaded by itself, after what stands around the chart (see lazy-charts.tsx).
import {
  Area,
  Bar,
  BarChart,
  CartesianGrid,
  ComposedChart,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";

import { day, money } from "../format";
import { colour } from "../theme";
import type { BandProps, BarsProps, MonthProps, SeriesProps } from "./chart-types";

const GRID = "var(--mantine-color-default-border)";
const INK = { color: "var(--mantine-color-text)", padding: 0 };
const SURFACE = {
  background: "var(--mantine-color-body)",
  border: `1px solid ${GRID}`,
  borderRadius: 8,
  fontSize: 13,
};

function axes(currency: string) {
  return [
    <CartesianGrid key="grid" stroke={GRID} vertical={false} />,
    <XAxis
      key="x"
      dataKey="period"
      tickFormatter={(at: string) => day(at, true)}
      minTickGap={24}
      tickLine={false}
      axisLine={{ stroke: GRID }}
    />,
    <YAxis
      key="y"
      tickFormatter={(value: number) => money(value, currency)}
      width={64}
      tickLine={false}
      axisLine={false}
    />,
    <Tooltip
      key="tip"
      contentStyle={SURFACE}
      itemStyle={INK}
      labelFormatter={(label) => (typeof label === "string" ? day(label) : "")}
      formatter={(value) =>
        Array.isArray(value)
          ? value.map((one) => money(Number(one), currency)).join(" – ")
          : money(Number(value), currency)
      }
      isAnimationActive={false}
    />,
  ];
}

export function Series({ rows, names, currency, kind }: SeriesProps) {
  const Chart = kind === "bars" ? BarChart : LineChart;
  return (
    <ResponsiveContainer width="100%" height={300}>
      <Chart data={rows} margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
        {axes(currency)}
        {names.map((name, index) => {
          const tint = name === "others" ? colour(99) : colour(index);
          return kind === "bars" ? (
            <Bar key={name} dataKey={name} stackId="all" fill={tint} isAnimationActive={false} maxBarSize={48} />
          ) : (
            <Line
              key={name}
              dataKey={name}
              stroke={tint}
              strokeWidth={2}
              dot={rows.length < 3}
              isAnimationActive={false}
            />
          );
        })}
      </Chart>
    </ResponsiveContainer>
  );
}

export function Month({ rows, currency, budget }: MonthProps) {
  return (
    <ResponsiveContainer width="100%" height={280}>
      <ComposedChart data={rows} margin={{ top: 16, right: 8, bottom: 0, left: 0 }}>
        {axes(currency)}
        <Area dataKey="band" name="80 % of outcomes" fill="var(--band)" stroke="none" isAnimationActive={false} />
        <Line
          dataKey="before"
          name="Month before"
          stroke="var(--series-rest)"
          strokeDasharray="3 4"
          dot={false}
          isAnimationActive={false}
        />
        <Line
          dataKey="forecast"
          name="Forecast"
          stroke="var(--series-3)"
          strokeWidth={2}
          strokeDasharray="6 4"
          dot={false}
          isAnimationActive={false}
        />
        <Line
          dataKey="spent"
          name="Spent"
          stroke="var(--series-1)"
          strokeWidth={2.5}
          dot={false}
          isAnimationActive={false}
        />
        {budget === undefined ? null : (
          <ReferenceLine
            y={budget}
            stroke="var(--series-6)"
            ifOverflow="extendDomain"
            label={{ value: `Budget ${money(budget, currency)}`, position: "insideTopLeft" }}
          />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

export function Band({ rows, currency }: BandProps) {
  return (
    <ResponsiveContainer width="100%" height={260}>
      <ComposedChart data={rows} margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
        {axes(currency)}
        <Area dataKey="band" name="Usual range" fill="var(--band)" stroke="none" isAnimationActive={false} />
        <Line
          dataKey="expected"
          name="Expected"
          stroke="var(--series-3)"
          strokeDasharray="5 4"
          dot={false}
          isAnimationActive={false}
        />
        <Line
          dataKey="actual"
          name="Actual"
          stroke="var(--series-6)"
          strokeWidth={2.5}
          dot={false}
          isAnimationActive={false}
        />
      </ComposedChart>
    </ResponsiveContainer>
  );
}

export function Bars({ rows, currency }: BarsProps) {
  return (
    <ResponsiveContainer width="100%" height={Math.max(120, rows.length * 34 + 40)}>
      <BarChart data={rows} layout="vertical" margin={{ top: 0, right: 16, bottom: 0, left: 0 }}>
        <CartesianGrid stroke={GRID} horizontal={false} />
        <XAxis
          type="number"
          tickFormatter={(value: number) => money(value, currency)}
          tickLine={false}
          axisLine={false}
        />
        <YAxis type="category" dataKey="name" width={190} tickLine={false} axisLine={false} />
        <Tooltip
          contentStyle={SURFACE}
          itemStyle={INK}
          formatter={(value) => money(Number(value), currency)}
          isAnimationActive={false}
        />
        <Bar dataKey="value" name="Amount" fill="var(--series-1)" isAnimationActive={false} maxBarSize={22} />
      </BarChart>
    </ResponsiveContainer>
  );
}
