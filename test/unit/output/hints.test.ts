import { SegmindError } from '../../../nodes/Segmind/api/errors';
import { toBatchOptions } from '../../../nodes/Segmind/jobs/options';
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
const nothing = { roundings: [], misplaced: [], waited: 0, changed: 0, gone: 0, unreadable: undefined };

const local = 'http://[::1]:5678/rest/binary-data/signed?token=x';
const open = 'https://n8n.example/rest/binary-data/signed?token=x';

test.each<[string, number, Paid[], string[]]>([
	['the cost and the lowest balance', 0, [[0.05, 2], [0.2, 1.8], [0]], ['3 images for $0.25, $1.80 left']],
	['no cost when one is unknown', 0, [[0.05], [null]], []],
	['what was paid before', 0, [[1, 1, true]], ['1 image paid in an earlier try, not paid again']],
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
		...{ outputIndex: 0, replaced: [] },
	}));
	addHints(n8n.context, { ...nothing, deliveries, options });
	expect(n8n.hints).toEqual(expected.map((part) => expect.stringContaining(part)));
});

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
	const deliveries = [{ ...delivery, ...link, outputIndex: 0, replaced: [] }];
	const options = toBatchOptions({});
	addHints(n8n.context, { ...nothing, deliveries, options });
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
		{ ...delivery, usage: usageOf(0.05), outputIndex: 0, replaced: ['cost', 'model'] },
		{ ...delivery, usage: usageOf(null), outputIndex: 1, replaced: ['cost'] },
	];
	addHints(n8n.context, {
		...nothing,
		deliveries,
		changed: 1,
		options: toBatchOptions({}),
	});
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
	const deliveries = [{ ...delivery, usage: usageOf(0.05), outputIndex: 0, replaced: [] }];
	const unreadable = new SegmindError('server', 'it is away', 'Wait.');
	addHints(n8n.context, { ...nothing, deliveries, gone: 2, unreadable, options: toBatchOptions({}) });
	expect(n8n.hints).toEqual([
		'1 image for $0.05',
		expect.stringMatching(/^1 image whose response was lost/),
		expect.stringMatching(/^2 images made again/),
		"Segmind's request history could not be read: it is away",
	]);
});
