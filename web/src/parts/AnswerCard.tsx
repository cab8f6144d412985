import { Alert, Badge, Button, Card, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { Answer } from "../api/queries";
import { cellText, choicesOf, followUps, isNumeric, pictureOf, shownColumns } from "../answer";
import { columnTitle, day, metricName } from "../format";
import { plus } from "../days";
import { BarsChart, SeriesChart } from "./lazy-charts";
import { Rows } from "./Rows";
import { Sql } from "./Sql";

const FIRST = 12;

interface Props {
  answer: Answer;
  onAsk: (question: string) => void;
  last: boolean;
}

/** One outcome: a figure with its evidence, a question back, or a refusal with its reason. */
export function AnswerCard({ answer, onAsk, last }: Props) {
  const [headline, ...rest] = answer.text.split("\n").filter((line) => line.trim() !== "");
  if (answer.outcome !== "answer") return <Refused answer={answer} onAsk={onAsk} />;
  const picture = pictureOf(answer);
  const currency = answer.currency ?? "USD";
  return (
    <Card withBorder padding="lg">
      <Stack gap="md">
        <div>
          <Text fw={650} size="lg">
            {headline}
          </Text>
          {rest.map((line) => (
            <Text key={line} size="sm">
              {line}
            </Text>
          ))}
        </div>
        {picture?.kind === "series" ? (
          <SeriesChart
            rows={picture.rows}
            names={picture.names}
            kind={picture.names.length > 1 ? "bars" : "lines"}
            currency={currency}
            label={headline ?? ""}
          />
        ) : null}
        {picture?.kind === "bars" ? <BarsChart rows={picture.rows} currency={currency} label={headline ?? ""} /> : null}
        {answer.rows.length > 0 ? <Table answer={answer} /> : null}
        {answer.certified === undefined ? null : (
          <Text size="sm" c={answer.certified.holds ? "teal" : "dimmed"}>
            {answer.certified.says}
          </Text>
        )}
        <Group gap="xs">
          <Provenance answer={answer} />
        </Group>
        {answer.sql === null ? null : <Sql sql={answer.sql} />}
        {last ? (
          <Group gap="xs" aria-label="Follow-ups" role="group">
            {followUps(answer).map((question) => (
              <Button
                key={question}
                size="xs"
                variant="light"
                onClick={() => {
                  onAsk(question);
                }}
              >
                {question}
              </Button>
            ))}
          </Group>
        ) : null}
      </Stack>
    </Card>
  );
}

function Refused({ answer, onAsk }: Omit<Props, "last">) {
  const colour = answer.outcome === "clarify" ? "blue" : answer.outcome === "blocked" ? "red" : "yellow";
  const titles: Record<string, string> = {
    clarify: "Which is meant?",
    cannot_answer: "Not answered",
    blocked: "Not run",
    timeout: "Too slow",
    unavailable: "Not available",
  };
  return (
    <Alert color={colour} title={titles[answer.outcome] ?? answer.outcome}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm" className="lines">
          {answer.text}
        </Text>
        <Group gap="xs">
          {choicesOf(answer).map((choice) => (
            <Button
              key={choice.question}
              size="xs"
              variant="default"
              onClick={() => {
                onAsk(choice.question);
              }}
            >
              {choice.label}
            </Button>
          ))}
        </Group>
      </Stack>
    </Alert>
  );
}

function Table({ answer }: { answer: Answer }) {
  const [all, setAll] = useState(false);
  const numeric = answer.columns.map((_, index) => isNumeric(answer, index));
  const figure = numeric.indexOf(true, 1);
  const shown = all || answer.rows.length <= FIRST + 3 ? answer.rows : answer.rows.slice(0, FIRST);
  const hidden = answer.rows.length - shown.length;
  return (
    <div>
      <Rows
        label="Rows"
        width={0}
        rows={shown}
        rowKey={(_, place) => place}
        columns={shownColumns(answer).map((index) => ({
          title: columnTitle(answer.columns[index] ?? ""),
          right: numeric[index],
          first: index === 0 ? "name" : index === figure ? "figure" : undefined,
          cell: (row: Answer["rows"][number]) => cellText(answer, row, index),
        }))}
      />
      {hidden > 0 ? (
        <Button
          variant="subtle"
          size="xs"
          onClick={() => {
            setAll(true);
          }}
        >
          Show {hidden} more rows
        </Button>
      ) : null}
    </div>
  );
}

function Provenance({ answer }: { answer: Answer }) {
  const period = answer.period as { start?: string; end?: string } | null;
  const parts = [
    answer.metric === null ? null : metricName(answer.metric),
    period?.start && period.end ? `${day(period.start)} – ${day(plus(period.end, -1))}` : null,
    answer.as_of === null ? null : `bills through ${day(answer.as_of)}`,
    answer.translator === "llm" ? "understood by a model, checked" : "understood by rules",
  ];
  return parts
    .filter((part) => part !== null)
    .map((part) => (
      <Badge key={part} variant="default" tt="none" fw={500}>
        {part}
      </Badge>
    ));
}
