import type { INodeProperties } from 'n8n-workflow';

import { SegmindApi } from '../../credentials/SegmindApi.credentials';
import contract from '../../docs/contract.json';
import { REASONS } from '../../nodes/Segmind/api/reasons';
import { properties } from '../../nodes/Segmind/operations/operations';
import { Segmind } from '../../nodes/Segmind/Segmind.node';

type Names = Record<string, string>;

const isField = (entry: object): entry is INodeProperties => 'type' in entry;

/** What a field takes: its type, or the values of a list. */
function valuesOf({ type, options = [] }: INodeProperties): string {
	if (type !== 'options') return type;
	return options.flatMap((option) => ('value' in option ? [String(option.value)] : [])).join(', ');
}

/** The names of a field and of those inside of it, each with what it takes. */
function namesOf(field: INodeProperties, prefix = ''): Array<[name: string, values: string]> {
	const name = `${prefix}${field.name}`;
	const inside = (field.options ?? []).flatMap((entry) => {
		if ('values' in entry) return entry.values.flatMap((each) => namesOf(each, `${name}.${entry.name}.`));
		return isField(entry) ? namesOf(entry, `${name}.`) : [];
	});
	return inside.length > 0 ? inside : [[name, valuesOf(field)]];
}

/** Fields that several models share have the values of all of them. */
function merged(entries: ReadonlyArray<[name: string, values: string]>): Names {
	const names: Names = {};
	for (const [name, values] of entries) {
		const all = [...(names[name] ?? '').split(', '), ...values.split(', ')].filter((each) => each !== '');
		names[name] = [...new Set(all)].sort().join(', ');
	}
	return Object.fromEntries(Object.entries(names).sort(([one], [other]) => (one < other ? -1 : 1)));
}

const shownFor = ({ displayOptions }: INodeProperties, name: string, value: unknown): boolean =>
	displayOptions?.show?.[name]?.includes(value as string) ?? false;

/** The parameters of each operation, without those that only catch misplaced values. */
function parametersOf(): Record<string, Names> {
	const operations = properties
		.filter(({ name }) => name === 'operation')
		.flatMap((field) =>
			(field.options ?? []).flatMap((option) =>
				'value' in option ? [[String(field.displayOptions?.show?.resource?.[0]), option.value] as const] : [],
			),
		);
	return Object.fromEntries(
		operations.map(([resource, operation]) => [
			`${resource}: ${String(operation)}`,
			merged(
				properties
					.filter((field) => shownFor(field, 'resource', resource) && shownFor(field, 'operation', operation))
					.filter(({ type }) => type !== 'hidden')
					.flatMap((field) => namesOf(field)),
			),
		]),
	);
}

test('the names that workflows refer to are those of docs/contract.json', () => {
	const { description } = new Segmind();
	const credential = new SegmindApi();
	expect({
		node: `n8n-nodes-segmind.${description.name}`,
		version: description.version,
		credential: {
			name: credential.name,
			fields: credential.properties.filter(({ type }) => type !== 'notice').map(({ name }) => name),
		},
		parameters: parametersOf(),
		causes: Object.keys(REASONS),
	}).toEqual({
		node: contract.node,
		version: contract.version,
		credential: contract.credential,
		parameters: contract.parameters,
		causes: contract.causes,
	});
});
