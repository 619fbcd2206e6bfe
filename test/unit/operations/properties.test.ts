import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { additionalFields } from '../../../nodes/Segmind/models/fields';
import { flux11Pro } from '../../../nodes/Segmind/models/flux11Pro';
import { findOperation, properties } from '../../../nodes/Segmind/operations/operations';

type Field = INodeProperties;

/** The fields in a collection, the groups of such fields, or the choices in a list. */
const entriesOf = ({ options = [] }: Field, key: 'type' | 'values' | 'value') =>
	options.filter((entry) => key in entry) as Field[];

/** The fields inside of another one, in their groups if it has such. */
const fieldsOf = (field: Field): Field[] =>
	[field, ...entriesOf(field, 'values')].flatMap((each) =>
		'values' in each ? (each.values as Field[]) : entriesOf(each, 'type'),
	);

/** What n8n's own code makes of these values, with the defaults of all fields that it shows. */
const valuesFor = (values: INodeParameters): INodeParameters =>
	NodeHelpers.getNodeParameters(properties, values, true, false, { typeVersion: 1 }, null) ?? {};

/** The fields that n8n shows for these values, in order, each with its default and its limits. */
function panelFor(values: INodeParameters): string[] {
	const complete = valuesFor(values);
	const toTexts = (field: Field): string[] => {
		const { minValue: min, maxValue: max = '' } = field.typeOptions ?? {};
		const value = fieldsOf(field).length > 0 ? '' : `=${String(field.default).replace(/\s/g, '')}`;
		const range = min === undefined ? '' : `,${min}..${max}`;
		return [`${field.name}${value}${range}`, ...fieldsOf(field).flatMap(toTexts)];
	};
	return properties
		.filter((field) => NodeHelpers.displayParameter(complete, field, { typeVersion: 1 }, null))
		.flatMap(toTexts);
}

const SEED = 'seed=,0..4294967295';
const TOLERANCE = 'safetyTolerance=2,1..5';
const QUALITY = 'outputQuality=80,0..100';
const COMMON = `additionalFields ${QUALITY} promptUpsampling=true ${TOLERANCE} ${SEED}`;
const MONEY = 'maxRetries=4,0..10 minimumRemainingCredits=0,0..';
const OPTIONS = `options delivery=direct fileName= concurrency=4,1..20 numberOfImages=1,1..10
	includeInputFields=false ${MONEY} linkExpiry=none binaryPropertyOutput=data requestsPerMinute=0,0..6000
	retryUncertain=false timeout=120,5..600`;
const FLUX = 'resource=image operation=generate model=flux-1.1-pro prompt= aspectRatio=1:1';
const FLOW_OPTIONS = `downloadFiles=true options concurrency=4,1..20 includeInputFields=false ${MONEY}
	requestsPerMinute=0,0..6000 retryUncertain=false timeout=120,5..600`;

/** What saved workflows depend on: the fields that are shown for some values, with their defaults and limits. */
const PANELS = {
	'': `${FLUX} outputFormat=webp ${COMMON} ${OPTIONS}`,
	'aspectRatio=custom': `${FLUX} width=1024,256..1440 height=1024,256..1440 outputFormat=webp ${COMMON} ${OPTIONS}`,
	'model=flux-1.1-pro-ultra&aspectRatio=custom': `${FLUX} outputFormat=jpg additionalFields raw=false
		${TOLERANCE} ${SEED} ${OPTIONS}`,
	'model=flux-pro': `${FLUX} outputFormat=webp additionalFields guidance=3,2..5 interval=2,1..4 ${QUALITY}
		${TOLERANCE} ${SEED} steps=25,1..50 ${OPTIONS}`,
	'model=other': `resource=image operation=generate model=flux-1.1-pro modelId= modelBody={"prompt":""} ${OPTIONS}`,
	'operation=getResult': `resource=image operation=generate requestId= options fileName= concurrency=4,1..20
		includeInputFields=false linkExpiry=none binaryPropertyOutput=data timeout=120,5..600`,
	'resource=account&operation=getCredits': 'resource=image operation=getCredits',
	'resource=pixelFlow&operation=run': `resource=image operation=run flow= inputMode=fields inputFields name= value=
		${FLOW_OPTIONS}`,
	'resource=pixelFlow&operation=run&inputMode=json': `resource=image operation=run flow= inputMode=fields
		inputJson={} ${FLOW_OPTIONS}`,
};

it.each(Object.entries(PANELS))('shows the fields of the contract for "%s"', (values, panel) => {
	expect(panelFor(Object.fromEntries(new URLSearchParams(values)))).toStrictEqual(panel.split(/\s+/));
});

