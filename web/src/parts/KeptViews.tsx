import { Button, CloseButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useDropView, useKeepView, viewsQuery } from "../api/keeping";
import { type ExploreSearch, exploreSearch } from "../search";
import { LinkButton } from "./links";
import { Found, Panel, Problem } from "./states";

/** The views that somebody keeps, and a form to keep this one. */
export function KeptViews({ search }: { search: ExploreSearch }) {
  const [name, setName] = useState("");
  const views = useQuery(viewsQuery);
  const drop = useDropView();
  const keep = useKeepView(() => {
    setName("");
  });
  return (
    <Panel title="My views" about="Nobody else sees them; to show one to somebody, send its address">
      <Stack gap="sm">
        <Found query={views} rows={1}>
          {({ items }) =>
            items.length === 0 ? (
              <Text size="sm" c="dimmed">
                You keep no view yet.
              </Text>
            ) : (
              <Group gap="xs" role="list" aria-label="My views">
                {items.map((view) => (
                  <Group key={view.name} gap={0} role="listitem" wrap="nowrap">
                    <LinkButton to="/explore" search={exploreSearch(view.search)} variant="light" size="xs">
                      {view.name}
                    </LinkButton>
                    <CloseButton
                      size="sm"
                      aria-label={`Delete the view ${view.name}`}
                      disabled={drop.isPending}
                      onClick={() => {
                        drop.mutate(view.name);
                      }}
                    />
                  </Group>
                ))}
              </Group>
            )
          }
        </Found>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== "") keep.mutate({ name: name.trim(), search });
          }}
        >
          <Group gap="xs" align="flex-end">
            <TextInput
              label="Keep this view as"
              value={name}
              maxLength={80}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
            />
            <Button type="submit" variant="default" loading={keep.isPending} disabled={name.trim() === ""}>
              Keep
            </Button>
          </Group>
        </form>
        {keep.isError ? <Problem error={keep.error} /> : null}
        {drop.isError ? <Problem error={drop.error} /> : null}
      </Stack>
    </Panel>
  );
}
