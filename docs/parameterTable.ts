import type { Attribute, Model } from '../nodes/Segmind/model/attribute';
import { code, codes, toTable } from './markdown';

const HEAD = ['Parameter', 'Name', 'Attribute', 'Type or values', 'Default', 'Limits', 'Sent'];

const nameOf = ({ place, parameter }: Attribute): string =>
	place === 'top' ? parameter : `additionalFields.${parameter}`;

function typeOf(attribute: Attribute): string {
	switch (attribute.type) {
		case 'text':
			return 'text';
		case 'integer':
			return 'whole number';
		case 'decimal':
			return 'number';
		case 'boolean':
			return codes([true, false]);
		case 'choice':
			return codes(attribute.choices.map(({ value }) => value));
	}
}

function defaultOf(attribute: Attribute): string {
	if (attribute.type === 'text') return 'none, required';
	if (attribute.type !== 'integer' || attribute.drawn === undefined) return code(attribute.default);
	return `drawn, 0 to ${attribute.drawn.max}`;
}

function limitsOf(attribute: Attribute): string {
	if (attribute.type === 'text') return 'not blank';
	if (attribute.type === 'decimal') return `${attribute.min} to ${attribute.max}`;
	if (attribute.type !== 'integer') return '';
	const { min, max, unit, multipleOf } = attribute;
	const range = `${min} to ${max}${unit === undefined ? '' : ` ${unit}`}`;
	return multipleOf === undefined ? range : `${range}, rounded to the nearest multiple of ${multipleOf}`;
}

/** In which case another attribute lets this one be sent; undefined when none has a say. */
function conditionOf({ onlyFor }: Attribute, { attributes }: Model): string | undefined {
	if (onlyFor === undefined) return undefined;
	const other = attributes.find(({ wire }) => wire === onlyFor.wire);
	return `${other?.label ?? onlyFor.wire} is ${onlyFor.values.map(code).join(' or ')}`;
}

function sentOf(attribute: Attribute, model: Model): string {
	const condition = conditionOf(attribute, model);
	const isDrawn = attribute.type === 'integer' && attribute.drawn !== undefined;
	if (attribute.place === 'top' || isDrawn) return condition === undefined ? 'always' : `when ${condition}`;
	return condition === undefined ? 'when added' : `when added and ${condition}`;
}

/** What the user can fill in for a model, and what becomes of it on the wire. */
export function parameterTable(model: Model): string {
	const rows = model.attributes.map((attribute) => [
		attribute.label,
		code(nameOf(attribute)),
		code(attribute.wire),
		typeOf(attribute),
		defaultOf(attribute),
		limitsOf(attribute),
		sentOf(attribute, model),
	]);
	return toTable(HEAD, rows);
}
