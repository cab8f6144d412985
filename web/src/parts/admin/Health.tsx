import { Alert, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { healthQuery, kpisQuery, useSetAside } from "../../api/admin";
import { moment } from "../../format";
import { Confirm } from "../Confirm";
import { Tag, Tile } from "../figures";
import { Rows } from "../Rows";
import { Found, Nothing, Panel, Problem } from "../states";

/** Parts and duties, what was set aside, and how well the product does its job. */
export function HealthTab() {
  const health = useQuery(healthQuery);
  return (
    <Stack gap="lg">
      <Found query={health} rows={6}>
        {(data) => (
          <>
            {data.stopped_by === null ? null : (
              <Alert color="red" title="All remediations are stopped">
                By {data.stopped_by}; nothing runs until somebody switches them on again with /finops resume-all.
              </Alert>
            )}
            <Panel title="Parts">
              <Stack gap="xs">
                {Object.entries(data.parts).map(([name, state]) => (
                  <Group key={name} justify="space-between">
                    <Text size="sm">{name}</Text>
                    {state === "ready" ? <Tag>ok</Tag> : <Text size="sm">{state}</Text>}
                  </Group>
                ))}
              </Stack>
            </Panel>
            <Aside items={data.quarantine} />
          </>
        )}
      </Found>
      <Measures />
    </Stack>
  );
}

interface SetAside {
  id: string;
  since: string;
  attempts: number;
  text: string;
  reason: string;
}

function Aside({ items }: { items: SetAside[] }) {
  const decide = useSetAside();
  return (
    <Panel title="Quarantine" about="What failed at each attempt: tried again as if it were new, or given up">
      {items.length === 0 ? (
        <Nothing>Nothing was set aside.</Nothing>
      ) : (
        <Rows
          label="Quarantine"
          rows={items}
          rowKey={(row) => row.id}
          columns={[
            { title: "What", cell: (row) => row.text || row.id },
            { title: "Why", cell: (row) => row.reason },
            { title: "Since", cell: (row) => <span className="figures">{moment(row.since)}</span> },
            {
              title: "Decide",
              cell: (row) => (
                <Group gap="xs" wrap="nowrap" align="flex-start">
                  <Button
                    size="xs"
                    variant="default"
                    disabled={decide.isPending}
                    aria-label={`Try again ${row.id}`}
                    onClick={() => {
                      decide.mutate({ item: row.id, decision: "retry" });
                    }}
                  >
                    Try again
                  </Button>
                  <Confirm
                    label="Drop"
                    name={`Drop ${row.id}`}
                    question="Give it up for good?"
                    busy={decide.isPending}
                    onConfirm={() => {
                      decide.mutate({ item: row.id, decision: "drop" });
                    }}
                  />
                </Group>
              ),
            },
          ]}
        />
      )}
      {decide.isError ? <Problem error={decide.error} /> : null}
    </Panel>
  );
}

function Measures() {
  const kpis = useQuery(kpisQuery);
  return (
    <Panel title="How well it does its job" about="Each measure against its target">
      <Found query={kpis}>
        {(measures) => {
          const known = measures.filter((one) => one.value !== null);
          if (known.length === 0) return <Nothing>There is nothing to measure yet.</Nothing>;
          return (
            <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
              {known.map((one) => (
                <Tile key={one.name} title={one.says} figure={`${one.value ?? "–"} ${one.unit}`}>
                  <span className={one.good === true ? "better" : "worse"}>
                    {one.good === true ? "meets" : "misses"} {one.target} {one.unit}
                  </span>
                </Tile>
              ))}
            </SimpleGrid>
          );
        }}
      </Found>
    </Panel>
  );
}
