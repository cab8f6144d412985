import { Table } from "@mantine/core";
import type { Key, ReactNode } from "react";
import { Scroll } from "./Scroll";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  right?: boolean;
}

interface Props<Row> {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row) => Key;
  width?: number;
}

/** A plain table that scrolls sideways where it does not fit, by keyboard too. */
export function Rows<Row>({ label, rows, columns, rowKey, width = 640 }: Props<Row>) {
  return (
    <Scroll label={label}>
      <Table aria-label={label} miw={width}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.title} className={column.right === true ? "right" : undefined}>
                {column.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map((column) => (
                <Table.Td key={column.title} className={column.right === true ? "right figures" : undefined}>
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
