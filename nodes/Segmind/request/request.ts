import type { IDataObject } from 'n8n-workflow';

import type { Attribute, Body, IntegerAttribute, Model } from '../model/attribute';
import { applies } from '../model/attribute';
import { Refusal } from '../segmind/refusal';

/** What the user entered, by parameter name; expressions may have made anything of it. */
export type Entered = Readonly<Record<string, unknown>>;

/** A size that the API would round, and what is sent instead, in pixels. */
export interface Rounding {
	readonly label: string;
	readonly entered: number;
	readonly sent: number;
	/** What the API counts in. */
	readonly step: number;
}

/** A checked request for one image. */
export interface ImageRequest {
	readonly model: Pick<Model, 'id' | 'price' | 'attributes'>;
	readonly body: Readonly<IDataObject>;
	/** True when nobody gave a seed and the node drew one. */
	readonly seedDrawn: boolean;
	readonly roundings: readonly Rounding[];
	/** Whether the answer may be another file than a picture. */
	readonly anyMedia: boolean;
}

/** A whole number from 0 to `max`, both possible. */
export type Draw = (max: number) => number;

/** A value that was refused before anything was sent. */
export function refuseValue(label: string, what: string, advice: string): Refusal {
	return new Refusal('request', `'${label}' ${what}`, `${advice}. Nothing was sent and nothing was billed.`);
}

const isEmpty = (value: unknown): boolean =>
	value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** A value as JSON, or its type where it can't be. */
function asJson(value: unknown): string {
	try {
		return JSON.stringify(value) ?? typeof value;
	} catch {
		return typeof value;
	}
}

/** How a message names a value: short, in one line, and never more than the eye takes in. */
function shown(value: unknown): string {
	const characters = Array.from(asJson(value));
	return characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : characters.join('');
}

/** Digits as people and sheets write them; other notations are as likely a slip. */
const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;

/** A field that takes a number. */
export interface NumberField {
	readonly label: string;
	readonly min: number;
	readonly max: number;
	readonly unit?: string;
}

function adviceFor({ min, max, unit }: NumberField, kind: string): string {
	return `Use a ${kind} from ${min} to ${max}${unit === undefined ? '' : ` (${unit})`}`;
}

/**
 * A number within bounds, from a number or its digits.
 *
 * @throws {Refusal} that names the field
 */
export function toNumber(value: unknown, field: NumberField, kind = 'number'): number {
	const advice = adviceFor(field, kind);
	const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
	if (typeof number !== 'number' || !Number.isFinite(number)) {
		throw refuseValue(field.label, isEmpty(value) ? 'is empty' : `is not a number: ${shown(value)}`, advice);
	}
	if (number < field.min || number > field.max) {
		throw refuseValue(field.label, `is out of range: ${number}`, advice);
	}
	return number;
}

/**
 * A whole number within bounds, from a number or its digits.
 *
 * @throws {Refusal} that names the field
 */
export function toWhole(value: unknown, field: NumberField): number {
	const kind = 'whole number';
	const number = toNumber(value, field, kind);
	if (Number.isInteger(number)) return number;
	throw refuseValue(field.label, `is not a whole number: ${number}`, adviceFor(field, kind));
}

/**
 * Yes or no, from a boolean or its word.
 *
 * @throws {Refusal} that names the field
 */
export function toBoolean(value: unknown, label: string): boolean {
	if (typeof value === 'boolean') return value;
	const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
	if (word === 'true') return true;
	if (word === 'false') return false;
	throw refuseValue(label, `is neither true nor false: ${shown(value)}`, 'Use true or false');
}

/**
 * Text with something in it, as it was entered.
 *
 * @throws {Refusal} that names the field
 */
export function toText(value: unknown, label: string, example: string): string {
	if (isEmpty(value)) throw refuseValue(label, 'is empty', `Enter a text, ${example}`);
	if (typeof value === 'string') return value;
	throw refuseValue(
		label,
		`is not a text: ${shown(value)}`,
		'Point its expression at a field that holds text, or turn the value into text with String()',
	);
}

function toChoice(value: unknown, label: string, choices: readonly string[]): string {
	const choice = typeof value === 'string' ? value.trim() : value;
	if (typeof choice === 'string' && choices.includes(choice)) return choice;
	throw refuseValue(
		label,
		isEmpty(value) ? 'is empty' : `is not a value that the model knows: ${shown(value)}`,
		`Use one of ${choices.join(', ')}`,
	);
}

function toValue(attribute: Attribute, value: unknown): string | number | boolean {
	switch (attribute.type) {
		case 'text':
			return toText(value, attribute.label, attribute.placeholder);
		case 'integer':
			return toWhole(value, attribute);
		case 'decimal':
			return toNumber(value, attribute);
		case 'boolean':
			return toBoolean(value, attribute.label);
		case 'choice':
			return toChoice(
				value,
				attribute.label,
				attribute.choices.map((choice) => choice.value),
			);
	}
}

function roundingOf(
	{ label, multipleOf: step = 1 }: IntegerAttribute,
	entered: number,
): Rounding | undefined {
	const sent = Math.round(entered / step) * step;
	return sent === entered ? undefined : { label, entered, sent, step };
}

/** Choices go first, because other attributes apply only for some of them. */
const inOrderOfChecks = (attributes: readonly Attribute[]): Attribute[] => [
	...attributes.filter((attribute) => attribute.onlyFor === undefined),
	...attributes.filter((attribute) => attribute.onlyFor !== undefined),
];

/**
 * What the user entered as a request that the API accepts: values checked and typed, sizes rounded as the API
 * would, and what does not apply left out. A field under Additional Fields that is empty is left to the API.
 *
 * @param draw draws the seed where none is given
 * @throws {Refusal} for the first value that can't succeed, before anything is spent
 */
export function toImageRequest(model: Model, entered: Entered, draw: Draw): ImageRequest {
	const body: Body = {};
	const roundings: Rounding[] = [];
	let seedDrawn = false;
	for (const attribute of inOrderOfChecks(model.attributes)) {
		if (!applies(attribute, body)) continue;
		const value = entered[attribute.parameter];
		if (attribute.place === 'additional' && isEmpty(value)) {
			if (attribute.type !== 'integer' || attribute.drawn === undefined) continue;
			body[attribute.wire] = draw(attribute.drawn.max);
			seedDrawn = true;
			continue;
		}
		const checked = toValue(attribute, value);
		const rounding =
			attribute.type === 'integer' && typeof checked === 'number'
				? roundingOf(attribute, checked)
				: undefined;
		if (rounding !== undefined) roundings.push(rounding);
		body[attribute.wire] = rounding?.sent ?? checked;
	}
	return { model, body, seedDrawn, roundings, anyMedia: false };
}
