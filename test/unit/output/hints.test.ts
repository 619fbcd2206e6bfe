import { SegmindError } from '../../../nodes/Segmind/api/errors';
import { toBatchOptions } from '../../../nodes/Segmind/jobs/options';
import { addFailureHints } from '../../../nodes/Segmind/output/failureHints';
import { addHints } from '../../../nodes/Segmind/output/hints';
import { usageOf } from '../batch/setup';
import { FakeN8n } from '../context';

type Paid = [
	cost: number | null,
	left?: number | null,
	alreadyPaid?: boolean,
	link?: [string, string | null],
];

const binary = { data: { data: '', mimeType: 'image/png' } };
const NOTHING: Parameters<typeof addHints>[1] = {
	noun: 'image',
	...{
		deliveries: [],
		roundings: [],
		misplaced: [],
		waited: 0,
		changed: 0,
		gone: 0,
		unrepeatable: 0,
		unreadable: undefined,
	},
	options: toBatchOptions({}),
};

const local = 'http://[::1]:5678/rest/binary-data/signed?token=x';
const open = 'https://n8n.example/rest/binary-data/signed?token=x';

test.each<[string, number, Paid[], string[]]>([
	['the cost and the lowest balance', 0, [[0.05, 2], [0.2, 1.8], [0]], ['3 images for $0.25, $1.80 left']],
	['no cost when one is unknown', 0, [[0.05], [null]], []],
	['what was paid before', 0, [[1, 1, true]], ['1 image paid before, not paid again']],
	['low credits', 1, [[0.05, 1.49]], ['1 image for $0.05', 'Only $0.49 above the minimum of $1.00']],
	['nothing more with credits for ten images', 1, [[0.05, 1.5]], ['1 image for $0.05, $1.50 left']],
	['that no link could be made', 0, [[null, null, false, ['1 day', null]]], ['No public link could be made']],
	[
		"that Segmind's link is not known",
		0,
		[[null, null, false, ['segmind', null]]],
		['Set Delivery to Queued'],
	],
	['nothing about a link that nobody wants', 0, [[null, null, false, ['none', null]]], []],
	[
		'that a link opens here only',
		0,
		[[null, null, false, ['1 day', local]]],
		['now it is http://[::1]:5678'],
	],
	['nothing about a link that opens everywhere', 0, [[null, null, false, ['1 day', open]]], []],
])('tell %s', (_name, minimumRemainingCredits, paid, expected) => {
	const n8n = new FakeN8n();
	const options = toBatchOptions({ minimumRemainingCredits });
	const deliveries = paid.map(([cost, left, alreadyPaid = false, link = ['none', null]]) => ({
		...{ itemIndex: 0, item: { json: {}, binary }, usage: usageOf(cost, left), alreadyPaid },
		...{ linkExpiry: link[0] as 'none', imageUrl: link[1] },
		...{ outputIndex: 0, refused: 0, replaced: [] },
	}));
	addHints(n8n.context, { ...NOTHING, deliveries, options });
	expect(n8n.hints).toEqual(expected.map((part) => expect.stringContaining(part)));
});

test.each([
	['{{ $json.imageUrl }}', 'none', null, ['imageUrl is empty, and a later node uses it']],
	['{{ $json.imageUrl }}', 'none', open, []],
	['{{ $json.fileName }}', 'none', null, []],
] as const)(
	'with a later node that has %s, Public Link %s and the link %s',
	(text, linkExpiry, imageUrl, expected) => {
		const n8n = new FakeN8n();
		const later = {
			name: 'Post',
			type: 'x',
			typeVersion: 1,
			disabled: false,
			parameters: { url: `=${text}` },
		};
		n8n.loop = [later];
		const item = { json: {}, binary };
		const delivery = {
			itemIndex: 0,
			item,
			alreadyPaid: false,
			usage: usageOf(null),
			outputIndex: 0,
			refused: 0,
			replaced: [],
		};
		addHints(n8n.context, { ...NOTHING, deliveries: [{ ...delivery, linkExpiry, imageUrl }] });
		expect(n8n.hints).toEqual(expected.map((part) => expect.stringContaining(part)));
	},
);

test.each([
	['none', open, ['n8n deletes the image and its public link soon after the run']],
	['none', 'https://images.segmind.example/1.webp', []],
	['none', null, []],
	['all', open, []],
	['DEFAULT', open, []],
] as const)('with successful executions saved: %s, tell about the link %s', (saved, imageUrl, expected) => {
	const n8n = new FakeN8n();
	n8n.settings = { saveDataSuccessExecution: saved };
	const delivery = { itemIndex: 0, item: { json: {} }, alreadyPaid: false, usage: usageOf(null) };
	const link = { linkExpiry: 'none' as const, imageUrl };
	const deliveries = [{ ...delivery, ...link, outputIndex: 0, refused: 0, replaced: [] }];
	const options = toBatchOptions({});
	addHints(n8n.context, { ...NOTHING, deliveries, options });
	expect(n8n.hints).toEqual(expected.map((part) => expect.stringContaining(part)));
});

