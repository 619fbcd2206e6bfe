import type { INodeProperties } from 'n8n-workflow';

import type { NumberRange } from './checks';
import { toBoolean, toChoice, toNumber, toWholeNumber } from './checks';

/** The operations that have options. */
export type OptionUser = 'image:edit' | 'image:generate' | 'image:getResult' | 'model:run' | 'pixelFlow:run';

/** One option: its field, and how its value is checked. */
export interface Option<T> {
	readonly field: Omit<INodeProperties, 'name'>;
	readonly usedBy: readonly OptionUser[];
	/** What is different about the field for an operation: several fields where it depends on another option. */
	readonly variants?: Partial<Record<OptionUser, ReadonlyArray<Partial<INodeProperties>>>>;
	/** What holds when it is not added, where that differs from what the field starts with. */
	readonly leftOut?: T;
	/** Whether an expression that finds nothing is refused, rather than taken for the default. */
	readonly mustBeFound?: boolean;
	/** @throws {SegmindError} that names the option */
	parse(value: unknown): T;
}

/** An option that takes a whole number. */
export const wholeNumber = (
	usedBy: readonly OptionUser[],
	displayName: string,
	range: NumberRange & { readonly default: number },
	description: string,
): Option<number> => ({
	field: {
		displayName,
		type: 'number',
		typeOptions: { minValue: range.min, maxValue: range.max, numberPrecision: 0 },
		default: range.default,
		description,
	},
	usedBy,
	parse: (value) => toWholeNumber(value, displayName, range),
});

/** An option that limits spending in US dollars; 0 is no limit. A limit that is not found must not mean none. */
export const dollarLimit = (
	usedBy: readonly OptionUser[],
	displayName: string,
	description: string,
): Option<number> => ({
	field: {
		displayName,
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 0,
		description,
	},
	usedBy,
	mustBeFound: true,
	parse: (value) => toNumber(value, displayName, { min: 0, max: 1_000_000, unit: 'US dollars' }),
});

/** An option that is on or off, and off by default. */
export const toggle = (
	usedBy: readonly OptionUser[],
	displayName: string,
	description: string,
): Option<boolean> => ({
	field: { displayName, type: 'boolean', default: false, description },
	usedBy,
	parse: (value) => toBoolean(value, displayName),
});

/** An option with a list of values. */
export const choice = <T extends string>(
	usedBy: readonly OptionUser[],
	displayName: string,
	choices: ReadonlyArray<{ readonly name: string; readonly value: T; readonly description: string }>,
	defaultValue: T,
	description: string,
): Option<T> => ({
	field: { displayName, type: 'options', options: [...choices], default: defaultValue, description },
	usedBy,
	parse: (value) =>
		toChoice(
			value,
			displayName,
			choices.map((each) => each.value),
		),
});
