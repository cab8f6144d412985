import { Checkbox, Table, Text } from "@mantine/core";

import type { Proposal } from "../api/approvals";
import { resourcesOf, stepWord } from "../approval";
import { money } from "../format";
import { Scroll } from "./Scroll";

interface Props {
  proposal: Proposal;
  /** The resources that are kept; null where nobody can choose. */
  ticked: string[] | null;
  onTick: (ticked: string[]) => void;
}

/** The frozen steps with their evidence; once it runs, how far each is. */
export function Steps({ proposal, ticked, onTick }: Props) {
  const started = !["proposed", "rejected", "expired", "void"].includes(proposal.state);
  const first = new Map<string, number>();
  proposal.steps.forEach((step, at) => {
    if (!first.has(step.resource_id)) first.set(step.resource_id, at);
  });
  return (
    <Scroll label="Steps">
      <Table aria-label="Steps" miw={680} verticalSpacing="sm" className="folds">
        <Table.Thead>
          <Table.Tr>
            {ticked === null ? null : (
              <Table.Th w={36}>
                <Checkbox
                  aria-label="All resources"
                  checked={ticked.length === first.size}
                  indeterminate={ticked.length > 0 && ticked.length < first.size}
                  onChange={(event) => {
                    onTick(event.currentTarget.checked ? resourcesOf(proposal) : []);
                  }}
                />
              </Table.Th>
            )}
            <Table.Th>Resource</Table.Th>
            <Table.Th>Change</Table.Th>
            {started ? <Table.Th>State</Table.Th> : null}
            <Table.Th>Evidence</Table.Th>
            <Table.Th className="right">A month</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {proposal.steps.map((step, at) => {
            const own = first.get(step.resource_id) === at;
            const name = step.name ?? step.resource_id;
            return (
              <Table.Tr key={at} data-state={step.state}>
                {ticked === null ? null : (
                  <Table.Td className="tick">
                    {own ? (
                      <Checkbox
                        aria-label={name}
                        checked={ticked.includes(step.resource_id)}
                        onChange={(event) => {
                          onTick(
                            event.currentTarget.checked
                              ? [...ticked, step.resource_id]
                              : ticked.filter((one) => one !== step.resource_id),
                          );
                        }}
                      />
                    ) : null}
                  </Table.Td>
                )}
                <Table.Td className="name clip" title={step.resource_id}>
                  {name}
                  {name === step.resource_id ? null : (
                    <Text size="xs" c="dimmed">
                      {step.resource_id}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td className="more" data-title="Change">
                  {step.says}
                </Table.Td>
                {started ? (
                  <Table.Td className="more" data-title="State">
                    <span className={`step ${step.state}`}>{stepWord(step.state)}</span>
                    {step.error === null ? null : (
                      <Text size="xs" className="worse">
                        {step.error}
                      </Text>
                    )}
                  </Table.Td>
                ) : null}
                <Table.Td className="more line">
                  <Text size="sm">{step.evidence}</Text>
                  {step.arithmetic ? (
                    <Text size="xs" c="dimmed">
                      {step.arithmetic}
                    </Text>
                  ) : null}
                </Table.Td>
                <Table.Td className="figure right figures">
                  {own && step.monthly_savings !== null ? money(step.monthly_savings, proposal.currency) : ""}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
