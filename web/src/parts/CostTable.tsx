import { Group, UnstyledButton } from "@mantine/core";

import type { Costs } from "../api/queries";
import { exact, named, percent, columnTitle } from "../format";
import { label } from "../explore";
import type { Dimension } from "../search";
import { colour, SERIES } from "../theme";
import { Delta } from "./figures";
import { Rows } from "./Rows";

interface Props {
  costs: Costs;
  by: Dimension[];
  onPick: (name: Dimension, value: string | null) => void;
  /** Called near the last group that is there. */
  onEnd: () => void;
}

/** The groups with their share and change; a total for each currency, of all groups, not of those shown alone. */
export function CostTable({ costs, by, onPick, onEnd }: Props) {
  const totals = new Map(costs.totals.map((one) => [one.currency, one]));
  const main = costs.totals[0]?.currency;
  const places = new Map<string, number>();
  for (const row of costs.items) {
    if (row.currency === main && !places.has(label(row, by))) places.set(label(row, by), places.size);
  }
  const more = costs.next_offset === null ? "" : ", more groups than shown";
  return (
    <Rows
      label="Costs"
      width={560}
      sticky
      rows={costs.items}
      onEnd={onEnd}
      rowKey={(row) => `${label(row, by)} ${row.currency ?? ""}`}
      columns={[
        ...by.map((name, column) => ({
          title: columnTitle(name),
          cell: (row: Costs["items"][number]) => {
            const place = row.currency === main ? (places.get(label(row, by)) ?? SERIES) : SERIES;
            return (
              <Group gap="xs" wrap="nowrap" display="inline-flex" maw="100%">
                {column === 0 ? <span className="swatch" style={{ background: colour(place) }} /> : null}
                <UnstyledButton
                  className="clip"
                  fz="sm"
                  title={`Only ${named(row[name])}`}
                  onClick={() => {
                    onPick(name, row[name] ?? null);
                  }}
                >
                  {named(row[name])}
                </UnstyledButton>
              </Group>
            );
          },
        })),
        {
          title: "Cost",
          right: true,
          first: "figure",
          cell: (row) => `${exact(row.cost, row.currency)} ${row.currency ?? ""}`,
        },
        {
          title: "Share",
          right: true,
          cell: (row) => {
            const whole = totals.get(row.currency)?.cost ?? 0;
            return whole > 0 ? percent((row.cost ?? 0) / whole) : "–";
          },
        },
        {
          title: "Change",
          right: true,
          cell: (row) => <Delta now={row.cost} before={row.before} currency={row.currency} />,
        },
        { title: "Before", right: true, cell: (row) => exact(row.before, row.currency) },
      ]}
      feet={costs.totals.map((total) => ({
        key: total.currency ?? "",
        cells: [
          `Total${more}`,
          ...by.slice(1).map(() => null),
          `${exact(total.cost, total.currency)} ${total.currency ?? ""}`,
          "100 %",
          <Delta key="change" now={total.cost} before={total.before} currency={total.currency} />,
          exact(total.before, total.currency),
        ],
      }))}
    />
  );
}
