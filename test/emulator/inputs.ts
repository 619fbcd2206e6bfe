import type { PublishedAttribute, PublishedModel } from './published';
import { SIZES } from './published';

/** The values that the model works with, or the error of a body that it does not accept. */
export type Inputs =
	| {
			readonly values: Readonly<Record<string, unknown>>;
			readonly status?: undefined;
			readonly error?: undefined;
	  }
	| { readonly values?: undefined; readonly status: 400 | 406; readonly error: string };

const isTextList = (value: unknown): value is string[] =>
	Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');

/** Returns the addresses of the pictures that a request refers to. */
export const picturesIn = (
	{ attributes }: PublishedModel,
	values: Readonly<Record<string, unknown>>,
): string[] =>
	Object.entries(attributes)
		.filter(([, { type }]) => type === 'image' || type === 'images')
		.flatMap(([name]) => values[name] ?? [])
		.map(String);

/** What a value must be, undefined if it is that. */
function requirement(attribute: PublishedAttribute, value: unknown): string | undefined {
	const { type, min, max, values = Object.keys(SIZES) } = attribute;
	switch (type) {
		case 'image':
			return typeof value === 'string' ? undefined : 'a URL';
		case 'images':
			return isTextList(value) && value.length <= (max ?? Infinity) ? undefined : 'a list of URLs';
		case 'str':
			return typeof value === 'string' && value.trim() !== '' ? undefined : 'a non-empty string';
		case 'bool':
			return typeof value === 'boolean' ? undefined : 'a boolean';
		case 'enum':
			return typeof value === 'string' && values.includes(value) ? undefined : `one of: ${values.join(', ')}`;
		default: {
			const isNumber = type === 'int' ? Number.isInteger(value) : typeof value === 'number';
			const isWithin = Number(value) >= (min ?? -Infinity) && Number(value) <= (max ?? Infinity);
			if (isNumber && isWithin) return undefined;
			const kind = type === 'int' ? 'an integer' : 'a number';
			return min === undefined ? kind : `${kind} between ${min} and ${max}`;
		}
	}
}

/** Checks a request body, rounds sizes, fills in defaults and drops attributes that are ignored. */
export function readInputs({ attributes }: PublishedModel, body: Readonly<Record<string, unknown>>): Inputs {
	const values: Record<string, unknown> = {};
	for (const [name, attribute] of Object.entries(attributes)) {
		const { onlyFor, multipleOf, required } = attribute;
		if (onlyFor !== undefined && !onlyFor.values.includes(String(values[onlyFor.attribute]))) continue;
		const sent = body[name];
		if (sent === undefined) {
			if (required) return { status: 400, error: `Missing required field: ${name}` };
			if (attribute.default !== undefined) values[name] = attribute.default;
			continue;
		}
		const expected = requirement(attribute, sent);
		if (expected !== undefined) return { status: 406, error: `Invalid value: ${name} must be ${expected}` };
		values[name] = multipleOf === undefined ? sent : Math.round(Number(sent) / multipleOf) * multipleOf;
	}
	return { values };
}
