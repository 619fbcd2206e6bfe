import { asObject, readNumber } from '../api/json';
import { DROPPED_FIELDS } from '../jobs/optionTable';
import type { Scalar, ValueKind } from './parameterKind';
import { kindOf, toScalar } from './parameterKind';
import { readFlag, readText, toLabel } from './values';

/** One value of a list. */
interface ParameterChoice {
	readonly label: string;
	readonly value: Scalar;
}

interface ParameterBase {
	/** Name in the request body. */
	readonly wire: string;
	/** Name that the user reads. */
	readonly label: string;
	readonly required: boolean;
	readonly advanced: boolean;
	/** Whether Segmind's own form leaves it out. */
	readonly hidden: boolean;
	/** What the model uses when it is left out; undefined when nothing readable is published. */
	readonly default: Scalar | undefined;
}

/** A number, with its published limits. */
interface NumberParameter extends ParameterBase {
	readonly kind: 'integer' | 'decimal';
	readonly min: number | undefined;
	readonly max: number | undefined;
}

interface ChoiceParameter extends ParameterBase {
	readonly kind: 'choice';
	readonly choices: readonly ParameterChoice[];
}

interface OtherParameter extends ParameterBase {
	readonly kind: Exclude<ValueKind, 'integer' | 'decimal'>;
}

/** A parameter of a model, as Segmind's list describes it. An unknown type becomes text. */
export type Parameter = NumberParameter | ChoiceParameter | OtherParameter;

/** A parameter and its place in Segmind's form. */
interface Placed {
	readonly parameter: Parameter;
	readonly order: number;
}

/** A longer list is not offered as choices. */
const MAX_CHOICES = 200;

/** A model with more parameters gets no form. */
const MAX_PARAMETERS = 200;

/** Names that n8n's form can hold. */
const WIRE = /^[a-z_][\w-]{0,99}$/i;

const MAX_LABEL = 60;

/** Returns the choices of the first list; undefined if it can't be read. An entry is a value, or an object with one. */
function toChoices(lists: readonly unknown[], kind: ValueKind): ParameterChoice[] | undefined {
	const list = lists.find((each): each is unknown[] => Array.isArray(each) && each.length > 0);
	if (list === undefined || list.length > MAX_CHOICES) return undefined;
	const choices = new Map<Scalar, ParameterChoice>();
	for (const entry of list) {
		const { value: inner, id, label, name } = asObject(entry);
		const given = typeof entry === 'object' ? (inner ?? id ?? name ?? label) : entry;
		const value = toScalar(given, kind) ?? toScalar(given, 'text');
		if (value === undefined || value === '') return undefined;
		const text =
			readText(label, MAX_LABEL) || readText(name, MAX_LABEL) || readText(String(value), MAX_LABEL);
		choices.set(value, { label: text, value });
	}
	return [...choices.values()];
}

/** Reads the limits from two fields or from a pair, in either order. */
function toLimits({
	min,
	max,
	range,
}: Readonly<Record<string, unknown>>): Pick<NumberParameter, 'min' | 'max'> {
	const [first, second] = Array.isArray(range) ? (range as unknown[]) : [undefined, undefined];
	const low = readNumber(min ?? first) ?? undefined;
	const high = readNumber(max ?? second) ?? undefined;
	return low !== undefined && high !== undefined && low > high
		? { min: high, max: low }
		: { min: low, max: high };
}

function toParameter(wire: string, raw: unknown): Placed {
	const fields = asObject(raw);
	const [type, component] = [fields.type, fields.component].map((each) =>
		readText(each, MAX_LABEL).toLowerCase(),
	);
	const kind = kindOf(type ?? '', component ?? '');
	const choices =
		kind === 'boolean' ? undefined : toChoices([fields.values, fields.options, fields.enum], kind);
	const base = {
		wire,
		label: readText(fields.label, MAX_LABEL) || toLabel(wire),
		required: readFlag(fields.isRequired ?? fields.required) === true,
		advanced: readFlag(fields.isAdvanced) === true,
		hidden: readFlag(fields.hidden) === true,
		default: toScalar(fields.default, kind),
	};
	const order = readNumber(fields.displayOrder) ?? Infinity;
	if (choices !== undefined) return { order, parameter: { ...base, kind: 'choice', choices } };
	if (kind === 'integer' || kind === 'decimal')
		return { order, parameter: { ...base, kind, ...toLimits(fields) } };
	return { order, parameter: { ...base, kind } };
}

const rankOf = ({ required, advanced }: Parameter): number => (required ? 0 : advanced ? 2 : 1);

/**
 * Returns a model's parameters: required ones first, advanced ones last, each group in the order of Segmind's form;
 * undefined when none can be read or there are more than 200.
 */
export function readParameterList(value: unknown): readonly Parameter[] | undefined {
	const entries: Array<[name: string, raw: unknown]> = Array.isArray(value)
		? value.map((each: unknown) => [readText(asObject(each).name ?? asObject(each).id, 100), each])
		: Object.entries(asObject(value));
	if (entries.length > MAX_PARAMETERS) return undefined;
	const placed = entries
		.filter(([name]) => WIRE.test(name) && !DROPPED_FIELDS.includes(name))
		.map(([name, raw]) => toParameter(name, raw));
	if (placed.length === 0) return undefined;
	return placed
		.sort((one, other) => rankOf(one.parameter) - rankOf(other.parameter) || compare(one.order, other.order))
		.map(({ parameter }) => parameter);
}

/** Infinity - Infinity is NaN. */
const compare = (one: number, other: number): number => (one === other ? 0 : one - other);