test('tell of changed expressions, further files and replaced input fields', () => {
	const n8n = new FakeN8n();
	const delivery = {
		itemIndex: 0,
		item: { json: {} },
		alreadyPaid: false,
		imageUrl: null,
		linkExpiry: 'none',
	} as const;
	const deliveries = [
		{ ...delivery, usage: usageOf(0.05), outputIndex: 0, refused: 0, replaced: ['cost', 'model'] },
		{ ...delivery, usage: usageOf(null), outputIndex: 1, refused: 0, replaced: ['cost'] },
	];
	addHints(n8n.context, { ...NOTHING, deliveries, changed: 1 });
	expect(n8n.hints).toEqual([
		'2 images for $0.05',
		expect.stringMatching(/^1 image handed over although an expression/),
		'Input fields replaced or left out: cost, model',
	]);
});

test('tell what the request history did, or that it could not be read', () => {
	const n8n = new FakeN8n();
	const item = { json: { recovered: true }, binary };
	const delivery = { itemIndex: 0, item, alreadyPaid: false, imageUrl: null, linkExpiry: 'none' } as const;
	const deliveries = [{ ...delivery, usage: usageOf(0.05), outputIndex: 0, refused: 0, replaced: [] }];
	const unreadable = new SegmindError('server', 'it is away', 'Wait.');
	addHints(n8n.context, { ...NOTHING, deliveries, gone: 2, unrepeatable: 1, unreadable });
	expect(n8n.hints).toEqual([
		'1 image for $0.05',
		expect.stringMatching(/^1 image whose response was lost/),
		expect.stringMatching(/^2 images made again/),
		expect.stringMatching(/^1 image can't be found again by the Idempotency Key/),
		"Segmind's request history could not be read: it is away",
	]);
});

test('call the runs of a flow runs, and say what was rounded', () => {
	const n8n = new FakeN8n();
	const delivery = { itemIndex: 0, item: { json: {} }, alreadyPaid: false, imageUrl: null } as const;
	const deliveries = [
		{
			...delivery,
			linkExpiry: 'none' as const,
			usage: usageOf(0.02),
			outputIndex: 0,
			refused: 0,
			replaced: [],
		},
	];
	const roundings = [{ label: 'Width', entered: 1000, sent: 1008, step: 16 }];
	addHints(n8n.context, { ...NOTHING, noun: 'run', deliveries, roundings });
	expect(n8n.hints).toEqual(['1 run for $0.02', 'Rounded to a multiple of 16: width 1000 → 1008']);
});

const PROMPT = "'Prompt' is empty";
const FILTER = 'The content filter rejected the request (422)';

test.each<[string, string[], string[]]>([
	['nothing when all succeed', ['', ''], []],
	['one item', [PROMPT, '', ''], [`1 of 3 items has no image: ${PROMPT}`]],
	[
		'each reason with its count, the most frequent first, without the words of others',
		[PROMPT, `${FILTER}: <b>Blocked</b>`, `${FILTER}: "x": y`, ''],
		[`2 of 4 items have no image: ${FILTER}`, `1 of 4 items has no image: ${PROMPT}`],
	],
	[
		'no value of the user, whole or cut',
		[`'Aspect Ratio' can't be "<b>: \\"" with this model`, `'Seed' can't be "<img src=x onerr…`, ''],
		[
			"1 of 3 items has no image: 'Aspect Ratio' can't be with this model",
			"1 of 3 items has no image: 'Seed' can't be",
		],
	],
	[
		'three reasons, and how many others there are',
		['a', 'b', 'c', 'd', 'e'],
		[
			...['a', 'b', 'c'].map((reason) => `1 of 5 items has no image: ${reason}`),
			'2 of 5 items have no image for other reasons',
		],
	],
])('warn of %s', (_, messages, expected) => {
	const n8n = new FakeN8n();
	const outcomes = messages.map((message, itemIndex) =>
		message === '' ? { itemIndex } : { itemIndex, error: new SegmindError('request', message, '') },
	);
	addFailureHints(n8n.context, outcomes);
	expect(n8n.hints).toEqual(expected);
});

test('count images where an item has several, and results where they are no images', () => {
	const n8n = new FakeN8n();
	const error = new SegmindError('request', PROMPT, '');
	addFailureHints(n8n.context, [{ itemIndex: 0 }, { itemIndex: 0, error }, { itemIndex: 1 }]);
	n8n.parameters = { resource: 'account' };
	addFailureHints(n8n.context, [{ itemIndex: 0, error }]);
	expect(n8n.hints).toEqual([`1 of 3 images is missing: ${PROMPT}`, `1 of 1 item has no result: ${PROMPT}`]);
});
