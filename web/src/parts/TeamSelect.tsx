import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { costsQuery } from "../api/queries";
import { plus } from "../days";
import { useToday } from "./use-today";

/** The teams that one may see, by what they cost; none means all of them. */
export function TeamSelect({ team, onChange }: { team?: string; onChange: (team?: string) => void }) {
  const today = useToday();
  const teams = useQuery(costsQuery({ since: plus(today, -60), until: today, group_by: "team", limit: 500 }));
  const names = (teams.data?.items ?? []).map((row) => row.team).filter((name) => typeof name === "string");
  const options = [...new Set(team === undefined || team === "" ? names : [...names, team])];
  return (
    <Select
      aria-label="Team"
      placeholder="All teams"
      data={options}
      value={team ?? null}
      onChange={(value) => {
        onChange(value ?? undefined);
      }}
      clearable
      searchable
      w={190}
    />
  );
}
