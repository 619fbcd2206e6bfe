import type { INodeProperties } from 'n8n-workflow';

import { optionFields } from '../nodes/Segmind/jobs/options';
import { OPTIONS } from '../nodes/Segmind/jobs/optionTable';
import type { Attribute, Model } from '../nodes/Segmind/models/attribute';
import { fieldDefault, isRequired, mayBeEmpty } from '../nodes/Segmind/models/attribute';
import { code, codes, toTable } from './markdown';

function attributeType(attribute: Attribute): string {
	switch (attribute.type) {
		case 'text':
			return 'text';
		case 'image':
			return 'https address, or input field with the picture';
		case 'images':
			return 'https addresses, or input fields with the pictures';
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

const drawnBy = (attribute: Attribute) => (attribute.type === 'integer' ? attribute.drawn : undefined);

function attributeDefault(attribute: Attribute): string {
	const drawn = drawnBy(attribute);
	if (drawn !== undefined) return `drawn, 0 to ${drawn.max}`;
	const initial = fieldDefault(attribute);
	const value = initial === '' ? 'none' : code(initial);
	return isRequired(attribute) ? `${value}, required` : value;
}

function attributeLimits(attribute: Attribute): string {
	if (attribute.type === 'text') return isRequired(attribute) ? 'not blank' : '';
	if (attribute.type === 'images') return `up to ${attribute.max}`;
	if (attribute.type === 'decimal') return `${attribute.min} to ${attribute.max}`;
	if (attribute.type !== 'integer') return '';
	const { min, max, unit, multipleOf } = attribute;
	const range = `${min} to ${max}${unit === undefined ? '' : ` ${unit}`}`;
	return multipleOf === undefined ? range : `${range}, rounded to the nearest multiple of ${multipleOf}`;
}

/** When an attribute is part of the request. */
function whenSent(attribute: Attribute, { attributes }: Model): string {
	const { onlyFor, place } = attribute;
	const isSent = !mayBeEmpty(attribute) || drawnBy(attribute) !== undefined;
	const other = attributes.find(({ wire }) => wire === onlyFor?.wire);
	const conditions = [
		...(isSent ? [] : [place === 'top' ? 'set' : 'added']),
		...(onlyFor === undefined
			? []
			: [`${other?.label ?? onlyFor.wire} is ${onlyFor.values.map(code).join(' or ')}`]),
	];
	return conditions.length === 0 ? 'always' : `when ${conditions.join(' and ')}`;
}

/** What a user can enter for a model, and how it is sent. */
export function parameterTable(model: Model): string {
	return toTable(
		['Parameter', 'Name', 'Attribute', 'Type or values', 'Default', 'Limits', 'Sent'],
		model.attributes.map((attribute) => [
			attribute.label,
			code(`${attribute.place === 'top' ? '' : 'additionalFields.'}${attribute.parameter}`),
			code(attribute.wire),
			attributeType(attribute),
			attributeDefault(attribute),
			attributeLimits(attribute),
			whenSent(attribute, model),
		]),
	);
}

function optionValues({ type, options = [], typeOptions = {} }: INodeProperties): string {
	if (type === 'boolean') return codes([true, false]);
	if (type === 'options')
		return codes(options.flatMap((option) => ('value' in option ? [option.value] : [])));
	const { minValue, maxValue } = typeOptions;
	if (minValue === undefined) return 'text';
	return maxValue === undefined ? `${minValue} or more` : `${minValue} to ${maxValue}`;
}

/** What holds when an option is not added. */
function optionDefault({ name, default: start }: INodeProperties): string {
	const { leftOut = start } = OPTIONS[name as keyof typeof OPTIONS];
	return leftOut === '' ? 'empty' : code(leftOut);
}

/** What is under Options. */
export function optionTable(): string {
	return toTable(
		['Option', 'Name', 'Default', 'Values', 'What it does'],
		optionFields()
			.toSorted((one, other) => one.displayName.localeCompare(other.displayName))
			.map((field) => [
				field.displayName,
				code(field.name),
				optionDefault(field),
				optionValues(field),
				field.description ?? '',
			]),
	);
}
