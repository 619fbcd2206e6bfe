import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { properties } from '../../../nodes/Segmind/operations/operations';

type Field = INodeProperties;

const NODE = { typeVersion: 1 };

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
	NodeHelpers.getNodeParameters(properties, values, true, false, NODE, null) ?? {};

const defaultOf = ({ default: value }: Field): string =>
	typeof value === 'object' ? JSON.stringify(value) : String(value);

/** A field, or each one inside of it, by its name and its default. */
const toTexts = (field: Field): string[] =>
	fieldsOf(field).length === 0
		? [`${field.name}=${defaultOf(field).replace(/\s/g, '')}`]
		: [`${field.name}:`, ...fieldsOf(field).flatMap(toTexts)];

const MODEL = 'resource=image operation=generate model=flux-1.1-pro';
const FLUX = `${MODEL} prompt= aspectRatio=1:1`;
const COMMON = 'outputQuality=80 promptUpsampling=true safetyTolerance=2 seed=';
const REST = 'includeInputFields=false maxRetries=4 maximumCostPerRun=0 minimumRemainingCredits=0';
const OPTIONS = `options: numberOfImages=1 delivery=direct fileName= idempotencyKey= ${REST} output=all concurrency=0 linkExpiry=1day
	binaryPropertyOutput=data requestsPerMinute=0 retryUncertain=false timeout=600 timeout=120`;
const MODEL_OPTIONS = `options: numberOfImages=1 delivery=queued fileName= idempotencyKey= ${REST} output=all concurrency=0 linkExpiry=1day
	binaryPropertyOutput=data requestsPerMinute=0 retryUncertain=false timeout=600 timeout=120`;
const FLOW_OPTIONS = `options: delivery=queued fileName= ${REST} concurrency=0 requestsPerMinute=0 retryUncertain=false timeout=600`;

/** What saved workflows depend on: the fields that are shown for some values, in order, each with its default. */
const PANELS = {
	'': `${FLUX} outputFormat=webp additionalFields: ${COMMON} ${OPTIONS}`,
	'aspectRatio=custom': `${FLUX} width=1024 height=1024 outputFormat=webp additionalFields: ${COMMON} ${OPTIONS}`,
	'model=flux-1.1-pro-ultra&aspectRatio=custom': `${FLUX} outputFormat=jpg additionalFields: raw=false
		safetyTolerance=2 seed= ${OPTIONS}`,
	'model=flux-pro': `${FLUX} outputFormat=webp additionalFields: guidance=3 interval=2 outputQuality=80
		safetyTolerance=2 seed= steps=25 ${OPTIONS}`,
	'operation=edit': `resource=image operation=generate model=flux-kontext-pro prompt= inputImage=data
		aspectRatio=match_input_image outputFormat=png additionalFields: safetyTolerance=2 seed= ${OPTIONS}`,
	'resource=file&operation=upload': 'resource=image operation=upload binaryPropertyName=data',
	'operation=getResult': `resource=image operation=generate requestId= options: fileName= includeInputFields=false
		output=all concurrency=0 linkExpiry=1day binaryPropertyOutput=data timeout=600`,
	'operation=getMany': `resource=image operation=generate returnAll=false limit=50 filters: from= model=
		status=COMPLETED to= options: downloadFiles=false sort=newest`,
	'resource=account&operation=getCredits': 'resource=image operation=getCredits',
	'resource=model&operation=run': `resource=image operation=run modelId={"mode":"list","value":""} inputMode=fields
		inputs={"mappingMode":"defineBelow","value":null} ${MODEL_OPTIONS}`,
	'resource=model&operation=run&inputMode=json': `resource=image operation=run modelId={"mode":"list","value":""}
		inputMode=fields inputJson={"prompt":""} ${MODEL_OPTIONS}`,
	'resource=pixelFlow&operation=run': `resource=image operation=run flow= inputMode=fields inputFields: name= value=
		downloadFiles=true ${FLOW_OPTIONS}`,
	'resource=pixelFlow&operation=run&inputMode=json': `resource=image operation=run flow= inputMode=fields
		inputJson={} downloadFiles=true ${FLOW_OPTIONS}`,
};

it.each(Object.entries(PANELS))('shows the panel, with these defaults, for "%s"', (query, panel) => {
	const values = valuesFor(Object.fromEntries(new URLSearchParams(query)));
	const shown = properties.filter((field) => NodeHelpers.displayParameter(values, field, NODE, null));
	const visible = shown.filter(({ type }) => type !== 'hidden');
	expect(visible.flatMap(toTexts)).toStrictEqual(panel.split(/\s+/));
});

it('hides the quality of a PNG, and keeps a seed of 0', () => {
	const additionalFields = { outputQuality: 50, seed: 0 };
	const kept = ['jpg', 'webp', 'png'].map((outputFormat) => valuesFor({ outputFormat, additionalFields }));
	const expected = [additionalFields, additionalFields, { seed: 0 }];
	expect(kept.map((values) => values.additionalFields)).toStrictEqual(expected);
});

