import { toDeliveries } from '../../../nodes/Segmind/output/item';
import type { StoredResult } from '../../../nodes/Segmind/output/result';
import { jobsOf, usageOf } from '../batch/setup';
import { FakeN8n } from '../context';

const file = { id: '7', data: '', mimeType: 'image/png' };
const base = { fields: { prompt: 'fox' }, usage: usageOf(0.05, 2), fileName: 'fox', attempts: 1 };
const stored = (link?: string) => [{ binary: file, link, fields: { fileName: 'fox.png' } }];
const result: StoredResult = { ...base, files: stored() };
const flow: StoredResult = { ...base, files: stored(), namedFiles: { mask: file } };
const queued: StoredResult = { ...base, files: [], status: 'QUEUED' };

/** The delivery of the second item. */
function deliver(stored: StoredResult, options = {}, alreadyPaid = false, signsLinks = true) {
	const json = { row: 3, prompt: 'x', imageUrl: 'old', alreadyPaid: true, recovered: true };
	const items = [{ json: {} }, { json, binary: { photo: file } }];
	const { context } = Object.assign(new FakeN8n(), { signsLinks, items });
	return toDeliveries(context, stored, jobsOf(['a', 'fox'], options)[1]!, alreadyPaid)[0]!;
}

test('an item has its fields in their order, without those of the input unless they are wanted', () => {
	const fields = [
		'prompt',
		'fileName',
		'cost',
		'remainingCredits',
		'requestId',
		'generationTime',
		'attempts',
		'imageUrl',
	];
	const keys = (...args: Parameters<typeof deliver>): string[] => Object.keys(deliver(...args).item.json);
	expect(keys(result)).toEqual(fields);
	expect(keys({ ...result, status: 'COMPLETED' }, {}, true)).toEqual([...fields, 'status', 'alreadyPaid']);
	expect(keys({ ...result, recovered: true })).toEqual([...fields, 'recovered']);
	expect(keys(flow)).toEqual(fields.slice(0, -1));
	expect(keys(queued)).toEqual(['prompt', 'requestId', 'status', 'attempts', 'imageUrl']);
	expect(keys(result, { includeInputFields: true })).toEqual(['row', ...fields]);
	const usage = { cost: 0.05, remainingCredits: 2, requestId: 'v1-id', generationTime: null };
	expect(deliver(result, { includeInputFields: true }).item).toMatchObject({
		json: { row: 3, prompt: 'fox', attempts: 1, ...usage },
		pairedItem: { item: 1 },
	});
});

test('a simplified item has what an agent needs, and all of a request that is not finished', () => {
	const options = { output: 'simplified', linkExpiry: '1 day', includeInputFields: true };
	const fields = { model: 'flux', prompt: 'fox', seed: 0, aspectRatio: '1:1' };
	const files = [{ ...stored()[0]!, fields: { width: 8, height: 9, mimeType: 'image/png', fileName: 'a' } }];
	expect(Object.keys(deliver({ ...result, fields, files }, options, true).item.json)).toEqual([
		...['row', 'prompt', 'model', 'seed', 'width', 'height', 'fileName', 'cost', 'remainingCredits'],
		...['imageUrl', 'alreadyPaid'],
	]);
	const submitted = { ...queued, fields };
	expect(deliver(submitted, options).item.json).toMatchObject({ status: 'QUEUED', requestId: 'v1-id' });
});

test('an item has the files of its result, and those of the input when they are wanted', () => {
	const photo = file;
	expect(deliver(flow, { binaryPropertyOutput: 'image' }).item.binary).toEqual({ mask: file, image: file });
	expect(deliver(queued, { includeInputFields: true }).item.binary).toEqual({ photo });
	expect(deliver(queued).item).not.toHaveProperty('binary');
});

const link = 'https://images.segmind.com/fox.png';
const signed = 'https://n8n.example/rest/binary-data/signed?file=7&expiry=1 day';

test.each([
	['no link unless one is wanted', result, 'none', true, null],
	["Segmind's link, which is there anyway", { ...result, files: stored(link) }, 'none', true, link],
	['a signed link', { ...result, files: stored(link) }, '1 day', true, signed],
	["Segmind's link where that is wanted", { ...result, files: stored(link) }, 'segmind', true, link],
	["no link of n8n's where Segmind's is wanted", result, 'segmind', true, null],
	["Segmind's link where n8n signs none", { ...result, files: stored(link) }, '1 day', false, link],
	['null where there is no link at all', result, '1 day', false, null],
])('an item has %s', (_name, given, linkExpiry, signsLinks, expected) => {
	const { imageUrl, item } = deliver(given, { linkExpiry }, false, signsLinks);
	expect([imageUrl, item.json.imageUrl]).toEqual([expected, expected]);
});

test('each file is an item, with the cost on the first', () => {
	const files = [...stored(), ...stored()];
	const input = { error: '', message: 'm', details: {}, cost: 9, row: 3 };
	const n8n = Object.assign(new FakeN8n(), { items: [{ json: input }] });
	const job = jobsOf(['fox'], { includeInputFields: true })[0]!;
	const deliveries = toDeliveries(n8n.context, { ...flow, files }, job, false);
	expect(deliveries.map(({ item }) => [item.json.outputIndex, item.json.cost, item.json.row])).toEqual([
		[0, 0.05, 3],
		[1, null, 3],
	]);
	expect(deliveries.map(({ item }) => Object.keys(item.binary ?? {}))).toEqual([['mask', 'data'], ['data']]);
	expect(deliveries[0]?.replaced).toEqual(['error', 'message', 'details', 'cost']);
	for (const { item } of deliveries) expect(item.json).not.toHaveProperty('error');
});
