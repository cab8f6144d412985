import { Progress, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { tagsQuery } from "../../api/admin";
import { percent } from "../../format";
import { Found, Nothing, Panel } from "../states";

/** Which tags bear how much of the newest month's cost. */
export function TagsTab() {
  const tags = useQuery(tagsQuery);
  return (
    <Panel title="Tags" about="Share of the newest month's cost that bears each key">
      <Found query={tags} rows={8}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>No tags stand in the bills.</Nothing>
          ) : (
            <Table aria-label="Tags">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Key</Table.Th>
                  <Table.Th w="50%">Coverage</Table.Th>
                  <Table.Th className="right">Values</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((row) => {
                  const share = row.share ?? 0;
                  return (
                    <Table.Tr key={`${row.key} ${row.currency}`}>
                      <Table.Td className="clip">{row.key}</Table.Td>
                      <Table.Td>
                        <Progress value={share} aria-label={`${Math.round(share)} % of the cost`} />
                        <Text size="xs" c="dimmed" className="figures">
                          {percent(share / 100)} of {row.currency}
                        </Text>
                      </Table.Td>
                      <Table.Td className="right figures">{row.values.toLocaleString("en-GB")}</Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          )
        }
      </Found>
    </Panel>
  );
}
