import type { IDataObject } from 'n8n-workflow';

import { isFileLink } from '../image/media';
import type { Fields } from '../queue/result';
import { fieldsOf } from '../queue/result';
import { UniqueNames } from '../request/fileName';
import { refuseValue, toText } from '../request/request';
import { DROPPED_NAMES } from '../request/settings';
import { jsonOf } from '../segmind/answer';

/** The last part of a flow's address: `product-photo`, or `6629b1-v2` in the older form. */
const SLUG = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

const OLD_SLUG = /-v\d+$/i;

/**
 * Where a flow is run: from its slug, or from an address that was pasted.
 *
 * @throws {Refusal} that names the field
 */
export function toFlowPath(value: unknown): { readonly path: string; readonly flow: string } {
	const text = toText(value, 'Flow', 'e.g. product-photo').trim();
	const path = URL.canParse(text) ? new URL(text).pathname : text;
	const flow = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
	if (!SLUG.test(flow)) {
		throw refuseValue(
			'Flow',
			'is not the slug or address of a flow',
			'Copy either from its API page on Segmind',
		);
	}
	const isOld = OLD_SLUG.test(flow) && !path.includes('/v2/');
	return { path: isOld ? `/workflows/${flow}` : `/workflows/v2/${flow}`, flow };
}

/** The outputs by their names: new flows tell them as JSON in a text, older ones as they are. */
export function toOutputs({ output }: Fields): IDataObject {
	const value = typeof output === 'string' ? jsonOf(output) : output;
	if (!Array.isArray(value)) {
		const fields = fieldsOf(value);
		return Object.keys(fields).length > 0 ? ({ ...fields } as IDataObject) : { output: value as IDataObject };
	}
	const names = new UniqueNames();
	return Object.fromEntries(
		value.map((each: unknown, index) => {
			const { keyname, value: output = each } = fieldsOf(each);
			const isName = typeof keyname === 'string' && keyname !== '' && !DROPPED_NAMES.includes(keyname);
			return [names.claim(isName ? keyname : `output${index + 1}`), output];
		}),
	) as IDataObject;
}

/** The links to files among the outputs, each with a field of its own; an output may be a list of them. */
export function linksIn(outputs: IDataObject): Array<readonly [field: string, link: string]> {
	const names = new UniqueNames();
	return Object.entries(outputs).flatMap(([name, value]) => {
		const links = [value].flat().filter(isFileLink);
		return links.map((link, index) => {
			const field = links.length === 1 ? name : `${name}${index + 1}`;
			return [names.claim(field), link] as const;
		});
	});
}
