import { toDelivery } from '../../../nodes/Segmind/output/item';
import type { StoredResult } from '../../../nodes/Segmind/output/result';
import { jobsOf, usageOf } from '../batch/setup';
import { FakeN8n } from '../context';

const file = { id: '7', data: '', mimeType: 'image/png' };
const usage = usageOf(0.05, 2);
const queued: StoredResult = {
	fields: { prompt: 'fox' },
	usage,
	fileName: 'fox',
	namedFiles: {},
	attempts: 1,
};
const result: StoredResult = { ...queued, file, namedFiles: { mask: file } };

/** The delivery of the second item. */
function deliver(stored: StoredResult, options = {}, alreadyPaid = false, signsLinks = true) {
	const json = { row: 3, prompt: 'x', imageUrl: 'old', alreadyPaid: true };
	const n8n = Object.assign(new FakeN8n(), {
		signsLinks,
		items: [{ json: {} }, { json, binary: { photo: file } }],
	});
	return toDelivery(n8n.context, stored, jobsOf(['a', 'fox'], options)[1]!, alreadyPaid);
}

const FIELDS = '"cost":0.05,"remainingCredits":2,"requestId":null,"generationTime":null,"attempts":1';

test.each([
	['a direct request', result, {}, false, `{"prompt":"fox",${FIELDS}}`],
	[
		'a queued one',
		{ ...result, status: 'COMPLETED' as const },
		{},
		false,
		`{"prompt":"fox",${FIELDS},"status":"COMPLETED"}`,
	],
	['an earlier try', result, {}, true, `{"prompt":"fox",${FIELDS},"alreadyPaid":true}`],
	[
		'a submission',
		{ ...queued, status: 'QUEUED' as const },
		{},
		false,
		'{"prompt":"fox","requestId":null,"status":"QUEUED","attempts":1}',
	],
	['its input as well', result, { includeInputFields: true }, false, `{"row":3,"prompt":"fox",${FIELDS}}`],
])('the item of %s has its fields in their order', (_name, stored, options, alreadyPaid, expected) => {
	const { item } = deliver(stored, options, alreadyPaid);
	expect(JSON.stringify(item.json)).toBe(expected);
	expect(item.pairedItem).toEqual({ item: 1 });
});

test('has the files of the result, and those of the input when they are wanted', () => {
	expect(deliver(result, { binaryPropertyOutput: 'image' }).item.binary).toEqual({ mask: file, image: file });
	expect(Object.keys(deliver(result, { includeInputFields: true }).item.binary!)).toEqual([
		'photo',
		'mask',
		'data',
	]);
	expect(deliver(queued).item).not.toHaveProperty('binary');
});

const link = 'https://images.segmind.com/fox.png';
const signed = 'https://n8n.example/rest/binary-data/signed?file=7&expiry=1 day';

test.each([
	['no link unless one is wanted', result, 'none', true, undefined],
	["Segmind's link, which is there anyway", { ...result, link }, 'none', true, link],
	['a signed link', { ...result, link }, '1 day', true, signed],
	["Segmind's link where n8n signs none", { ...result, link }, '1 day', false, link],
	['null where there is no link at all', result, '1 day', false, null],
])('has %s', (_name, stored, linkExpiry, signsLinks, expected) => {
	const { imageUrl, item } = deliver(stored, { linkExpiry }, false, signsLinks);
	expect([imageUrl, item.json.imageUrl]).toEqual([expected, expected]);
});
