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
			metrics: { inference_time: 0.6, total_time: 0.6, cost: 0.05, remaining_credits: 9.95 },
			images: [{ url: done.output }],
		});
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
		for (const path of ['/v2/requests/x', '/v2/requests/x/status', '/v1/requests/x', '/files/x.webp']) {
			expect((await get(emulator, path)).status).toBe(404);
		}
		const { status_url, response_url } = await submit(emulator);
		for (const url of [status_url, response_url]) {
			expect((await get(emulator, url, { 'x-api-key': 'another' })).status).toBe(401);
		}
		emulator.reset();
		expect((await get(emulator, status_url)).status).toBe(404);
	});
});

describe('a flow', () => {
	it('has its outputs as JSON text', async () => {
		const emulator = await start();
		const { output } = await json(emulator, (await submit(emulator, '/workflows/v2/photo')).response_url);
		expect(JSON.parse(String(output))).toEqual([
			{ keyname: 'picture', value: expect.stringMatching(/\/files\//) },
			{ keyname: 'caption', value: 'A caption for: a fox' },
		]);
	});

	it('of the older form needs a version and has one URL, where it also fails', async () => {
		const emulator = await start();
		expect((await call(emulator, '/workflows/photo', { body: '{}' })).status).toBe(404);
		const queued = await submit(emulator, OLD_FLOW);
		expect(Object.keys(queued)).toEqual(['request_id', 'status', 'poll_url']);
		expect(await json(emulator, queued.poll_url)).toMatchObject({ status: 'COMPLETED' });
		emulator.inject({ fails: { error_message: { a: 'b' } } });
		const failed = await get(emulator, (await submit(emulator, OLD_FLOW)).poll_url);
		expect(failed).toMatchObject({ status: 422, body: { status: 'FAILED', error_message: { a: 'b' } } });
	});
});

describe('faults', () => {
	it('apply to the status, the result or the file of one prompt', async () => {
		const emulator = await start();
		for (const on of ['status', 'result', 'file'] as const) {
			emulator.inject({ on, prompt: 'fox', status: 503, body: { error: on } });
			emulator.inject({ on, prompt: 'owl', status: 500 });
		}
		const { status_url, response_url } = await submit(emulator);
		expect(await json(emulator, status_url)).toEqual({ error: 'status' });
		expect(await json(emulator, response_url)).toEqual({ error: 'result' });
		const file = String((await json(emulator, response_url)).output);
		expect(await json(emulator, file)).toEqual({ error: 'file' });
		expect((await get(emulator, file)).status).toBe(200);
	});

	it('override and remove fields, and name the file', async () => {
		const emulator = await start();
		emulator.inject({ fields: { status_url: null, more: 1 } });
		emulator.inject({ on: 'result', fields: { output: ['{file}?a'], images: null, metrics: null } });
		const { request_id, response_url, ...more } = await submit(emulator);
		expect(more).toEqual({ status: 'QUEUED', poll_url: expect.any(String), more: 1 });
		const output = [`${emulator.url}/files/${request_id}.webp?a`];
		const done = { request_id, status: 'COMPLETED', output, seed: 5, prompt: 'a fox' };
		expect(await json(emulator, response_url)).toEqual(done);
	});

	it('bill a job unless it fails', async () => {
		const emulator = await start();
		emulator.inject({ fails: { error: 'worker died' } });
		emulator.inject({ reset: true });
		await submit(emulator);
		await expect(submit(emulator)).rejects.toThrow();
		expect(emulator.requests.map(({ paid }) => paid)).toEqual([false, true]);
	});
});
