/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { parseArgs } from 'node:util';

import type { Attribute, Model } from '../nodes/Segmind/models/attribute';
import { flux11Pro } from '../nodes/Segmind/models/flux11Pro';

/** The prompts and parameters from the command line. */
export interface DemoInput {
	readonly prompts: readonly string[];
	/** The node's parameters besides the prompt. */
	readonly parameters: {
		readonly additionalFields: Readonly<Record<string, string>>;
		readonly [name: string]: string | Readonly<Record<string, string>>;
	};
}

/** Invalid arguments; the message says what is valid. */
export class InvalidArguments extends Error {}

const PROMPTS = [
	'A red fox asleep in fresh snow, soft morning light',
	'A lighthouse on a cliff in a storm, oil painting',
	'A bowl of ramen seen from above, studio photo',
	'A paper boat on a puddle that mirrors the city at night',
];

const flagOf = ({ wire }: Attribute): string => wire.replaceAll('_', '-');

/** Prompts are given without a flag. */
const flagged = ({ attributes }: Model): Attribute[] => attributes.filter(({ wire }) => wire !== 'prompt');

function valuesOf(attribute: Attribute): string {
	switch (attribute.type) {
		case 'choice':
			return attribute.choices.map(({ value }) => value).join(', ');
		case 'integer':
		case 'decimal':
			return `${attribute.min} to ${attribute.max}`;
		case 'boolean':
			return 'true, false';
		case 'text':
		case 'image':
		case 'images':
			return attribute.placeholder;
	}
}

/** The help text, from the model's table. */
export function usage(model: Model = flux11Pro): string {
	const lines = flagged(model).map(
		(attribute) => `  --${flagOf(attribute).padEnd(18)} ${valuesOf(attribute)}`,
	);
	return ['npm run demo -- "a prompt" "another prompt" [--attribute value …]', '', ...lines].join('\n');
}

/**
 * Reads the command line: prompts, and the model's attributes as flags.
 *
 * @throws {InvalidArguments} for a flag that no attribute has, or one without a value
 */
export function readArguments(argv: readonly string[], model: Model = flux11Pro): DemoInput {
	const flags = flagged(model);
	const options = Object.fromEntries(
		flags.map((attribute) => [flagOf(attribute), { type: 'string' as const }]),
	);
	const { values, positionals } = parsed([...argv], options);
	const entered = (place: Attribute['place']): Record<string, string> =>
		Object.fromEntries(
			flags
				.filter((attribute) => attribute.place === place)
				.map((attribute): [string, unknown] => [attribute.parameter, values[flagOf(attribute)]])
				.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
		);
	return {
		prompts: positionals.length === 0 ? PROMPTS : positionals,
		parameters: { ...entered('top'), additionalFields: entered('additional') },
	};
}

function toError(thrown: unknown): InvalidArguments {
	const [reason = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('. To specify');
	return new InvalidArguments(`${reason}\n\n${usage()}`);
}

function parsed(args: string[], options: Record<string, { type: 'string' }>) {
	try {
		return parseArgs({ args, options, allowPositionals: true });
	} catch (thrown) {
		throw toError(thrown);
	}
}
