import type { Emulator } from '../emulator/emulator';
import { BYTES, call, start } from './emulatorCall';

const IMAGE = '/v2/flux-1.1-pro';
const OLD_FLOW = '/workflows/6629b1-v2';
const FOX = { prompt: 'a fox', seed: 5, aspect_ratio: 'custom', width: 256, height: 256 };

type Json = Record<string, unknown>;

async function submit(emulator: Emulator, path = IMAGE, inputs: object = FOX) {
	const { body } = await call(emulator, path, { body: JSON.stringify(inputs) });
	return body as Record<'request_id' | 'status_url' | 'response_url' | 'poll_url', string>;
}

const get = async (emulator: Emulator, url: string, headers: object = { 'x-api-key': emulator.key }) =>
	await call(emulator, url, { method: 'GET', headers: { ...headers } });

const json = async (emulator: Emulator, url: string): Promise<Json> =>
	(await get(emulator, url)).body as Json;

describe('a queued image', () => {
	it('is billed at once, queued, processed, completed, and served without a key', async () => {
		const emulator = await start({ delay: 600 });
		const { url } = emulator;
		const queued = await submit(emulator);
		const { request_id: id, status_url, response_url, poll_url } = queued;
		expect(queued).toEqual({
			request_id: expect.stringMatching(/^[\w-]{36}$/),
			status: 'QUEUED',
			status_url: `${url}/v2/requests/${id}/status`,
			response_url: `${url}/v2/requests/${id}`,
			poll_url: `${url}/v1/requests/${id}`,
		});
		expect([emulator.paid, emulator.credits]).toEqual([1, 9.95]);
		const states: unknown[] = [];
		while (states.at(-1) !== 'COMPLETED') {
			const { status } = await json(emulator, status_url);
			if (status !== states.at(-1)) states.push(status);
		}
		expect(states).toEqual(['QUEUED', 'PROCESSING', 'COMPLETED']);
		const done = await json(emulator, response_url);
		expect(done).toMatchObject({
			status: 'COMPLETED',
			seed: 5,
			prompt: 'a fox',
			images: [{ url: done.output }],
		});
		expect(done.metrics).toMatchObject({ total_time: 0.6, cost: 0.05, remaining_credits: 9.95 });
		expect(await json(emulator, poll_url)).toEqual(done);
		const file = await get(emulator, String(done.output), {});
		expect([file.headers['content-type'], file.bytes.equals(BYTES)]).toEqual(['image/webp', true]);
	});

	it('with invalid inputs is queued, fails with 422 and is not billed', async () => {
		const emulator = await start();
		const { status_url, response_url } = await submit(emulator, IMAGE, { ...FOX, width: 17 });
		for (const url of [status_url, response_url]) {
			const error = expect.stringContaining('width') as string;
			expect(await get(emulator, url)).toMatchObject({ status: 422, body: { status: 'FAILED', error } });
		}
		expect([emulator.paid, emulator.credits]).toEqual([0, 10]);
	});

	it('is rejected with 402 if the account is empty', async () => {
		const error = 'Insufficient credits. You have 0.0 credits.';
		const response = await call(await start({ credits: 0 }), IMAGE, { body: '{"prompt":"a fox"}' });
		expect(response).toMatchObject({ status: 402, body: { error } });
	});

	it('needs the key, and is forgotten by a reset', async () => {
		const emulator = await start();
		const { status_url, response_url } = await submit(emulator);
		for (const url of [status_url, response_url]) {
			expect((await get(emulator, url, { 'x-api-key': 'another' })).status).toBe(401);
		}
		emulator.reset();
		for (const url of [status_url, response_url, '/v1/requests/x', '/files/x.webp']) {
			expect((await get(emulator, url)).status).toBe(404);
		}
	});
});

it('a flow of either form has its outputs as JSON text; the older form needs a version and has one URL', async () => {
	const emulator = await start();
	const [flow, old] = [await submit(emulator, '/workflows/v2/photo'), await submit(emulator, OLD_FLOW)];
	expect(Object.keys(old)).toEqual(['request_id', 'status', 'poll_url']);
	for (const url of [flow.response_url, old.poll_url]) {
		expect(JSON.parse(String((await json(emulator, url)).output))).toEqual([
			{ keyname: 'picture', value: expect.stringMatching(/\/files\//) },
			{ keyname: 'caption', value: 'A caption for: a fox' },
		]);
	}
	expect((await call(emulator, '/workflows/photo', { body: '{}' })).status).toBe(404);
});

it('a job that a fault lets fail is not billed', async () => {
	const emulator = await start();
	emulator.inject({ fails: { error_message: { a: 'b' } } });
	const failed = await get(emulator, (await submit(emulator, OLD_FLOW)).poll_url);
	expect(failed).toMatchObject({ status: 422, body: { status: 'FAILED', error_message: { a: 'b' } } });
	expect(emulator.paid).toBe(0);
});
