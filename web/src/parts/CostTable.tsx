import { Group, Table, UnstyledButton } from "@mantine/core";

import type { Costs } from "../api/queries";
import { exact, named, percent, columnTitle } from "../format";
import { label } from "../explore";
import type { Dimension } from "../search";
import { colour, SERIES } from "../theme";
import { Delta } from "./figures";
import { Scroll } from "./Scroll";

interface Props {
  costs: Costs;
  by: Dimension[];
  onPick: (name: Dimension, value: string | null) => void;
}

/** The groups with their share and change; a total for each currency, of all groups, not of those shown alone. */
export function CostTable({ costs, by, onPick }: Props) {
  const totals = new Map(costs.totals.map((one) => [one.currency, one]));
  const main = costs.totals[0]?.currency;
  const drawn = [...new Set(costs.items.filter((row) => row.currency === main).map((row) => label(row, by)))];
  return (
    <Scroll label="Costs">
      <Table aria-label="Costs" highlightOnHover stickyHeader miw={560}>
        <Table.Thead>
          <Table.Tr>
            {by.map((name) => (
              <Table.Th key={name}>{columnTitle(name)}</Table.Th>
            ))}
            <Table.Th className="right">Cost</Table.Th>
            <Table.Th className="right">Share</Table.Th>
            <Table.Th className="right">Before</Table.Th>
            <Table.Th className="right">Change</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {costs.items.map((row) => {
            const text = label(row, by);
            const place = row.currency === main ? drawn.indexOf(text) : SERIES;
            const whole = totals.get(row.currency)?.cost ?? 0;
            return (
              <Table.Tr key={`${text} ${row.currency ?? ""}`}>
                {by.map((name, column) => (
                  <Table.Td key={name}>
                    <Group gap="xs" wrap="nowrap">
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
                  </Table.Td>
                ))}
                <Table.Td className="right figures">
                  {exact(row.cost, row.currency)} {row.currency}
                </Table.Td>
                <Table.Td className="right figures">{whole > 0 ? percent((row.cost ?? 0) / whole) : "–"}</Table.Td>
                <Table.Td className="right figures">{exact(row.before, row.currency)}</Table.Td>
                <Table.Td className="right">
                  <Delta now={row.cost} before={row.before} currency={row.currency} />
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
        <Table.Tfoot>
          {costs.totals.map((total) => (
            <Table.Tr key={total.currency}>
              <Table.Th colSpan={by.length}>
                Total{costs.next_offset === null ? "" : ", more groups than shown"}
              </Table.Th>
              <Table.Th className="right figures">
                {exact(total.cost, total.currency)} {total.currency}
              </Table.Th>
              <Table.Th className="right figures">100 %</Table.Th>
              <Table.Th className="right figures">{exact(total.before, total.currency)}</Table.Th>
              <Table.Th className="right">
                <Delta now={total.cost} before={total.before} currency={total.currency} />
              </Table.Th>
            </Table.Tr>
          ))}
        </Table.Tfoot>
      </Table>
    </Scroll>
  );
}
