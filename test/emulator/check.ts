import type { Attribute, Body, Model } from '../../nodes/Segmind/model/attribute';
import { applies } from '../../nodes/Segmind/model/attribute';

/** What the API says of a body that it does not take. */
export interface BodyRefused {
	readonly status: 400 | 406;
	readonly error: string;
}

const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);

/** A form has only text: numbers and yes or no come as their words. */
function fromForm(attribute: Attribute, value: unknown): unknown {
	if (typeof value !== 'string') return value;
	if (attribute.type === 'integer' && /^-?\d+$/.test(value)) return Number(value);
	if (attribute.type === 'decimal' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
	if (attribute.type === 'boolean' && /^(true|false|1|0)$/i.test(value)) return /^(true|1)$/i.test(value);
	return value;
}

function refusalOf(attribute: Attribute, value: unknown): string | undefined {
	const { wire } = attribute;
	switch (attribute.type) {
		case 'text':
			return typeof value === 'string' && value.trim() !== ''
				? undefined
				: `${wire} must be a non-empty string`;
		case 'integer':
			return isWhole(value) && value >= attribute.min && value <= attribute.max
				? undefined
				: `${wire} must be an integer between ${attribute.min} and ${attribute.max}`;
		case 'decimal':
			return typeof value === 'number' && value >= attribute.min && value <= attribute.max
				? undefined
				: `${wire} must be a number between ${attribute.min} and ${attribute.max}`;
		case 'boolean':
			return typeof value === 'boolean' ? undefined : `${wire} must be a boolean`;
		case 'choice': {
			const values = attribute.choices.map((choice) => choice.value);
			return typeof value === 'string' && values.includes(value)
				? undefined
				: `${wire} must be one of: ${values.join(', ')}`;
		}
	}
}

/** The values that the model works with: defaults filled in, sizes rounded, or why the body is refused. */
export function checkBody(
	model: Model,
	body: Readonly<Record<string, unknown>>,
	isForm: boolean,
): Body | BodyRefused {
	const values: Body = {};
	for (const attribute of [...model.attributes].sort(
		(one, other) => Number(!!one.onlyFor) - Number(!!other.onlyFor),
	)) {
		const { wire } = attribute;
		const sent = isForm ? fromForm(attribute, body[wire]) : body[wire];
		if (sent === undefined || !applies(attribute, values)) {
			if (attribute.type === 'text') return { status: 400, error: `Missing required field: ${wire}` };
			values[wire] = attribute.default;
			continue;
		}
		const error = refusalOf(attribute, sent);
		if (error !== undefined) return { status: 406, error: `Invalid value: ${error}` };
		const step = attribute.type === 'integer' ? (attribute.multipleOf ?? 1) : 1;
		values[wire] = typeof sent === 'number' ? Math.round(sent / step) * step : (sent as string | boolean);
	}
	return values;
}
