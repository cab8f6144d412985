import { Button, Card, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import { type Answer, ask } from "../api/queries";
import { AnswerCard } from "../parts/AnswerCard";
import { Problem, Waiting } from "../parts/states";
import { newThread } from "../thread";

const EXAMPLES = [
  "what did we spend last month by service?",
  "which team grew most this month?",
  "why did our cost change last week?",
  "top 10 resources by cost last month",
];

interface Turn {
  question: string;
  answer?: Answer;
  error?: unknown;
}

/** A conversation: the next question amends the last one, as in a thread of Slack. */
export function AskPage() {
  const { q } = useSearch({ from: "/ask" });
  const [thread] = useState(newThread);
  const [turns, setTurns] = useState<Turn[]>([]);
  const [text, setText] = useState("");
  const asked = useRef<string | undefined>(undefined);
  const last = useRef<HTMLDivElement>(null);
  const asking = useMutation({ mutationFn: (question: string) => ask(question, thread) });
  const { mutate, isPending } = asking;

  function put(question: string) {
    const wanted = question.trim();
    if (wanted === "" || isPending) return;
    setText("");
    setTurns((before) => [...before, { question: wanted }]);
    const settle = (outcome: Partial<Turn>) => {
      setTurns((before) => [...before.slice(0, -1), { question: wanted, ...outcome }]);
    };
    mutate(wanted, {
      onSuccess: (answer) => {
        settle({ answer });
      },
      onError: (error) => {
        settle({ error });
      },
    });
  }

  useEffect(() => {
    if (q === undefined || asked.current === q) return;
    asked.current = q;
    put(q);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a question of the address is asked once
  }, [q]);
  useEffect(() => {
    if (turns.length > 1) last.current?.scrollIntoView({ block: "start" });
  }, [turns]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      put(text);
    }
  }

  return (
    <Stack gap="lg" maw={980}>
      <Title order={1} size="h2">
        Ask
      </Title>
      {turns.length === 0 ? (
        <Stack gap="xs" align="flex-start">
          <Text c="dimmed">
            A question about cost in your own words. Figures come from the bills, with the SQL behind them.
          </Text>
          {EXAMPLES.map((example) => (
            <Button
              key={example}
              variant="default"
              size="sm"
              onClick={() => {
                put(example);
              }}
            >
              {example}
            </Button>
          ))}
        </Stack>
      ) : null}
      <Stack gap="lg" role="log" aria-label="Conversation">
        {turns.map((turn, number) => (
          <Stack key={number} gap="xs" className="turn" ref={number === turns.length - 1 ? last : undefined}>
            <Text fw={600}>{turn.question}</Text>
            {turn.answer === undefined && turn.error === undefined ? (
              <Card withBorder>
                <Waiting rows={3} />
              </Card>
            ) : null}
            {turn.error === undefined ? null : (
              <Problem
                error={turn.error}
                again={() => {
                  put(turn.question);
                }}
              />
            )}
            {turn.answer === undefined ? null : (
              <AnswerCard answer={turn.answer} onAsk={put} last={number === turns.length - 1} />
            )}
          </Stack>
        ))}
      </Stack>
      <form
        className="composer"
        onSubmit={(event) => {
          event.preventDefault();
          put(text);
        }}
      >
        <Group align="flex-end" gap="sm" wrap="nowrap">
          <Textarea
            aria-label="Question"
            placeholder={turns.length === 0 ? "What did checkout cost last week?" : "A follow-up: and by region?"}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
            }}
            onKeyDown={onKeyDown}
            autosize
            minRows={1}
            maxRows={6}
            maxLength={2000}
            flex={1}
            autoFocus
          />
          <Button type="submit" loading={isPending} disabled={text.trim() === ""}>
            Ask
          </Button>
        </Group>
      </form>
    </Stack>
  );
}
