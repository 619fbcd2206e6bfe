import type { INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { formOf } from '../../nodes/Segmind/form/form';
import { flux11Pro } from '../../nodes/Segmind/model/flux11Pro';
import { MODELS } from '../../nodes/Segmind/model/models';
import { AVOIDED_WORDS } from './refused';

const form = formOf(MODELS);
const NODE = { typeVersion: 1 };

const GENERATE = { resource: 'image', operation: 'generate' };
const GET_CREDITS = { resource: 'account', operation: 'getCredits' };

/** The contract: the names that saved workflows depend on. */
const TOP = [
	'model',
	'prompt',
	'aspectRatio',
	'width',
	'height',
	'outputFormat',
	'modelId',
	'modelBody',
	'additionalFields',
	'requestId',
	'flow',
	'inputMode',
	'inputFields',
	'inputJson',
	'downloadFiles',
	'options',
];
const ADDITIONAL = ['outputQuality', 'promptUpsampling', 'safetyTolerance', 'seed'];
const OPTIONS: Readonly<Record<string, { default: string | number | boolean; label?: string }>> = {
	binaryPropertyOutput: { default: 'data', label: 'Put Output in Field' },
	concurrency: { default: 4, label: 'Images at Once' },
	delivery: { default: 'direct' },
	fileName: { default: '' },
	includeInputFields: { default: false },
	linkExpiry: { default: 'none', label: 'Public Link' },
	maxRetries: { default: 4 },
	minimumRemainingCredits: { default: 0 },
	numberOfImages: { default: 1, label: 'Images per Item' },
	requestsPerMinute: { default: 0 },
	retryUncertain: { default: false, label: 'Retry When Billing Is Uncertain' },
	timeout: { default: 120 },
};

const isProperty = (entry: object): entry is INodeProperties => 'displayName' in entry && 'type' in entry;
const isOption = (entry: object): entry is INodePropertyOptions => 'value' in entry;

/** The fields inside a collection. */
const fieldsOf = ({ options = [] }: INodeProperties): INodeProperties[] => options.filter(isProperty);

const collections = form.filter(({ type }) => type === 'collection');

/** Every property of the form, wherever it stands, with its place in front of its name. */
const everything = form.flatMap((property) => [
	{ path: property.name, property },
	...fieldsOf(property).map((field) => ({ path: `${property.name}.${field.name}`, property: field })),
]);

/** What a person fills in: no selectors of resource and operation, and no frames around other fields. */
const fields = everything.filter(
	({ property: { name, type } }) =>
		name !== 'resource' && name !== 'operation' && !['collection', 'fixedCollection'].includes(type),
);

const lists = everything
	.filter(({ property }) => property.type === 'options')
	.map(({ path, property }) => ({ path, options: (property.options ?? []).filter(isOption) }));

function collection(name: string): INodeProperties {
	const found = collections.find((each) => each.name === name);
	if (found === undefined) throw new Error(`the form has no collection ${name}`);
	return found;
}

/** The names that n8n itself shows for these values, with all defaults filled in. */
function shownFor(values: INodeParameters): string[] {
	return Object.keys(NodeHelpers.getNodeParameters(form, values, true, false, NODE, null) ?? {});
}

/** Whether n8n shows a field inside Additional Fields. */
function isFieldShown(name: string, values: INodeParameters): boolean {
	const field = fieldsOf(collection('additionalFields')).find((each) => each.name === name);
	if (field === undefined) throw new Error(`there is no additional field ${name}`);
	return NodeHelpers.displayParameterPath(values, field, 'additionalFields', NODE, null);
}

const alphabetical = (names: string[]): string[] =>
	[...names].sort((one, other) => one.localeCompare(other, 'en'));

/** Words that stay small inside a title, unless they begin or end it. */
const SMALL_WORDS = 'a an and as at but by for from in nor of on or per the to with'.split(' ');

function isTitleCase(title: string): boolean {
	const words = title.split(' ');
	return words.every((word, index) => {
		const inside = index > 0 && index < words.length - 1;
		return /^[A-Z0-9]/.test(word) || (inside && SMALL_WORDS.includes(word));
	});
}

describe('names and texts', () => {
	it.each(everything)('$path has a title in Title Case', ({ property }) => {
		expect(isTitleCase(property.displayName)).toBe(true);
	});

	it.each(lists)('$path offers values with titles in Title Case', ({ options }) => {
		expect(options.length).toBeGreaterThan(0);
		expect(options.map(({ name }) => name).filter((name) => !isTitleCase(name))).toStrictEqual([]);
	});

	it.each(fields)('$path has a default and a description', ({ property }) => {
		expect(property.default).toBeDefined();
		expect(property.description?.trim()).toMatch(/\S/);
	});

	it('has a default for the selectors and the collections, too', () => {
		expect(everything.filter(({ property }) => property.default === undefined)).toStrictEqual([]);
		const preset = collections.filter(({ default: value }) => Object.keys(Object(value)).length > 0);
		expect(preset.map((each) => each.default)).toStrictEqual([
			{ linkExpiry: '1 day' },
			{ linkExpiry: '1 day' },
		]);
	});

	it('offers the same options to a user and to an agent, and only the agent has a link from the start', () => {
		const [forUser, forAgent] = form.filter(({ name }) => name === 'options');
		expect(forUser?.displayOptions?.hide).toStrictEqual({ '@tool': [true] });
		expect(forAgent?.displayOptions?.show).toMatchObject({ '@tool': [true] });
		expect(forAgent?.options).toStrictEqual(forUser?.options);
	});

	it.each(fields.filter(({ property }) => property.type === 'boolean'))(
		'$path is described with Whether',
		({ property }) => {
			expect(property.description).toMatch(/^Whether [a-z]/);
		},
	);

	it('ends no description with a full stop', () => {
		const descriptions = [
			...everything.map(({ property }) => property.description),
			...everything.map(({ property }) => property.hint),
			...lists.flatMap(({ options }) => options.map(({ description }) => description)),
		].filter((text) => text !== undefined);
		expect(descriptions.length).toBeGreaterThan(20);
		expect(descriptions.filter((text) => /[.\s]$/.test(text))).toStrictEqual([]);
	});

	it('describes every value that can be picked, save for the resources', () => {
		const bare = lists
			.filter(({ path }) => path !== 'resource')
			.flatMap(({ options }) => options.filter(({ description = '' }) => description.trim() === ''));
		expect(bare).toStrictEqual([]);
	});

	it('begins every placeholder of a field with e.g.', () => {
		const placeholders = fields.flatMap(({ property }) => property.placeholder ?? []);
		expect(placeholders.length).toBeGreaterThan(2);
		expect(placeholders.filter((text) => !/^e\.g\. \S/.test(text))).toStrictEqual([]);
	});

	it('says nothing of errors, problems, failures and mistakes', () => {
		const texts = [
			...everything.flatMap(({ property: { displayName, description, hint, placeholder } }) => [
				displayName,
				description ?? '',
				hint ?? '',
				placeholder ?? '',
			]),
			...lists.flatMap(({ options }) =>
				options.flatMap(({ name, description, action }) => [name, description ?? '', action ?? '']),
			),
		];
		expect(texts.filter((text) => AVOIDED_WORDS.test(text))).toStrictEqual([]);
	});
});

describe('order', () => {
	it.each(collections)('$name offers its fields in alphabetical order', (each) => {
		const names = fieldsOf(each).map(({ displayName }) => displayName);
		expect(names.length).toBeGreaterThan(1);
		expect(names).toStrictEqual(alphabetical(names));
	});

	it('is alphabetical in a collection whatever the order of the model', () => {
		const reversed = formOf([{ ...flux11Pro, attributes: [...flux11Pro.attributes].reverse() }]);
		const names = reversed
			.filter(({ name }) => name === 'additionalFields')
			.flatMap(fieldsOf)
			.map(({ displayName }) => displayName);
		expect(names).toStrictEqual(['Output Quality', 'Prompt Upsampling', 'Safety Tolerance', 'Seed']);
	});

	it('lists five values or more in alphabetical order', () => {
		const long = lists.filter(({ options }) => options.length >= 5);
		expect(long.map(({ path }) => path)).toContain('aspectRatio');
		for (const { options } of long) {
			const names = options.map(({ name }) => name);
			expect(names).toStrictEqual(alphabetical(names));
		}
	});
});

describe('the contract with saved workflows', () => {
	it('begins with the resource and its operations', () => {
		const selectors = form.filter(({ name }) => name === 'resource' || name === 'operation');
		expect(
			selectors.map(({ name, default: value, options = [] }) => [
				name,
				value,
				options.filter(isOption).map((option) => option.value),
			]),
		).toStrictEqual([
			['resource', 'image', ['account', 'image', 'pixelFlow']],
			['operation', 'generate', ['generate', 'getResult']],
			['operation', 'getCredits', ['getCredits']],
			['operation', 'run', ['run']],
		]);
	});

	it('has exactly the top-level parameters of the contract', () => {
		const others = ['resource', 'operation', 'toolDescription'];
		const names = form.map(({ name }) => name).filter((name) => !others.includes(name));
		expect([...new Set(names)]).toStrictEqual(TOP);
	});

	it('has exactly the additional fields of the contract', () => {
		const names = fieldsOf(collection('additionalFields')).map(({ name }) => name);
		expect(names.sort()).toStrictEqual(ADDITIONAL);
	});

	it('has no option that the contract does not know, and none of the first ones is gone', () => {
		const names = fieldsOf(collection('options')).map(({ name }) => name);
		expect(Object.keys(OPTIONS)).toEqual(expect.arrayContaining(names));
		expect(names).toEqual(
			expect.arrayContaining([
				'binaryPropertyOutput',
				'fileName',
				'includeInputFields',
				'linkExpiry',
				'timeout',
			]),
		);
	});

	it.each(fieldsOf(collection('options')))('options.$name has the default of the contract', (field) => {
		const { default: expected, label = field.displayName } = OPTIONS[field.name] ?? {};
		expect(field.default).toBe(expected);
		expect(field.displayName).toBe(label);
	});

	it('offers the four public links of the contract', () => {
		const links = lists.find(({ path }) => path === 'options.linkExpiry')?.options ?? [];
		expect(links.map(({ value }) => value).sort()).toStrictEqual(['1 day', '1 hour', '7 days', 'none']);
	});

	it('lets a timeout be 5 to 600 seconds', () => {
		const timeout = fieldsOf(collection('options')).find(({ name }) => name === 'timeout');
		expect(timeout?.typeOptions).toMatchObject({ minValue: 5, maxValue: 600 });
	});

	it('starts with 1:1, webp, 1024 by 1024, no seed and a prompt to enter', () => {
		const defaults = Object.fromEntries(formOf([flux11Pro]).map(({ name, default: value }) => [name, value]));
		expect(defaults).toMatchObject({
			prompt: '',
			aspectRatio: '1:1',
			width: 1024,
			height: 1024,
			outputFormat: 'webp',
		});
		const additional = fieldsOf(collection('additionalFields'));
		expect(Object.fromEntries(additional.map(({ name, default: value }) => [name, value]))).toStrictEqual({
			outputQuality: 80,
			promptUpsampling: true,
			safetyTolerance: 2,
			seed: '',
		});
		expect(form.find(({ name }) => name === 'prompt')?.required).toBe(true);
	});

	it.each([
		['width', { minValue: 256, maxValue: 1440 }],
		['height', { minValue: 256, maxValue: 1440 }],
		['additionalFields.outputQuality', { minValue: 0, maxValue: 100 }],
		['additionalFields.safetyTolerance', { minValue: 1, maxValue: 5 }],
	])('%s has the limits of the page in the form', (path, limits) => {
		expect(everything.find((each) => each.path === path)?.property.typeOptions).toMatchObject(limits);
	});
});

describe("what is shown, as n8n's own code decides", () => {
	it('shows a new node the fields of an image, without a size', () => {
		expect(shownFor({}).sort()).toStrictEqual(
			[
				'resource',
				'operation',
				'model',
				'prompt',
				'aspectRatio',
				'outputFormat',
				'additionalFields',
				'options',
			].sort(),
		);
	});

	it('shows nothing but the selectors for the credits of an account', () => {
		expect(shownFor(GET_CREDITS).sort()).toStrictEqual(['operation', 'resource']);
	});

	it('shows width and height for a custom ratio', () => {
		expect(shownFor({ ...GENERATE, aspectRatio: 'custom' })).toEqual(
			expect.arrayContaining(['width', 'height']),
		);
	});

	it.each(['1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3'])(
		'hides width and height for %s',
		(aspectRatio) => {
			const shown = shownFor({ ...GENERATE, aspectRatio });
			expect(shown).toContain('aspectRatio');
			expect(shown).not.toContain('width');
			expect(shown).not.toContain('height');
		},
	);

	it.each([
		['png', false],
		['jpg', true],
		['webp', true],
	])('for %s, it is %s that the quality is shown', (outputFormat, isShown) => {
		const values = { ...GENERATE, outputFormat, additionalFields: { outputQuality: 50, seed: 0 } };
		expect(isFieldShown('outputQuality', values)).toBe(isShown);
		expect(isFieldShown('seed', values)).toBe(true);
	});

	it('takes a value away that the form hides, and keeps a seed of 0', () => {
		const parameters = (outputFormat: string) =>
			NodeHelpers.getNodeParameters(
				form,
				{ ...GENERATE, outputFormat, additionalFields: { outputQuality: 50, seed: 0 } },
				true,
				false,
				NODE,
				null,
			);
		expect(parameters('jpg')?.additionalFields).toStrictEqual({ outputQuality: 50, seed: 0 });
		expect(parameters('png')?.additionalFields).toStrictEqual({ seed: 0 });
	});

	it.each([
		['an image', GENERATE],
		['an image of a custom size', { ...GENERATE, aspectRatio: 'custom' }],
		['an image as png', { ...GENERATE, outputFormat: 'png' }],
		['an account', GET_CREDITS],
	])('shows no two properties of one name for %s', (_, values) => {
		const complete = NodeHelpers.getNodeParameters(form, values, true, false, NODE, null) ?? {};
		const shown = form.filter((property) => NodeHelpers.displayParameter(complete, property, NODE, null));
		const names = shown.map(({ name }) => name);
		expect(names.length).toBeGreaterThanOrEqual(2);
		expect([...new Set(names)]).toStrictEqual(names);
	});
});