it('hides the quality of a PNG, and keeps a seed of 0', () => {
	const additional = { outputQuality: 50, seed: 0 };
	const keptFor = (outputFormat: string) =>
		valuesFor({ outputFormat, additionalFields: additional }).additionalFields;
	expect(['jpg', 'webp', 'png'].map(keptFor)).toStrictEqual([additional, additional, { seed: 0 }]);
});

it('has an operation for each one that can be chosen, and no other', () => {
	const lists = properties.filter(({ name }) => name === 'operation');
	const values = lists
		.flatMap((list) => entriesOf(list, 'value'))
		.map((choice) => 'value' in choice && choice.value);
	expect(values).toStrictEqual(['getCredits', 'generate', 'getResult', 'run']);
	const operations = ['account:getCredits', 'image:generate', 'image:getResult', 'pixelFlow:run'];
	for (const [resource, value] of operations.map((each) => each.split(':'))) {
		expect(findOperation(resource, value)).toMatchObject({ resource, value });
	}
	expect(findOperation('image', 'getCredits')).toBeUndefined();
});

it('offers the same options to a user and to an agent, and only the agent has a link from the start', () => {
	const [user, agent] = properties.filter(({ name }) => name === 'options');
	expect(user?.displayOptions?.hide).toStrictEqual({ '@tool': [true] });
	expect(agent?.displayOptions?.show).toHaveProperty('@tool', [true]);
	expect(agent?.default).toStrictEqual({ linkExpiry: '1 day' });
	expect(agent?.options).toStrictEqual(user?.options);
});

/** Every field, wherever it stands. */
const withFields = (field: Field): Field[] => [field, ...fieldsOf(field).flatMap(withFields)];
const EVERYTHING = properties.flatMap(withFields);
const isSelector = ({ name }: Field): boolean => name === 'resource' || name === 'operation';
const INPUTS = EVERYTHING.filter((field) => fieldsOf(field).length === 0 && !isSelector(field));
const LISTS = EVERYTHING.filter(({ type }) => type === 'options');
const LONG_LISTS = LISTS.filter((list) => entriesOf(list, 'value').length > 4);
const COLLECTIONS = EVERYTHING.filter(({ type }) => type === 'collection');
const BOOLEANS = EVERYTHING.filter(({ type }) => type === 'boolean');
const CHOICES = LISTS.filter(({ name }) => name !== 'resource').flatMap((list) => entriesOf(list, 'value'));

const SMALL_WORDS = 'a an and as at by for from in of on or per the to with'.split(' ');
const isTitleCase = (title: string): boolean =>
	title
		.split(' ')
		.every((word, index) => /^[A-Z0-9]/.test(word) || (index > 0 && SMALL_WORDS.includes(word)));
const isDescription = (text = ''): boolean => /^[A-Z].*[^.\s]$/.test(text) && text.length <= 140;
const isSorted = (fields: Field[], key: 'name' | 'displayName'): boolean =>
	fields.every((each, index) => index === 0 || fields[index - 1]![key].localeCompare(each[key], 'en') < 0);

const RULES: ReadonlyArray<[rule: string, fields: Field[], isKept: (field: Field) => boolean]> = [
	['labels are in Title Case', EVERYTHING, ({ displayName }) => isTitleCase(displayName)],
	['choices are in Title Case', CHOICES, ({ name }) => isTitleCase(name)],
	['fields are described without a final period', INPUTS, ({ description }) => isDescription(description)],
	['choices are described, too', CHOICES, ({ description }) => isDescription(description)],
	['hints have no final period', INPUTS, ({ hint = '' }) => !hint.endsWith('.')],
	['defaults are set', EVERYTHING, (field) => field.default !== undefined],
	['booleans start with Whether', BOOLEANS, ({ description = '' }) => description.startsWith('Whether ')],
	['placeholders are examples', INPUTS, ({ placeholder = 'e.g. x' }) => /^e\.g\. \S/.test(placeholder)],
	['collections are sorted', COLLECTIONS, (field) => isSorted(fieldsOf(field), 'displayName')],
	['long lists are sorted', LONG_LISTS, (list) => isSorted(entriesOf(list, 'value'), 'name')],
];

it.each(RULES)("n8n's rules for the panel: %s", (_, fields, isKept) => {
	expect(fields.filter((field) => !isKept(field))).toStrictEqual([]);
	expect(fields.length).toBeGreaterThan(2);
});

it('sorts a collection whatever the order of the model', () => {
	const reversed = additionalFields({ ...flux11Pro, attributes: [...flux11Pro.attributes].reverse() });
	expect(reversed).toStrictEqual(additionalFields(flux11Pro));
});