it.each<[operation: string, values: INodeParameters, seconds: number]>([
	['Generate', {}, 120],
	['Generate, Direct', { options: { delivery: 'direct' } }, 120],
	['Generate, Queued', { options: { delivery: 'queued' } }, 600],
	['Generate, Submit Only', { options: { delivery: 'submitOnly' } }, 600],
	['Edit', { operation: 'edit' }, 120],
	['Edit, Queued', { operation: 'edit', options: { delivery: 'queued' } }, 600],
	['Get Result', { operation: 'getResult' }, 600],
	['Model', { resource: 'model', operation: 'run' }, 600],
	['Model, Direct', { resource: 'model', operation: 'run', options: { delivery: 'direct' } }, 120],
	['Model, Submit Only', { resource: 'model', operation: 'run', options: { delivery: 'submitOnly' } }, 600],
	[
		'PixelFlow, Submit Only',
		{ resource: 'pixelFlow', operation: 'run', options: { delivery: 'submitOnly' } },
		600,
	],
	['PixelFlow', { resource: 'pixelFlow', operation: 'run' }, 600],
])(
	'shows one Timeout for %s, which starts with the value in force and is stored as entered',
	(_, raw, seconds) => {
		const values = valuesFor(raw);
		const timeouts = properties
			.filter((field) => field.name === 'options' && NodeHelpers.displayParameter(values, field, NODE, null))
			.flatMap(fieldsOf)
			.filter(({ name }) => name === 'timeout')
			.filter((field) => NodeHelpers.displayParameterPath(values, field, 'options', NODE, null));
		expect(timeouts.map((field) => field.default)).toStrictEqual([seconds]);
		for (const timeout of [5, 120, 300, 600]) {
			const options = { ...(raw.options as INodeParameters | undefined), timeout };
			for (const withDefaults of [true, false]) {
				const saved = { ...raw, options };
				const stored = NodeHelpers.getNodeParameters(properties, saved, withDefaults, false, NODE, null);
				expect(stored?.options).toStrictEqual(options);
			}
		}
	},
);

it('offers the same options to a user and to an agent, and only the agent has a link and few fields from the start', () => {
	const [user, agent] = properties.filter(({ name }) => name === 'options');
	expect(user?.displayOptions?.hide).toStrictEqual({ '@tool': [true] });
	expect(agent?.displayOptions?.show).toHaveProperty('@tool', [true]);
	expect(agent?.default).toStrictEqual({ linkExpiry: '1 day', output: 'simplified' });
	expect(agent?.options).toStrictEqual(user?.options);
});

const withFields = (field: Field): Field[] => [field, ...fieldsOf(field).flatMap(withFields)];
const ALL = properties.filter(({ type }) => type !== 'hidden').flatMap(withFields);
const INPUTS = ALL.filter(
	({ type, name }) => !/ollection$/.test(type) && !/^(resource|operation)$/.test(name),
);
const LISTS = ALL.filter(({ type }) => type === 'options');
const LONG_LISTS = LISTS.filter((list) => entriesOf(list, 'value').length > 4);
const COLLECTIONS = ALL.filter(({ type }) => type === 'collection');
const BOOLEANS = ALL.filter(({ type }) => type === 'boolean');
const CHOICES = LISTS.filter(({ name }) => name !== 'resource').flatMap((list) => entriesOf(list, 'value'));

const SMALL_WORDS = 'a an and as at by for from in of on or per the to with'.split(' ');
const isTitleCase = (title: string): boolean =>
	title
		.split(' ')
		.every((word, index) => /^\(?[A-Z0-9]/.test(word) || (index > 0 && SMALL_WORDS.includes(word)));
const isDescription = (text = ''): boolean => /^[A-Z].*[^.\s]$/.test(text) && text.length <= 140;
const isSorted = (fields: Field[], key: 'name' | 'displayName'): boolean =>
	fields.every((each, index) => index === 0 || fields[index - 1]![key].localeCompare(each[key], 'en') < 0);

/** The fields of a collection. Variants of one field stand side by side, and one of them is shown. */
const withoutVariants = (list: Field): Field[] =>
	fieldsOf(list).filter(({ name }, index, fields) => name !== fields[index - 1]?.name);

/** Without the option that stands first, since most users look for it. */
const afterFirst = (fields: Field[]): Field[] => fields.filter(({ name }) => name !== 'numberOfImages');

it.each<[rule: string, fields: Field[], isKept: (field: Field) => boolean]>([
	['labels are in Title Case', ALL, ({ displayName }) => isTitleCase(displayName)],
	['choices are in Title Case', CHOICES, ({ name }) => isTitleCase(name)],
	['all is described', [...INPUTS, ...CHOICES], ({ description }) => isDescription(description)],
	['hints have no final period', INPUTS, ({ hint = '' }) => !hint.endsWith('.')],
	['defaults are set', ALL, (field) => field.default !== undefined],
	['booleans start with Whether', BOOLEANS, ({ description = '' }) => description.startsWith('Whether ')],
	['placeholders are examples', INPUTS, ({ placeholder = 'e.g. x' }) => /^e\.g\. \S/.test(placeholder)],
	[
		'collections are sorted',
		COLLECTIONS,
		(field) => isSorted(afterFirst(withoutVariants(field)), 'displayName'),
	],
	['long lists are sorted', LONG_LISTS, (list) => isSorted(entriesOf(list, 'value'), 'name')],
])("n8n's rules for the panel: %s", (_, fields, isKept) => {
	expect(fields.filter((field) => !isKept(field))).toStrictEqual([]);
	expect(fields.length).toBeGreaterThan(2);
});

it('takes a seed of -1 for every model', () => {
	const seeds = ALL.filter(({ name }) => name === 'seed');
	expect(seeds.map(({ typeOptions }) => typeOptions?.minValue)).toStrictEqual([-1, -1, -1, -1]);
});
