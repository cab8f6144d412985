import { Alert, Button, Code, Group, Stack, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { auditQuery, verificationQuery } from "../../api/admin";
import { moment } from "../../format";
import { Rows } from "../Rows";
import { Found, Nothing, Panel } from "../states";

const FIELDS = ["actor", "action", "subject"] as const;
const LABELS = { actor: "Actor", action: "Action", subject: "Subject" };

/** The audit log by actor, action or subject, and whether its chain holds. */
export function AuditTab() {
  const search = useSearch({ from: "/admin" });
  const navigate = useNavigate({ from: "/admin" });
  const filter = Object.fromEntries(FIELDS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const [draft, setDraft] = useState<Record<string, string>>(filter);
  const log = useInfiniteQuery(auditQuery(filter));
  return (
    <Panel
      title="Audit log"
      about="Every decision, refusals too, newest first; each entry holds the digest of the one before"
      actions={<Chain />}
    >
      <form
        className="no-print"
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = Object.fromEntries(FIELDS.map((name) => [name, draft[name]?.trim() || undefined]));
          void navigate({ search: (now) => ({ ...now, ...wanted }), replace: true });
        }}
      >
        <Group align="flex-end" mb="md" gap="sm">
          {FIELDS.map((name) => (
            <TextInput
              key={name}
              label={LABELS[name]}
              value={draft[name] ?? ""}
              maxLength={200}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setDraft((now) => ({ ...now, [name]: value }));
              }}
            />
          ))}
          <Button type="submit" variant="default">
            Search
          </Button>
        </Group>
      </form>
      <Found query={log} rows={8}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items);
          if (rows.length === 0) return <Nothing>No entry fits.</Nothing>;
          return (
            <Stack align="flex-start">
              <Rows
                label="Audit log"
                rows={rows}
                rowKey={(row) => row.id}
                width={860}
                columns={[
                  { title: "No.", cell: (row) => row.id },
                  { title: "When", cell: (row) => <span className="figures">{moment(row.at)}</span> },
                  { title: "Who", cell: (row) => row.actor },
                  { title: "What", cell: (row) => row.action },
                  { title: "About", cell: (row) => row.subject },
                  {
                    title: "Details",
                    cell: (row) => <Code className="details">{JSON.stringify(row.details)}</Code>,
                  },
                ]}
              />
              {log.hasNextPage ? (
                <Button
                  variant="default"
                  size="xs"
                  loading={log.isFetchingNextPage}
                  onClick={() => void log.fetchNextPage()}
                >
                  Earlier
                </Button>
              ) : null}
            </Stack>
          );
        }}
      </Found>
    </Panel>
  );
}

function Chain() {
  const chain = useQuery(verificationQuery);
  if (chain.data !== undefined)
    return (
      <Alert color={chain.data.intact ? "teal" : "red"} p="xs" role="status">
        {chain.data.intact ? "The chain is intact." : "The chain is broken: finops audit verify says where."}
      </Alert>
    );
  return (
    <Button variant="default" size="xs" loading={chain.isFetching} onClick={() => void chain.refetch()}>
      Verify the chain
    </Button>
  );
}
