import { Table } from "@mantine/core";
import { type Key, type ReactNode, useState } from "react";
import { Scroll } from "./Scroll";
import { useNear } from "./use-near";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  right?: boolean;
  /** What is told first of a row where a telephone folds it: its name, and the figure beside that. */
  first?: "name" | "figure";
  /** Cut off, with the whole shown on pointing, where there is no room. */
  clip?: (row: Row) => string;
  /** Cut off sooner: the table has half of the page. */
  narrow?: boolean;
  /** A third of the table; a line of its own where rows fold. */
  wide?: boolean;
  /** The head is for those who do not see the table. */
  bare?: boolean;
}

interface Props<Row> {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row, place: number) => Key;
  width?: number;
  /** The last rows, a cell a column each, null where nothing stands. */
  feet?: { key: Key; cells: ReactNode[] }[];
  sticky?: boolean;
  /** Called near the last row: more may be fetched then. */
  onEnd?: () => void;
}

function classOf<Row>(column: Column<Row>): string {
  const { first, right, clip, narrow, wide } = column;
  return [
    first ?? "more",
    wide === true ? "line" : "",
    right === true ? "right figures" : "",
    clip === undefined ? "" : "clip",
    narrow === true ? "narrow" : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * A table that scrolls sideways where it does not fit, by keyboard too. On a telephone its rows fold instead: a name, a
 * figure beside it, and what else there is below, with its title. The first column is the name unless one says so. Of
 * many rows those near the window are drawn.
 */
export function Rows<Row>({ label, rows, columns, rowKey, width = 640, feet = [], sticky = false, onEnd }: Props<Row>) {
  const [tableBody, setTableBody] = useState<HTMLElement | null>(null);
  const { places, around, measure } = useNear(rows.length, tableBody, onEnd);
  const named = columns.some((column) => column.first === "name");
  const folded = named
    ? columns
    : columns.map((column, at) => (at === 0 ? { ...column, first: "name" as const } : column));
  const bare = columns.every((column) => column.bare === true);
  return (
    <Scroll label={label}>
      <Table
        aria-label={label}
        aria-rowcount={around === null ? undefined : rows.length + 1}
        miw={width}
        className="folds"
        stickyHeader={sticky}
        highlightOnHover={sticky}
      >
        <Table.Thead className={bare ? "unseen" : undefined}>
          <Table.Tr>
            {folded.map((column) => (
              <Table.Th
                key={column.title}
                className={column.right === true ? "right" : undefined}
                w={column.wide === true ? "34%" : undefined}
              >
                {column.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={setTableBody}>
          {around === null ? null : <Spacer height={around.before} />}
          {places.map((place) => {
            const row = rows[place];
            return row === undefined ? null : (
              <Table.Tr
                key={rowKey(row, place)}
                ref={measure}
                data-index={place}
                aria-rowindex={around === null ? undefined : place + 2}
              >
                {folded.map((column) => (
                  <Table.Td
                    key={column.title}
                    className={classOf(column)}
                    data-title={column.title}
                    title={column.clip?.(row)}
                  >
                    {column.cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
          {around === null ? null : <Spacer height={around.after} />}
        </Table.Tbody>
        {feet.length === 0 ? null : (
          <Table.Tfoot>
            {feet.map((foot) => (
              <Table.Tr key={foot.key}>
                {folded.map((column, at) => (
                  <Table.Th
                    key={column.title}
                    className={classOf({ ...column, clip: undefined })}
                    data-title={column.title}
                  >
                    {foot.cells[at]}
                  </Table.Th>
                ))}
              </Table.Tr>
            ))}
          </Table.Tfoot>
        )}
      </Table>
    </Scroll>
  );
}

/** Stands for rows that are not drawn. */
function Spacer({ height }: { height: number }) {
  return <tr aria-hidden className="spacer" style={{ height }} />;
}
