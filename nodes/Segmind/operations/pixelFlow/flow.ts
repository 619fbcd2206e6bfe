import type { IDataObject } from 'n8n-workflow';

import type { JsonObject } from '../../api/json';
import { asObject, parseJson } from '../../api/json';
import { UniqueNames } from '../../files/fileName';
import { isFileLink } from '../../files/fileType';
import { invalidValue, toText } from '../../jobs/checks';
import { DROPPED_FIELDS } from '../../jobs/optionTable';

/** The last part of a flow's address: `product-photo`, or `6629b1-v2` in the older form. */
const SLUG = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

const OLD_SLUG = /-v\d+$/i;

/** A published flow. */
interface FlowPath {
	readonly path: string;
	/** The last part of the path. */
	readonly flow: string;
	/** Whether its results are at addresses of their own, and not where Get Result looks. */
	readonly isOld: boolean;
}

/**
 * Returns the path of a flow, from its slug or its address.
 *
 * @throws {SegmindError} that names the field
 */
export function toFlowPath(value: unknown): FlowPath {
	const text = toText(value, 'Flow', 'e.g. product-photo').trim();
	const path = URL.canParse(text) ? new URL(text).pathname : text;
	const flow = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
	if (!SLUG.test(flow)) {
		throw invalidValue(
			'Flow',
			'is not the slug or address of a flow',
			'Copy either from its API page on Segmind',
		);
	}
	const isOld = OLD_SLUG.test(flow) && !path.includes('/v2/');
	return { path: isOld ? `/workflows/${flow}` : `/workflows/v2/${flow}`, flow, isOld };
}

/** Parses a value that is the JSON text of an object or a list. */
const parseNested = (value: unknown): unknown =>
	typeof value === 'string' && /^\s*[{[]/.test(value) ? parseJson(value) : value;

/** Returns whether a finished request ran a flow: a list of named outputs, as values or as JSON text. */
export function isFlowOutput({ output }: JsonObject): boolean {
	const value = parseNested(output);
	return (
		Array.isArray(value) &&
		value.length > 0 &&
		value.every((each: unknown) => Object.hasOwn(asObject(each), 'keyname'))
	);
}

/** Returns the outputs by name. New flows return them as JSON text, older ones as values. */
export function toOutputs({ output }: JsonObject): IDataObject {
	const value = parseNested(output);
	const named = Array.isArray(value)
		? value.map((each: unknown): [name: unknown, output: unknown] => {
				const { keyname, value: single = each } = asObject(each);
				return [keyname, parseNested(single)];
			})
		: Object.entries(asObject(value));
	if (named.length === 0 && !Array.isArray(value)) return { output: value as IDataObject };
	const names = new UniqueNames();
	return Object.fromEntries(
		named.map(([name, single], index) => {
			const isName = typeof name === 'string' && name !== '' && !DROPPED_FIELDS.includes(name);
			return [names.claim(isName ? name : `output${index + 1}`), single];
		}),
	) as IDataObject;
}

/** Levels of an output that are searched for links, so that the stack can't overflow. */
const MAX_DEPTH = 8;

function fileLinksIn(value: unknown, depth = 0): string[] {
	if (isFileLink(value)) return [value];
	if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return [];
	return Object.values(value).flatMap((each) => fileLinksIn(each, depth + 1));
}

/** Returns the links to files among the outputs, each with a field of its own. An output may hold several links. */
export function linksIn(outputs: IDataObject): Array<readonly [field: string, link: string]> {
	const names = new UniqueNames();
	return Object.entries(outputs).flatMap(([name, value]) => {
		const links = [...new Set(fileLinksIn(value))];
		return links.map((link, index) => {
			const field = links.length === 1 ? name : `${name}${index + 1}`;
			return [names.claim(field), link] as const;
		});
	});
}
