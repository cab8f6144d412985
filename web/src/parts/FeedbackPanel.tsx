import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { type Insight, useFeedback } from "../api/queries";
import type { Level } from "../evidence";
import { percent } from "../format";
import { Rows } from "./Rows";
import { Panel, Problem } from "./states";

const FEEDBACK = [
  { value: "useful", label: "Useful" },
  { value: "noise", label: "Noise: close it" },
  { value: "fewer", label: "Fewer of these" },
] as const;

const SAYS: Record<string, string> = {
  useful: "called useful",
  noise: "called noise: the next one must be half as large again",
  fewer: "fewer of these are wanted: they have to stand out further",
};

/** What people think of an alert, and what each sensitivity would have told of its scope. */
export function FeedbackPanel({ insight, levels }: { insight: Insight; levels: Level[] }) {
  const feedback = useFeedback(insight.id);
  const [reason, setReason] = useState("");
  const anomaly = insight.kind === "anomaly";
  return (
    <Panel title="Was it worth an alert?" about="Useful takes Fewer of these back">
      <Stack align="flex-start">
        {insight.feedback ? (
          <Text size="sm" role="status">
            It was {SAYS[insight.feedback] ?? insight.feedback}.
          </Text>
        ) : null}
        {levels.length === 0 ? null : (
          <>
            <Text size="sm" c="dimmed">
              Measured on the bills of this scope, with events of known size planted into them:
            </Text>
            <Rows
              label="What each sensitivity would have told"
              width={420}
              rows={levels}
              rowKey={(one) => one.level}
              columns={[
                {
                  title: "Alerts",
                  cell: (one) => `${one.level}${isNow(one, insight.feedback === "fewer") ? " (now)" : ""}`,
                },
                { title: "A month", right: true, first: "figure", cell: (one) => one.alerts.toFixed(1) },
                { title: "Events found", right: true, cell: (one) => percent(one.recall) },
                { title: "Alerts that were one", right: true, cell: (one) => percent(one.precision) },
              ]}
            />
          </>
        )}
        <TextInput
          label="Why"
          value={reason}
          maxLength={500}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
          w="100%"
        />
        <Group>
          {FEEDBACK.filter(({ value }) => anomaly || value !== "fewer").map(({ value, label }) => (
            <Button
              key={value}
              variant="default"
              loading={feedback.isPending && feedback.variables.feedback === value}
              disabled={feedback.isPending}
              onClick={() => {
                feedback.mutate({ feedback: value, reason });
              }}
            >
              {label}
            </Button>
          ))}
        </Group>
        {feedback.isError ? <Problem error={feedback.error} /> : null}
      </Stack>
    </Panel>
  );
}

/** The level that holds now: what people asked for goes before what was measured as the present one. */
function isNow(level: Level, fewer: boolean): boolean {
  return fewer ? level.level === "fewer" : level.now;
}
