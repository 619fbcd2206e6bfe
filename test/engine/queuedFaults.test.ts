import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import { Engine } from './engine';
import type { Batch, Case } from './queue';
import { asked, refusalIn, runAll } from './queue';

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start();
});
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

/** Each test looks at one case of a batch that ran before. */
function batchOf(cases: readonly Case[], timeout: number): Pick<Batch, 'itemOf' | 'submitsOf'> {
	let batch: Batch;
	beforeAll(async () => {
		batch = await runAll(engine, emulator, cases, { timeout });
	}, 90_000);
	return {
		itemOf: (prompt) => batch.itemOf(prompt),
		submitsOf: (prompt) => batch.submitsOf(prompt),
	};
}

const on = (about: NonNullable<Fault['on']>, fault: Fault, times = 1): Fault => ({
	...fault,
	on: about,
	times,
});
const page = '<html><h1>Just a moment</h1></html>';

describe('what passes', () => {
	const cases: Case[] = [
		{ prompt: 'two resets', faults: [on('status', { reset: true }, 2)] },
		{ prompt: 'a poll cut short', faults: [on('status', { cut: 5 })] },
		{ prompt: 'a poll answered with 500', faults: [on('status', { status: 500, body: page })] },
		{ prompt: 'a poll answered with 502', faults: [on('status', { status: 502, body: page })] },
		{ prompt: 'a poll answered with 504', faults: [on('status', { status: 504, body: page })] },
		{ prompt: 'a page as 200', faults: [on('status', { status: 200, body: page })] },
		{ prompt: 'an empty 200', faults: [on('status', { status: 200, bytes: '' })] },
		{ prompt: 'a list as 200', faults: [on('status', { status: 200, body: [1] })] },
		{ prompt: 'no state', faults: [on('status', { fields: { status: null } })] },
		{ prompt: 'a state that is a number', faults: [on('status', { fields: { status: 7 } })] },
		{ prompt: 'IN_QUEUE', faults: [on('status', { fields: { status: 'IN_QUEUE' } })] },
		{ prompt: 'STARTING', faults: [on('status', { fields: { status: 'STARTING' } })] },
		{ prompt: 'processing in lower case', faults: [on('status', { fields: { status: 'processing' } })] },
		{ prompt: 'completed in lower case', faults: [on('status', { fields: { status: 'completed' } })] },
		{ prompt: 'a 429', faults: [on('status', { status: 429, headers: { 'retry-after': '1' } })] },
		{ prompt: 'one 404', faults: [on('status', { status: 404, body: { error: 'Not found' } })] },
		{ prompt: 'two 404 more', faults: [on('status', { status: 404, body: { error: 'Not found' } }, 2)] },
		{ prompt: 'a result that resets', faults: [on('result', { reset: true })] },
		{ prompt: 'a page for a result', faults: [on('result', { status: 200, body: page })] },
		{ prompt: 'a result that is not found yet', faults: [on('result', { status: 404, body: {} })] },
		{
			prompt: 'a result that lags behind',
			faults: [on('result', { status: 200, body: { status: 'PROCESSING', request_id: 'x' } })],
		},
		{ prompt: 'a file not there yet', faults: [on('file', { status: 404, body: page })] },
		{ prompt: 'a file that resets', faults: [on('file', { reset: true })] },
		{ prompt: 'a file cut short', faults: [on('file', { cut: 100 })] },
		{ prompt: 'a busy file host', faults: [on('file', { status: 503, body: page })] },
	];
	const { itemOf, submitsOf } = batchOf(cases, 60);

	test.each(cases.map(({ prompt }) => prompt))('%s', async (prompt) => {
		const item = itemOf(prompt);
		expect(item?.json).toMatchObject({ prompt, cost: 0.05, width: 256, attempts: 1 });
		expect((await sharp(await engine.read(item)).metadata()).format).toBe('webp');
		expect(submitsOf(prompt).map(({ paid }) => paid)).toEqual([true]);
	});

	test('all is paid once, and no file host is told the key', () => {
		expect(emulator.paid).toBe(cases.length);
		const files = asked(emulator, /^\/files\//);
		expect(files.length).toBeGreaterThan(cases.length);
		for (const { headers } of files) expect(JSON.stringify(headers)).not.toContain(emulator.key);
	});
});

describe('a job that failed', () => {
	const fails = (body: NonNullable<Fault['fails']>): Fault[] => [{ fails: body }];
	const as = (state: string, error: string): Fault[] => [
		{ fails: { error } },
		on('status', { status: 200, body: { status: state, error } }),
	];
	const cases: Array<Case & { cause: string; words: string }> = [
		{ prompt: 'error alone', faults: fails({ error: 'bad seed 1' }), cause: 'request', words: 'bad seed 1' },
		{ prompt: 'message', faults: fails({ message: 'bad seed 2' }), cause: 'request', words: 'bad seed 2' },
		{
			prompt: 'list',
			faults: fails({ detail: [{ msg: 'bad seed 3' }] }),
			cause: 'request',
			words: 'bad seed 3',
		},
		{
			prompt: 'error_message',
			faults: fails({ error_message: { message: 'bad seed 4' } }),
			cause: 'request',
			words: 'bad seed 4',
		},
		{
			prompt: 'nested by node',
			faults: fails({ error_message: { upscaler: 'bad seed 5' } }),
			cause: 'request',
			words: 'bad seed 5',
		},
		{
			prompt: 'description',
			faults: fails({ error_description: 'bad seed 6' }),
			cause: 'request',
			words: 'bad seed 6',
		},
		{ prompt: 'filter', faults: fails({ error: 'NSFW content' }), cause: 'moderation', words: 'NSFW' },
		{ prompt: 'no words', faults: fails({}), cause: 'request', words: 'FAILED' },
		{ prompt: 'FAILED as 200', faults: as('FAILED', 'bad seed 7'), cause: 'request', words: 'bad seed 7' },
		{ prompt: 'failed small', faults: as('failed', 'bad seed 8'), cause: 'request', words: 'bad seed 8' },
		{ prompt: 'ERROR', faults: as('ERROR', 'bad seed 9'), cause: 'request', words: 'bad seed 9' },
		{ prompt: 'CANCELED', faults: as('CANCELED', 'by hand'), cause: 'request', words: 'by hand' },
	];
	const { itemOf, submitsOf } = batchOf(cases, 20);

	test.each(cases)('$prompt: is $cause, not billed, and in its own words', ({ prompt, cause, words }) => {
		const told = refusalIn(itemOf(prompt));
		expect(told).toMatchObject({ cause, billed: 'no', statusCode: 422, attempts: 1 });
		expect(told.error).toContain(words);
		expect(submitsOf(prompt)).toHaveLength(1);
	});

	test('none is paid, and none is asked for again', () => {
		expect(emulator.paid).toBe(0);
		expect(asked(emulator, /\/status$/)).toHaveLength(cases.length);
	});
});

describe('what stays at Segmind', () => {
	const hour = () => new Date(Date.now() + 3_600_000).toISOString();
	const cases: Array<Case & { words: string }> = [
		{
			prompt: 'a key that is refused',
			faults: [on('status', { status: 401, body: { error: 'expired' } }, -1)],
			words: 'Segmind did not accept the API key (401): expired',
		},
		{
			prompt: 'a long rate limit',
			faults: [on('status', { status: 429, headers: { 'x-rate-limit-reset-at-utc': hour() } }, -1)],
			words: '429',
		},
		{
			prompt: 'nothing but resets',
			faults: [on('status', { reset: true }, -1)],
			words: 'there within 20 seconds',
		},
		{
			prompt: 'an unknown state for good',
			faults: [on('status', { fields: { status: 'PAUSED' } }, -1)],
			words: 'there within 20 seconds',
		},
		{
			prompt: 'no output',
			faults: [on('result', { fields: { output: null, images: null } }, -1)],
			words: 'names no image',
		},
		{
			prompt: 'an output of words',
			faults: [on('result', { fields: { output: 'a red fox', images: null } }, -1)],
			words: 'names no image',
		},
		{
			prompt: 'a page for a file',
			faults: [on('file', { status: 200, body: page }, -1)],
			words: 'not a whole image',
		},
		{
			prompt: 'half a file',
			faults: [on('file', { status: 200, bytes: 'iVBORw0KGgoAAAANSUhEUgAA' }, -1)],
			words: 'not a whole image',
		},
		{
			prompt: 'a file host that refuses',
			faults: [on('file', { status: 403, body: page }, -1)],
			words: 'its host answered with 403',
		},
	];
	const { itemOf, submitsOf } = batchOf(cases, 20);

	test.each(cases)('$prompt: is said, with the request id and the way to it', ({ prompt, words }) => {
		const { error, message, requestId, billed, cause } = refusalIn(itemOf(prompt));
		expect(error).toContain(words);
		expect({ billed, cause }).toEqual({ billed: 'unknown', cause: 'uncertain' });
		const polled = asked(emulator, /\/status$/).map(({ path }) => path);
		expect(polled).toContain(`/v2/requests/${String(requestId)}/status`);
		expect(message).toContain(String(requestId));
		expect(message).toMatch(/not paid for again/);
		expect(submitsOf(prompt)).toHaveLength(1);
	});

	test('a limit of an hour is not said to be a wait of seconds that nobody waited', () => {
		expect(itemOf('a long rate limit')?.json.error).not.toContain('within 20 seconds');
	});
});
