import { request } from 'undici';

import type { EmulatorOptions } from '../emulator/emulator';
import { Emulator } from '../emulator/emulator';

type Json = Record<string, unknown>;

const running: Emulator[] = [];

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
	const emulator = await Emulator.start(options);
	running.push(emulator);
	return emulator;
}

afterEach(async () => {
	await Promise.all(running.splice(0).map(async (emulator) => await emulator.close()));
});

async function ask({ url, key }: Emulator, path: string, body?: object, headers: object = {}) {
	const answer = await request(path.startsWith('http') ? path : `${url}${path}`, {
		method: body === undefined ? 'GET' : 'POST',
		reset: true,
		headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const bytes = Buffer.from(await answer.body.arrayBuffer());
	const isJson = answer.headers['content-type'] === 'application/json';
	return {
		status: answer.statusCode,
		headers: answer.headers,
		bytes,
		json: (isJson ? JSON.parse(bytes.toString('utf8')) : {}) as Json,
	};
}

const FOX = { prompt: 'a fox', seed: 5, aspect_ratio: 'custom', width: 256, height: 256 };
const submit = async (emulator: Emulator, path = '/v2/flux-1.1-pro', body: object = FOX): Promise<Json> =>
	(await ask(emulator, path, body)).json;

describe('an image through the queue', () => {
	it('is taken with the five fields that are documented, and billed at once', async () => {
		const emulator = await start();
		const taken = await submit(emulator);
		const id = String(taken.request_id);
		expect(taken).toStrictEqual({
			request_id: id,
			status: 'QUEUED',
			status_url: `${emulator.url}/v2/requests/${id}/status`,
			response_url: `${emulator.url}/v2/requests/${id}`,
			poll_url: `${emulator.url}/v1/requests/${id}`,
		});
		expect([emulator.paid, emulator.credits]).toStrictEqual([1, 9.95]);
	});

	it('is queued, then processed, then completed with its metrics and a file', async () => {
		const emulator = await start({ delay: 600 });
		const { status_url: status, response_url: result } = await submit(emulator);
		const states: unknown[] = [];
		while (states.at(-1) !== 'COMPLETED') {
			const { json } = await ask(emulator, String(status));
			if (json.status !== states.at(-1)) states.push(json.status);
		}
		expect(states).toStrictEqual(['QUEUED', 'PROCESSING', 'COMPLETED']);
		const { json } = await ask(emulator, String(result));
		expect(json).toMatchObject({
			status: 'COMPLETED',
			seed: 5,
			prompt: 'a fox',
			metrics: { inference_time: 0.6, total_time: 0.6, cost: 0.05, remaining_credits: 9.95 },
			images: [{ url: json.output }],
		});
		expect(json.output).toMatch(/\/files\/[\w-]+\.webp$/);
	});

	it('tells state and result at one address as well', async () => {
		const emulator = await start();
		const { poll_url: both } = await submit(emulator);
		expect((await ask(emulator, String(both))).json).toMatchObject({
			status: 'COMPLETED',
			output: expect.any(String),
		});
	});

	it('is fetched without a key, and is the same picture that v1 makes', async () => {
		const emulator = await start();
		const { response_url: result } = await submit(emulator);
		const { json } = await ask(emulator, String(result));
		const file = await request(String(json.output), { reset: true });
		const bytes = Buffer.from(await file.body.arrayBuffer());
		expect(file.headers['content-type']).toBe('image/webp');
		expect(bytes.equals((await ask(emulator, '/v1/flux-1.1-pro', FOX)).bytes)).toBe(true);
	});

	it('that is refused by the model is taken, fails as 422 on both addresses, and is not billed', async () => {
		const emulator = await start();
		const taken = await submit(emulator, '/v2/flux-1.1-pro', { ...FOX, width: 17 });
		for (const url of [taken.status_url, taken.response_url]) {
			const { status, json } = await ask(emulator, String(url));
			expect(status).toBe(422);
			expect(json).toMatchObject({ status: 'FAILED', error: expect.stringContaining('width') });
		}
		expect([emulator.paid, emulator.credits]).toStrictEqual([0, 10]);
	});

	it('is refused with 402 where the account is empty', async () => {
		const emulator = await start({ credits: 0 });
		const { status, json } = await ask(emulator, '/v2/flux-1.1-pro', FOX);
		expect([status, json]).toStrictEqual([402, { error: 'Insufficient credits. You have 0.0 credits.' }]);
	});

	it('needs the key for everything but the file', async () => {
		const emulator = await start();
		const { status_url: status, response_url: result } = await submit(emulator);
		for (const url of [status, result]) {
			const wrong = { 'x-api-key': 'another' };
			expect((await ask(emulator, String(url), undefined, wrong)).status).toBe(401);
		}
	});

	it.each(['/v2/requests/nobody', '/v2/requests/nobody/status', '/v1/requests/nobody', '/files/nobody.webp'])(
		'is not known at %s',
		async (path) => {
			expect((await ask(await start(), path)).status).toBe(404);
		},
	);

	it('is forgotten by a reset', async () => {
		const emulator = await start();
		const { status_url: status } = await submit(emulator);
		emulator.reset();
		expect((await ask(emulator, String(status))).status).toBe(404);
	});
});

describe('a flow', () => {
	it('of the newer form gives its outputs as JSON in a text', async () => {
		const emulator = await start();
		const { response_url: result } = await submit(emulator, '/workflows/v2/product-photo');
		const { json } = await ask(emulator, String(result));
		expect(JSON.parse(String(json.output))).toStrictEqual([
			{ keyname: 'picture', value: expect.stringMatching(/\/files\//) },
			{ keyname: 'caption', value: 'A caption for: a fox' },
		]);
	});

	it('of the older form has one address, and fails there as well', async () => {
		const emulator = await start();
		const taken = await submit(emulator, '/workflows/6629b1-v2');
		expect(Object.keys(taken)).toStrictEqual(['request_id', 'status', 'poll_url']);
		expect((await ask(emulator, String(taken.poll_url))).json).toMatchObject({ status: 'COMPLETED' });
		emulator.order({ fails: { error_message: { a: 'b' } } });
		const failing = await submit(emulator, '/workflows/6629b1-v2');
		const { status, json } = await ask(emulator, String(failing.poll_url));
		expect([status, json.status, json.error_message]).toStrictEqual([422, 'FAILED', { a: 'b' }]);
	});

	it('of the older form needs a version in its name', async () => {
		expect((await ask(await start(), '/workflows/product-photo', FOX)).status).toBe(404);
	});
});

describe('what goes wrong by order', () => {
	it('meets the state, the result or the file, and only its prompt', async () => {
		const emulator = await start();
		for (const on of ['status', 'result', 'file'] as const) {
			emulator.order({ on, prompt: 'fox', status: 503, body: { error: on } });
			emulator.order({ on, prompt: 'owl', status: 500 });
		}
		const { status_url: status, response_url: result } = await submit(emulator);
		expect((await ask(emulator, String(status))).json).toStrictEqual({ error: 'status' });
		expect((await ask(emulator, String(result))).json).toStrictEqual({ error: 'result' });
		const { json } = await ask(emulator, String(result));
		expect((await ask(emulator, String(json.output))).json).toStrictEqual({ error: 'file' });
		expect((await ask(emulator, String(json.output))).headers['content-type']).toBe('image/webp');
	});

	it('changes fields of an answer, takes some away, and names the file', async () => {
		const emulator = await start();
		const output = [{ url: '{file}?a' }, 'words'];
		emulator.order({ fields: { status_url: null, more: 1 } });
		emulator.order({ on: 'result', fields: { output, images: null, metrics: null, status: 'Done' } });
		const { response_url: result, ...taken } = await submit(emulator);
		expect(Object.keys(taken)).toStrictEqual(['request_id', 'status', 'poll_url', 'more']);
		const file = `${emulator.url}/files/${String(taken.request_id)}.webp?a`;
		expect((await ask(emulator, String(result))).json).toStrictEqual({
			request_id: taken.request_id,
			status: 'Done',
			output: [{ url: file }, 'words'],
			seed: 5,
			prompt: 'a fox',
		});
	});

	it('takes a job away from the balance only where it does not fail', async () => {
		const emulator = await start();
		emulator.order({ fails: { error: 'worker died' } });
		emulator.order({ reset: true });
		await submit(emulator);
		await expect(submit(emulator)).rejects.toThrow();
		expect(emulator.requests.map(({ paid }) => paid)).toStrictEqual([false, true]);
	});
});
