import type { IDataObject } from 'n8n-workflow';

import { isLink } from '../api/fileUrl';
import { parseJson } from '../api/json';
import {
	checkValues,
	invalidValue,
	isEmpty,
	quote,
	toBoolean,
	toEntry,
	toNumber,
	toWholeNumber,
} from '../jobs/checks';
import { toImageInput, toImageInputs } from '../jobs/imageInput';
import type { CatalogModel } from './catalog';
import type { Parameter } from './parameter';

type Value = IDataObject[string];

/** What to suggest where the list may be wrong. */
const OR_JSON = "or set 'Inputs' to Using JSON, which is sent as it is";

function toLink(value: unknown, label: string): string {
	const link = typeof value === 'string' ? value.trim() : '';
	if (isLink(link)) return link;
	throw invalidValue(
		label,
		`is not the address of a file: ${quote(value)}`,
		`Enter an address that starts with https://, such as the url that File: Upload returns, ${OR_JSON}`,
	);
}

/** The most pictures in one input: more than any known model takes. */
const MAX_PICTURES = 100;

/** Returns addresses and names of input fields, from text separated by commas or new lines, a list, or its JSON. */
function toPictures(value: unknown, label: string): string[] {
	const parsed = typeof value === 'string' && value.trim().startsWith('[') ? parseJson(value) : value;
	const inputs = typeof parsed === 'string' ? parsed.trim().replace(/\s*\n\s*/g, ', ') : parsed;
	return toImageInputs(inputs, label, MAX_PICTURES);
}

/** Returns a list or an object, from itself or its JSON. */
function toNested(value: unknown, label: string, kind: 'list' | 'object'): Value {
	const parsed = typeof value === 'string' ? parseJson(value) : value;
	const isList = Array.isArray(parsed);
	if (kind === 'list' ? isList : typeof parsed === 'object' && parsed !== null && !isList)
		return parsed as Value;
	const example = kind === 'list' ? '["one", "two"]' : '{"name": "value"}';
	throw invalidValue(label, `is not a JSON ${kind}: ${quote(value)}`, `Enter e.g. ${example}`);
}

function toText(value: unknown, label: string): string {
	if (typeof value === 'string') return value;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	throw invalidValue(
		label,
		`is not a text: ${quote(value)}`,
		`Turn it into text with JSON.stringify() in its expression, ${OR_JSON}`,
	);
}

function toValue(parameter: Parameter, value: unknown): Value {
	const { label } = parameter;
	switch (parameter.kind) {
		case 'text':
			return toText(value, label);
		case 'boolean':
			return toBoolean(value, label);
		case 'integer':
		case 'decimal': {
			const { min = -Infinity, max = Infinity } = parameter;
			return (parameter.kind === 'integer' ? toWholeNumber : toNumber)(value, label, { min, max });
		}
		case 'choice': {
			const given = typeof value === 'string' ? value : String(value);
			return toEntry(given, label, parameter.choices, (choice) => [String(choice.value), choice.label]).value;
		}
		case 'image':
			return toImageInput(value, label);
		case 'images':
			return toPictures(value, label);
		case 'link':
			return toLink(value, label);
		case 'list':
		case 'object':
			return toNested(value, label, parameter.kind);
	}
}

function unknownInput(name: string, { name: model, parameters = [] }: CatalogModel): Error {
	const known = parameters.filter(({ hidden }) => !hidden).map(({ wire }) => wire);
	return invalidValue(
		'Inputs',
		`has ${quote(name)}, which ${model} does not take`,
		`Remove it, ${OR_JSON}. The model takes ${known.join(', ')}`,
	);
}

/** Returns the inputs that have a value: the model decides about the others. */
export const withoutEmpty = (inputs: Readonly<IDataObject>): IDataObject =>
	Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isEmpty(value)));

/**
 * Returns the inputs of a model, converted to its published types and without empty ones. Without published parameters
 * they stay as they are.
 *
 * @throws {SegmindError} for the first that is unknown, missing or out of range
 */
export function toCheckedInputs(model: CatalogModel, inputs: Readonly<IDataObject>): IDataObject {
	const given = withoutEmpty(inputs);
	checkValues(given, 'Inputs');
	const { parameters } = model;
	if (parameters === undefined) return given;
	const checked: IDataObject = {};
	for (const parameter of parameters) {
		const { wire, label } = parameter;
		if (Object.hasOwn(given, wire)) checked[wire] = toValue(parameter, given[wire]);
		else if (parameter.required && !parameter.hidden) {
			throw invalidValue(label, `is empty, and ${model.name} needs it`, "Enter it under 'Inputs'");
		}
	}
	const unknown = Object.keys(given).find((name) => !Object.hasOwn(checked, name));
	if (unknown !== undefined) throw unknownInput(unknown, model);
	return checked;
}
