import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { loadsQuery, standingQuery } from "../../api/admin";
import { exact, moment } from "../../format";
import { useMe } from "../../me";
import { Tag } from "../figures";
import { Rows } from "../Rows";
import { Found, Nothing, Panel } from "../states";

/** The files of bills and what became of them; what stands, to hold against an invoice. */
export function BillsTab() {
  const me = useMe();
  const loads = useQuery(loadsQuery);
  return (
    <Stack gap="lg">
      <Panel title="Files" about="The newest 100 of all deliveries; rejected rows are shown by finops loads --rejected">
        <Found query={loads}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>No bill has been delivered yet.</Nothing>
            ) : (
              <Rows
                label="Files"
                rows={items}
                rowKey={(row) => row.id}
                width={860}
                columns={[
                  {
                    title: "File",
                    cell: (row) => (
                      <>
                        <div className="clip" title={row.path}>
                          {row.path.split("/").at(-1)}
                        </div>
                        {row.error === null ? null : (
                          <Text size="xs" className="worse">
                            {row.error}
                          </Text>
                        )}
                      </>
                    ),
                  },
                  { title: "Status", cell: (row) => <Tag>{row.status}</Tag> },
                  { title: "Source", cell: (row) => row.source ?? "–" },
                  { title: "Periods", cell: (row) => row.billing_periods.join(", ") || "–" },
                  { title: "Rows", cell: (row) => row.rows.toLocaleString("en-GB"), right: true },
                  { title: "Rejected", cell: (row) => row.rejected.toLocaleString("en-GB"), right: true },
                  { title: "Ended", cell: (row) => moment(row.finished_at), right: true },
                ]}
              />
            )
          }
        </Found>
      </Panel>
      {me.sees_all ? <Standing /> : null}
    </Stack>
  );
}

function Standing() {
  const standing = useQuery(standingQuery);
  return (
    <Panel title="Reconciliation" about="What stands of each billing account and month: hold it against the invoice">
      <Found query={standing}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>Nothing stands yet.</Nothing>
          ) : (
            <Rows
              label="Reconciliation"
              rows={items}
              rowKey={(row) =>
                [row.source, row.billing_account_id, row.period, row.currency].map((one) => one ?? "").join(" ")
              }
              width={820}
              columns={[
                { title: "Month", cell: (row) => row.period },
                { title: "Source", cell: (row) => row.source },
                { title: "Billing account", cell: (row) => row.billing_account_id ?? "–" },
                { title: "Rows", cell: (row) => row.rows.toLocaleString("en-GB"), right: true },
                { title: "Billed", cell: (row) => exact(row.billed_cost, row.currency), right: true },
                { title: "Tax in it", cell: (row) => exact(row.tax, row.currency), right: true },
                { title: "Effective", cell: (row) => exact(row.effective_cost, row.currency), right: true },
                { title: "Currency", cell: (row) => row.currency },
              ]}
            />
          )
        }
      </Found>
    </Panel>
  );
}
