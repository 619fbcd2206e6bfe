import type { IDataObject } from 'n8n-workflow';

import { SegmindError } from '../api/errors';
import { findLostValue } from './lostValues';

/** Parameters as n8n resolved them, by name. Expressions may have returned any type. */
export type RawParameters = Readonly<Record<string, unknown>>;

/** A number that a field accepts. */
export interface NumberRange {
	/** -Infinity for none. */
	readonly min: number;
	/** Infinity for none. */
	readonly max: number;
	/** What the number counts, e.g. pixels. */
	readonly unit?: string;
}

/** A value that is rejected before anything is sent. */
export const invalidValue = (label: string, problem: string, advice: string): SegmindError =>
	new SegmindError('request', `'${label}' ${problem}`, `${advice}. Nothing was sent and nothing was billed.`);

/** What to do about a value that an expression should have found. */
const CHECK_FIELD = 'if it comes from an expression, check that this item has that field';

/** Returns whether a value is missing or blank. 0 and false are values. */
export const isEmpty = (value: unknown): boolean =>
	value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

function toJson(value: unknown): string {
	try {
		return JSON.stringify(value) ?? typeof value;
	} catch {
		return typeof value;
	}
}

/** Characters of a value that a message shows. */
const MAX_SHOWN = 40;

/** Returns a value as JSON on one line, cut to a length that a message can show. */
export function quote(value: unknown): string {
	const characters = Array.from(toJson(value));
	return characters.length > MAX_SHOWN
		? `${characters.slice(0, MAX_SHOWN - 1).join('')}…`
		: characters.join('');
}

/** Numbers as people and sheets write them. Other notations are probably typos. */
const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;

function rangeAdvice({ min, max, unit }: NumberRange, kind: string): string {
	const range =
		min === -Infinity
			? max === Infinity
				? ''
				: ` up to ${max}`
			: max === Infinity
				? ` from ${min}`
				: ` from ${min} to ${max}`;
	return `Use a ${kind}${range}${unit === undefined ? '' : ` (${unit})`}`;
}

/**
 * Returns a number in a range, from a number or its digits.
 *
 * @throws {SegmindError} that names the field
 */
export function toNumber(value: unknown, label: string, range: NumberRange, kind = 'number'): number {
	const advice = rangeAdvice(range, kind);
	const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
	if (typeof number !== 'number' || !Number.isFinite(number)) {
		throw invalidValue(label, isEmpty(value) ? 'is empty' : `is not a number: ${quote(value)}`, advice);
	}
	if (number < range.min || number > range.max) {
		throw invalidValue(label, `is out of range: ${number}`, advice);
	}
	return number;
}

/**
 * Returns a whole number in a range, from a number or its digits.
 *
 * @throws {SegmindError} that names the field
 */
export function toWholeNumber(value: unknown, label: string, range: NumberRange): number {
	const kind = 'whole number';
	const number = toNumber(value, label, range, kind);
	if (Number.isInteger(number)) return number;
	throw invalidValue(label, `is not a whole number: ${number}`, rangeAdvice(range, kind));
}

/**
 * Returns a boolean, from a boolean or its word.
 *
 * @throws {SegmindError} that names the field
 */
export function toBoolean(value: unknown, label: string): boolean {
	if (typeof value === 'boolean') return value;
	const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
	if (word === 'true') return true;
	if (word === 'false') return false;
	throw invalidValue(label, `is neither true nor false: ${quote(value)}`, 'Use true or false');
}

/**
 * Checks that a text, or an object at any depth, has every value that its expressions were meant to find.
 *
 * @throws {SegmindError} that names the field, and where in it
 */
export function checkValues(value: unknown, label: string): void {
	const lost = findLostValue(value);
	if (lost === undefined) return;
	const where = lost.path === '' ? '' : ` at ${quote(lost.path)}`;
	throw invalidValue(label, `contains ${lost.found}${where}`, lost.advice);
}

/**
 * Returns a text that is not blank, as it was entered.
 *
 * @throws {SegmindError} that names the field
 */
export function toText(value: unknown, label: string, example: string): string {
	if (isEmpty(value)) throw invalidValue(label, 'is empty', `Enter a text, ${example}; ${CHECK_FIELD}`);
	if (typeof value === 'string') {
		checkValues(value, label);
		return value;
	}
	throw invalidValue(
		label,
		`is not a text: ${quote(value)}`,
		'Point its expression at a field that holds text, or turn the value into text with String()',
	);
}

/**
 * Returns the entry of a list that a value names. Letter case and the spaces around it don't matter.
 *
 * @param namesOf returns what an entry is called: first its name, then other spellings
 * @param where the choices are these, e.g. `with this model`
 * @throws {SegmindError} that names the field and the choices
 */
export function toEntry<T>(
	value: unknown,
	label: string,
	entries: readonly T[],
	namesOf: (entry: T) => readonly [name: string, ...synonyms: string[]],
	where = '',
): T {
	const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
	const entry = entries.find((each) => namesOf(each).some((name) => name.toLowerCase() === text));
	if (entry !== undefined) return entry;
	const problem = isEmpty(value) ? 'is empty' : `can't be ${quote(value)} ${where}`.trimEnd();
	throw invalidValue(label, problem, `Use one of ${entries.map((each) => namesOf(each)[0]).join(', ')}`);
}

/**
 * Returns one of the choices, in its own spelling. Letter case and the spaces around it don't matter.
 *
 * @throws {SegmindError} that names the field and the choices
 */
export const toChoice = <T extends string>(value: unknown, label: string, choices: readonly T[]): T =>
	toEntry(value, label, choices, (choice) => [choice]);

/** Whether JSON writes an object field by field. A Map or a Set would be sent empty. */
const isPlain = (value: unknown): value is IDataObject =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	!(Object.keys(value).length === 0 && Symbol.iterator in value);

/**
 * Returns an object, from an object or its JSON.
 *
 * @throws {SegmindError} that names the field
 */
export function toObject(value: unknown, label: string): IDataObject {
	const object = typeof value === 'string' ? parse(value, label) : value;
	if (isPlain(object)) return { ...object };
	throw invalidValue(label, 'is not a JSON object', 'Enter an object, e.g. {"prompt": "a red fox"}');
}

function parse(text: string, label: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		checkValues(text, label);
		throw invalidValue(
			label,
			'is not valid JSON',
			'Check its quotes and commas. A text that may have quotes or line breaks goes in as {{ JSON.stringify($json.prompt) }}, without quotes around it',
		);
	}
}
