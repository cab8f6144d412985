import { Button, Chip, Group, NativeSelect, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { channelsQuery, subscriptionsQuery, useEndSubscription, useSend } from "../api/keeping";
import { Found, Panel, Problem } from "./states";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MYSELF = "me";

/** Where a view's answer goes: to a channel now, or on some days of each week. */
export function SendForm({ question, fixed }: { question: string; fixed: boolean }) {
  const [channel, setChannel] = useState(MYSELF);
  const [again, setAgain] = useState("now");
  const [days, setDays] = useState(["0", "1", "2", "3", "4"]);
  const [at, setAt] = useState("09:00");
  const [told, setTold] = useState("");
  const channels = useQuery(channelsQuery);
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const send = useSend(() => {
    setTold(
      again === "now" ? "It is asked; the answer comes in Slack." : "Subscribed; Slack says where it will arrive.",
    );
  });

  function submit() {
    setTold("");
    const plan = again === "now" ? null : { weekdays: days.map(Number).sort(), at, timezone };
    send.mutate({ question, channel, plan });
  }

  return (
    <Panel title="Send to Slack" about={`“${question}”, asked as you: it shows what you may see`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="sm" align="flex-start">
          <Group align="flex-end">
            <NativeSelect
              label="Where"
              value={channel}
              data={[
                { value: MYSELF, label: "to me" },
                ...(channels.data?.items ?? []).map((one) => ({ value: one.channel, label: one.channel })),
              ]}
              onChange={(event) => {
                setChannel(event.currentTarget.value);
              }}
            />
            <SegmentedControl
              aria-label="When"
              value={again}
              data={[
                { value: "now", label: "once, now" },
                { value: "again", label: "again and again" },
              ]}
              onChange={setAgain}
            />
          </Group>
          {again === "now" ? null : (
            <>
              <Chip.Group multiple value={days} onChange={setDays}>
                <Group gap={6} role="group" aria-label="Days">
                  {DAYS.map((name, number) => (
                    <Chip key={name} value={String(number)} size="xs">
                      {name}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
              <TextInput
                type="time"
                label={`At (${timezone})`}
                value={at}
                onChange={(event) => {
                  setAt(event.currentTarget.value);
                }}
              />
              {fixed ? (
                <Text size="sm">These days are always the same ones; choose a period like “last month” instead.</Text>
              ) : null}
            </>
          )}
          <Button type="submit" loading={send.isPending} disabled={again !== "now" && (days.length === 0 || at === "")}>
            {again === "now" ? "Send" : "Subscribe"}
          </Button>
          {told === "" ? null : (
            <Text size="sm" role="status">
              {told}
            </Text>
          )}
          {send.isError ? <Problem error={send.error} /> : null}
        </Stack>
      </form>
      <Subscribed />
    </Panel>
  );
}

function Subscribed() {
  const mine = useQuery(subscriptionsQuery);
  const end = useEndSubscription();
  return (
    <Found query={mine} rows={1}>
      {({ items }) =>
        items.length === 0 ? null : (
          <Stack gap={4} mt="md" role="list" aria-label="Subscriptions">
            {items.map((one) => (
              <Group key={one.id} gap="xs" role="listitem">
                <Text size="sm">{one.says}</Text>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  aria-label={`End ${one.says}`}
                  disabled={end.isPending}
                  onClick={() => {
                    end.mutate(one.id);
                  }}
                >
                  End
                </Button>
              </Group>
            ))}
            {end.isError ? <Problem error={end.error} /> : null}
          </Stack>
        )
      }
    </Found>
  );
}
