import { Alert, Button, Card, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ApiError } from "../api/client";

export function Problem({ error, again }: { error: unknown; again?: () => void }) {
  const status = error instanceof ApiError ? error.status : 0;
  const title = status === 403 ? "You may not see this" : status === 429 ? "A moment, please" : "This did not work";
  const text = error instanceof Error ? error.message : "The server cannot be reached; check the network.";
  const reference = error instanceof ApiError ? error.reference : undefined;
  return (
    <Alert color={status === 403 ? "gray" : "red"} title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text}</Text>
        {reference === undefined ? null : <Text size="xs">Reference {reference}</Text>}
        {again === undefined || status === 403 ? null : (
          <Button size="xs" variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function Waiting({ rows = 4 }: { rows?: number }) {
  return (
    <Stack gap="sm" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} width={`${100 - ((row * 17) % 45)}%`} />
      ))}
    </Stack>
  );
}

/** A whole page has nothing to show: what it would show, and that all is well. */
export function Empty({ children }: { children: ReactNode }) {
  return (
    <div className="empty">
      <Text c="dimmed">{children}</Text>
    </div>
  );
}

export function Nothing({ children }: { children: ReactNode }) {
  return (
    <Text c="dimmed" py="md">
      {children}
    </Text>
  );
}

/** What a query has found, or that it waits, or why it failed. */
export function Found<T>(props: { query: UseQueryResult<T>; rows?: number; children: (data: T) => ReactNode }) {
  const { query } = props;
  if (query.data !== undefined) return <>{props.children(query.data)}</>;
  if (query.isError) return <Problem error={query.error} again={() => void query.refetch()} />;
  return <Waiting rows={props.rows} />;
}

export function Panel(props: { title: string; about?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <Card withBorder component="section" padding="lg" aria-label={props.title}>
      <Group justify="space-between" align="flex-start" mb="md" gap="xs">
        <div>
          <Title order={2} size="h4">
            {props.title}
          </Title>
          {props.about === undefined ? null : (
            <Text size="sm" c="dimmed">
              {props.about}
            </Text>
          )}
        </div>
        {props.actions}
      </Group>
      {props.children}
    </Card>
  );
}
