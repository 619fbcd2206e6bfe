const escaped = (cell: string): string => cell.replaceAll('|', '\\|');

/** A table laid out as prettier would, so that formatting leaves what was generated alone. */
export function toTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const lines = [head, ...rows].map((line) => line.map(escaped));
	const widths = head.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
	const toLine = (cells: readonly string[]): string =>
		`| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
	const [first = [], ...rest] = lines;
	const rule = widths.map((width) => '-'.repeat(width));
	return [first, rule, ...rest].map(toLine).join('\n');
}

/** A value as code. */
export const code = (value: unknown): string => `\`${String(value)}\``;

/** Values as code, in a list. */
export const codes = (values: readonly unknown[]): string => values.map(code).join(', ');
