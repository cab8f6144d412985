import { Button, Group, NativeSelect, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { showbackQuery } from "../api/planning";
import { costsQuery } from "../api/queries";
import { monthStart } from "../days";
import { fileOf } from "../explore";
import { day, exact, month as monthName, named, percent } from "../format";
import { useMe } from "../me";
import { Delta, Tile } from "../parts/figures";
import { LinkAnchor } from "../parts/links";
import { Rows } from "../parts/Rows";
import { Empty, Found, Panel } from "../parts/states";
import { TeamSelect } from "../parts/TeamSelect";
import { useToday } from "../parts/use-today";
import { monthsBack, type Statement, statements } from "../planning";

/** A month's statement: of every team that one may see, or of one team in full, made to be printed. */
export function ShowbackPage() {
  const me = useMe();
  const today = useToday();
  const search = useSearch({ from: "/showback" });
  const navigate = useNavigate({ from: "/showback" });
  const months = monthsBack(today, 24);
  const chosen = search.month ?? months[1] ?? today.slice(0, 7);
  const since = `${chosen}-01`;
  const until = monthStart(since, 1);
  const { team } = search;
  const borne = useQuery(showbackQuery(since, until, team));
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">
            {team === undefined ? "Showback" : `Statement of ${team}`}
          </Title>
          <Text c="dimmed">
            {monthName(since)} · {me.organisation} · effective cost without tax
          </Text>
        </div>
        <Group gap="xs" align="flex-end" className="no-print">
          <NativeSelect
            aria-label="Month"
            value={chosen}
            data={months.map((value) => ({ value, label: monthName(`${value}-01`) }))}
            onChange={(event) => {
              const next = event.currentTarget.value;
              void navigate({ search: (now) => ({ ...now, month: next }), replace: true });
            }}
          />
          <TeamSelect team={team} onChange={(next) => void navigate({ search: (now) => ({ ...now, team: next }) })} />
          <Button
            variant="default"
            onClick={() => {
              window.print();
            }}
          >
            Print
          </Button>
        </Group>
      </Group>
      <Found query={borne} rows={6}>
        {({ items }) => {
          const rows = statements(items);
          if (rows.length === 0) return <Empty>No bill of this month has been split yet.</Empty>;
          if (team === undefined) return <Everybody rows={rows} month={chosen} />;
          return (
            <>
              {rows.map((row) => (
                <Team key={row.currency} row={row} since={since} until={until} />
              ))}
            </>
          );
        }}
      </Found>
      <Text size="xs" c="dimmed" className="print-only">
        Made {day(today)} by finops-bot for {me.name}.
      </Text>
    </Stack>
  );
}

function Everybody({ rows, month }: { rows: Statement[]; month: string }) {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row.currency, (sums.get(row.currency) ?? 0) + row.total);
  return (
    <Panel title="Teams" about="Own cost and parts of what is shared">
      <Rows
        label="Teams"
        width={520}
        rows={rows}
        rowKey={(row) => `${row.team ?? ""} ${row.currency}`}
        columns={[
          {
            title: "Team",
            cell: (row) =>
              row.team === null ? (
                named(null)
              ) : (
                <LinkAnchor to="/showback" search={{ month, team: row.team }} size="sm">
                  {row.team}
                </LinkAnchor>
              ),
          },
          { title: "Own", right: true, cell: (row) => exact(row.own, row.currency) },
          { title: "Shared", right: true, cell: (row) => exact(row.total - row.own, row.currency) },
          {
            title: "In all",
            right: true,
            first: "figure",
            cell: (row) => `${exact(row.total, row.currency)} ${row.currency}`,
          },
          { title: "Share", right: true, cell: (row) => percent(row.total / (sums.get(row.currency) || 1)) },
        ]}
        feet={[...sums].map(([currency, sum]) => ({
          key: currency,
          cells: ["In all", null, null, `${exact(sum, currency)} ${currency}`, null],
        }))}
      />
    </Panel>
  );
}

function Team({ row, since, until }: { row: Statement; since: string; until: string }) {
  const query = { since, until, group_by: "service,account", team: row.team ?? "" };
  const costs = useQuery(costsQuery({ ...query, limit: 500 }));
  const total = costs.data?.totals.find((one) => one.currency === row.currency);
  const lines = (costs.data?.items ?? []).filter((one) => one.currency === row.currency);
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Tile title={`In all, ${row.currency}`} figure={exact(row.total, row.currency)}>
          to be borne for {monthName(since)}
        </Tile>
        <Tile title="Own cost" figure={exact(row.own, row.currency)}>
          {total === undefined ? "" : <Delta now={total.cost} before={total.before} currency={row.currency} />} vs the
          days before
        </Tile>
        <Tile title="Parts of shared costs" figure={exact(row.total - row.own, row.currency)}>
          {row.shared.length} shared {row.shared.length === 1 ? "cost" : "costs"}
        </Tile>
      </SimpleGrid>
      {row.shared.length === 0 ? null : (
        <Panel title="Shared costs">
          <Table aria-label="Shared costs">
            <Table.Tbody>
              {row.shared.map((one) => (
                <Table.Tr key={one.name}>
                  <Table.Td>{one.name}</Table.Td>
                  <Table.Td className="right figures">
                    {exact(one.cost, row.currency)} {row.currency}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      )}
      <Panel
        title="Own cost by service and account"
        actions={
          <Button component="a" href={fileOf(query)} variant="default" size="xs" download className="no-print">
            CSV
          </Button>
        }
      >
        <Found query={costs}>
          {(data) => (
            <Rows
              label="Own cost"
              width={520}
              rows={lines}
              rowKey={(line) => `${line.service ?? ""} ${line.account ?? ""}`}
              columns={[
                { title: "Service", cell: (line) => named(line.service) },
                { title: "Account", cell: (line) => named(line.account) },
                { title: "Cost", right: true, first: "figure", cell: (line) => exact(line.cost, line.currency) },
                {
                  title: "Change",
                  right: true,
                  cell: (line) => <Delta now={line.cost} before={line.before} currency={line.currency} />,
                },
              ]}
              feet={[
                {
                  key: "all",
                  cells: [
                    `In all${data.next_offset === null ? "" : ", more rows than shown"}`,
                    null,
                    `${exact(total?.cost, row.currency)} ${row.currency}`,
                    null,
                  ],
                },
              ]}
            />
          )}
        </Found>
      </Panel>
    </>
  );
}
