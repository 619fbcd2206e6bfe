import { toBatchOptions } from '../../../nodes/Segmind/jobs/options';
import { addHints } from '../../../nodes/Segmind/output/hints';
import type { Delivery } from '../../../nodes/Segmind/output/item';
import { usageOf } from '../batch/setup';
import { FakeN8n } from '../context';

const delivery = (cost: number | null, left: number | null, more: Partial<Delivery> = {}): Delivery => ({
	...{
		itemIndex: 0,
		item: { json: {} },
		usage: usageOf(cost, left),
		alreadyPaid: false,
		imageUrl: undefined,
	},
	...more,
});
const linked = (imageUrl: string | null) => [delivery(null, null, { imageUrl })];

test.each<[string, number, Delivery[], string[]]>([
	[
		'the cost and the lowest balance',
		0,
		[delivery(0.05, 2), delivery(0.2, 1.8)],
		['2 images for $0.25, $1.80 left'],
	],
	['no cost when one is unknown', 0, [delivery(0.05, null), delivery(null, null)], []],
	[
		'what was paid before',
		0,
		[delivery(1, 1, { alreadyPaid: true })],
		['1 image paid in an earlier try, not paid'],
	],
	[
		'that credits run low',
		1,
		[delivery(0.05, 1.49)],
		['1 image for', 'Only $0.49 above the minimum of $1.00'],
	],
	['nothing more with credits for ten images', 1, [delivery(0.05, 1.5)], ['1 image for $0.05, $1.50 left']],
	['that no link could be made', 0, linked(null), ['No public link could be made']],
	[
		'that a link opens here only',
		0,
		linked('http://[::1]/rest/binary-data/signed?x'),
		['The public link opens on'],
	],
	['nothing about other links', 0, linked('https://n8n.example/rest/binary-data/signed?x'), []],
])('tell %s', (_name, minimumRemainingCredits, deliveries, expected) => {
	const n8n = new FakeN8n();
	const options = toBatchOptions({ minimumRemainingCredits });
	addHints(n8n.context, { roundings: [], deliveries, waited: 0, options });
	expect(n8n.hints).toEqual(expected.map((start) => expect.stringContaining(start)));
});
