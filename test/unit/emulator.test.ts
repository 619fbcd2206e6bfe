/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests the emulator with Node's own sockets and timers */
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';

import type { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { Call } from './emulatorCall';
import { BYTES, call, start } from './emulatorCall';

const IMAGE = '/v1/flux-1.1-pro';
const ULTRA = '/v1/flux-1.1-pro-ultra';
const PRO = '/v1/flux-pro';
const ACCOUNT = '/v1/get-user-credits';

const generate = async (emulator: Emulator, inputs: object = {}, path = IMAGE) =>
	await call(emulator, path, { body: JSON.stringify({ prompt: 'a red fox', ...inputs }) });

const balance = async (emulator: Emulator) => await call(emulator, ACCOUNT, { method: 'GET' });

describe('errors', () => {
	const key = `SG_${'0'.repeat(16)}`;
	const body = '{"prompt":"a red fox"}';
	const typed = (type: string): Call => ({ headers: { 'x-api-key': key, 'content-type': type }, body });
	const MISSING_KEY = 'Missing Authorization or x-api-key in header';
	const WRONG_KEY = 'Unauthorized. API key is invalid or may have expired...';
	const WRONG_METHOD = '<h1>405 Method Not Allowed</h1>';

	it.each<[status: number, error: string, path: string, ...calls: Call[]]>([
		[401, MISSING_KEY, IMAGE, { headers: {} }, { headers: { authorization: `Bearer ${key}` } }],
		[401, WRONG_KEY, IMAGE, { headers: { 'x-api-key': `${key}0` }, body }],
		[404, 'The requested URL does not exist', '/v1/flux-9', { body }],
		[404, 'The requested URL does not exist', '/v2/flux-9', { body }],
		[405, WRONG_METHOD, IMAGE, { method: 'GET' }, { method: 'PUT' }, { method: 'DELETE' }],
		[405, WRONG_METHOD, ACCOUNT, { body }],
		[406, 'Invalid content type', IMAGE, { headers: { 'x-api-key': key }, body }, typed('text/plain')],
		[400, 'Malformed request body', IMAGE, typed('multipart/form-data; boundary=x')],
		[
			400,
			'Malformed request body',
			IMAGE,
			...['', '{', 'a=b', '[]', '7', 'null'].map((it) => ({ body: it })),
		],
		[400, 'Missing required field: prompt', IMAGE, { body: '{"seed":1}' }],
	])('sends a %i "%s" for %s and bills nothing', async (status, error, path, ...calls) => {
		const emulator = await start({ key });
		const expected = status === 405 ? (expect.stringContaining(error) as string) : { error };
		for (const each of calls) {
			expect(await call(emulator, path, each)).toMatchObject({ status, body: expected });
		}
		expect([emulator.paid, emulator.credits]).toEqual([0, 10]);
	});

	it.each<[path: string, name: string, invalid: unknown[], valid: unknown[]]>([
		[IMAGE, 'prompt', ['', '  ', 7, null, ['fox']], ['x', 'x'.repeat(10_000)]],
		[IMAGE, 'seed', [1.5, '7', null], [0, -1, 516797155652]],
		[IMAGE, 'aspect_ratio', ['21:9', '1x1', '', 1, null], ['custom', '1:1', '4:3']],
		[IMAGE, 'output_format', ['jpeg', 'PNG', 'gif', '', null], ['jpg', 'png', 'webp']],
		[IMAGE, 'output_quality', [-1, 101, 80.5, '80'], [0, 100]],
		[IMAGE, 'safety_tolerance', [0, 6, '2', null], [1, 5]],
		[IMAGE, 'prompt_upsampling', ['true', 1, 0, null], [true, false]],
		[ULTRA, 'aspect_ratio', ['custom', '1:2'], ['21:9', '9:21']],
		[ULTRA, 'output_format', ['webp'], ['jpg', 'png']],
		[PRO, 'guidance', [1.9, 5.1, '3'], [2, 2.5, 5]],
		[PRO, 'steps', [0, 51, 1.5], [1, 50]],
	])('%s rejects an invalid %s', async (path, name, invalid, valid) => {
		const emulator = await start();
		for (const value of invalid) {
			const error = expect.stringContaining(`Invalid value: ${name} must be`) as string;
			const response = await generate(emulator, { [name]: value }, path);
			expect([value, response.status, response.body]).toEqual([value, 406, { error }]);
		}
		expect(emulator.paid).toBe(0);
		for (const value of valid) expect((await generate(emulator, { [name]: value }, path)).status).toBe(200);
	});

	it('checks width and height only if the ratio is custom', async () => {
		const emulator = await start();
		for (const size of [{ width: 255 }, { height: 1441 }, { width: '512' }, { height: 300.5 }]) {
			expect((await generate(emulator, { aspect_ratio: 'custom', ...size })).status).toBe(406);
			expect((await generate(emulator, { aspect_ratio: '1:1', ...size })).status).toBe(200);
		}
	});
});

describe('an image', () => {
	it.each([
		[IMAGE, 'webp', 1024, 1024, 0.05, { prompt: '🦊'.repeat(300).slice(0, 401) }],
		[IMAGE, 'jpeg', 1344, 768, 0.05, { aspect_ratio: '16:9', output_format: 'jpg', seed: 7 }],
		[IMAGE, 'png', 896, 1088, 0.05, { aspect_ratio: '4:5', output_format: 'png', prompt: '<svg>&]]>\0' }],
		[IMAGE, 'webp', 1008, 256, 0.05, { aspect_ratio: 'custom', width: 1000, height: 257 }],
		[ULTRA, 'jpeg', 1568, 672, 0.075, { aspect_ratio: '21:9', prompt: 'बर्फ שועל 雪の狐' }],
		[PRO, 'webp', 1024, 1024, 0.067, { output_quality: 0 }],
	])('of %s is a %s of %i by %i pixels for $%d', async (path, format, width, height, cost, inputs) => {
		const emulator = await start({}, {});
		const { status, headers, bytes } = await generate(emulator, inputs, path);
		expect(headers).toMatchObject({
			'content-type': `image/${format}`,
			'content-length': String(bytes.length),
			'x-cost': String(cost),
			'x-remaining-credits': String(10 - cost),
			'x-seed-value': 'seed' in inputs ? '7' : '1',
			'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
			'x-generation-time': expect.stringMatching(/^\d+\.\d{3}$/),
		});
		expect([status, emulator.paid, emulator.credits]).toEqual([200, 1, 10 - cost]);
		expect(await sharp(bytes).metadata()).toMatchObject({ format, width, height });
		expect((await sharp(bytes).stats()).channels[0]?.stdev).toBeGreaterThan(1);
	});

	it('is the same for the same request, also from another emulator', async () => {
		const [one, other] = [await start({}, {}), await start({}, {})];
		const small = { aspect_ratio: 'custom', width: 256, height: 256, output_format: 'png' };
		const { bytes } = await generate(one, small);
		const isSame = async (emulator: Emulator, inputs: object): Promise<boolean> =>
			(await generate(emulator, { ...small, ...inputs })).bytes.equals(bytes);
		expect([await isSame(one, { seed: 1 }), await isSame(other, {})]).toEqual([true, true]);
		expect([await isSame(one, { seed: 2 }), await isSame(one, { prompt: 'a hare' })]).toEqual([false, false]);
		expect(Number((await generate(one, { ...small, seed: -1 })).headers['x-seed-value'])).toBeGreaterThan(1);
	});
});

describe('the account', () => {
	it('pays for images until the balance is below the price', async () => {
		const emulator = await start({ credits: 0.12 });
		const statuses = [(await generate(emulator)).status, (await generate(emulator)).status];
		const error = 'Insufficient credits. You have 0.02 credits but this request needs 0.05 credits.';
		expect(await generate(emulator)).toMatchObject({ status: 406, body: { error } });
		expect([...statuses, emulator.paid, emulator.credits]).toEqual([200, 200, 2, 0.02]);
	});

	it('reports the balance', async () => {
		const emulator = await start({ credits: 9.5, freeCredits: 0.018 });
		const body = { credits: 9.5, 'free-credits': 0.018 };
		expect(await balance(emulator)).toMatchObject({ status: 200, body });
		await generate(emulator);
		expect((await balance(emulator)).body).toEqual({ ...body, credits: 9.45 });
		const missing = { status: 404, body: { error: 'No credits found for the user' } };
		expect(await balance(await start({ credits: null }))).toMatchObject(missing);
	});

	it('limits the rate without Retry-After, and bills nothing above the limit', async () => {
		const emulator = await start({ rateLimit: { requests: 2, window: 500 } });
		const before = Date.now();
		await generate(emulator);
		await generate(emulator);
		const { status, body, headers } = await generate(emulator);
		expect([status, body]).toEqual([429, { error: 'Too Many Requests' }]);
		expect(headers).not.toHaveProperty('retry-after');
		const reset = Date.parse(String(headers['x-rate-limit-reset-at-utc']));
		expect(reset).toBeGreaterThanOrEqual(before + 500);
		expect([emulator.paid, (await balance(emulator)).status]).toEqual([2, 200]);
		await wait(reset - Date.now() + 20);
		expect((await generate(emulator)).status).toBe(200);
	});
});

describe('a fault', () => {
	it.each<[status: number, type: string, body: unknown, paid: number, fault: Fault]>([
		...[401, 406, 422, 429, 500, 503, 504].map((status): [number, string, unknown, number, Fault] => {
			return [status, 'application/json', { error: 'no' }, 0, { status, body: { error: 'no' } }];
		}),
		[500, 'application/json', '', 0, { status: 500 }],
		[200, 'application/json', { error: 'lost' }, 1, { body: { error: 'lost' } }],
		[200, 'text/html', '<html>busy</html>', 1, { body: '<html>busy</html>' }],
		[200, 'image/png', '\0\ufffdA', 1, { bytes: 'AP9B', headers: { 'content-type': 'image/png' } }],
		[504, 'application/json', '', 1, { status: 504, billed: true }],
		[200, 'application/json', {}, 0, { body: {}, billed: false }],
	])('sends a %i as %s with %j once, and bills %i image', async (status, type, body, paid, fault) => {
		const emulator = await start();
		emulator.inject(fault);
		expect(await generate(emulator)).toMatchObject({ status, body, headers: { 'content-type': type } });
		expect([emulator.paid, emulator.credits]).toEqual([paid, paid === 1 ? 9.95 : 10]);
		expect((await generate(emulator)).bytes.equals(BYTES)).toBe(true);
	});

	it.each<[Fault, end: number, milliseconds: number]>([
		[{ cut: 0 }, 0, 0],
		[{ cut: 6000, drip: { bytes: 2000, every: 40 } }, 6000, 80],
		[{ drip: { bytes: 2500, every: 40 } }, 10_000, 120],
		[{ delay: 150 }, 10_000, 150],
	])('%j sends the first %i bytes and takes %i ms', async (fault, end, milliseconds) => {
		const emulator = await start();
		emulator.inject(fault);
		const response = await generate(emulator);
		expect(response).toMatchObject({ status: 200, isWhole: end === BYTES.length });
		expect(response.headers['content-length']).toBe('10000');
		expect(response.bytes.equals(BYTES.subarray(0, end))).toBe(true);
		// Timers may fire a little early.
		expect(response.milliseconds).toBeGreaterThanOrEqual(milliseconds - 15);
		expect(emulator.paid).toBe(1);
	});

	it.each<[Fault, object, paid: number]>([
		[{ reset: true }, { code: 'ECONNRESET' }, 1],
		[{ reset: true, billed: false }, { code: 'ECONNRESET' }, 0],
		[{ hang: true }, { name: 'TimeoutError' }, 1],
	])('%j sends no response', async (fault, error, paid) => {
		const emulator = await start();
		emulator.inject(fault);
		const sent = call(emulator, IMAGE, { body: '{"prompt":"a fox"}', signal: AbortSignal.timeout(400) });
		await expect(sent).rejects.toMatchObject(error);
		expect(emulator.requests).toMatchObject([{ status: null, paid: paid === 1 }]);
	});

	it('changes headers and pads the body', async () => {
		const emulator = await start();
		emulator.inject({ headers: { 'x-added': 'yes', 'x-cost': '7', 'x-request-id': null }, huge: 5_000_000 });
		const { headers, bytes } = await generate(emulator);
		expect(headers).toMatchObject({ 'x-added': 'yes', 'x-cost': '7', 'x-remaining-credits': '9.95' });
		expect(headers).not.toHaveProperty('x-request-id');
		expect([bytes.length, bytes.subarray(0, 10_000).equals(BYTES)]).toEqual([5_000_000, true]);
	});

	it.each<[what: string, faults: Fault[], statuses: number[]]>([
		['in order', [{ status: 503, times: 2 }, { status: 500 }], [503, 503, 500, 200]],
		['to all requests', [{ status: 503, times: -1 }], [503, 503, 503, 503]],
		['to one prompt', [{ status: 422, prompt: 'hare' }], [200, 422, 200, 200]],
		['to the account only', [{ on: 'account', status: 500 }], [200, 200, 200, 200]],
	])('applies %s, and never to invalid requests', async (_, faults, expected) => {
		const emulator = await start();
		for (const fault of faults) emulator.inject(fault);
		const statuses: number[] = [];
		for (const prompt of ['fox', 'hare', 'hare', 'fox']) {
			expect((await generate(emulator, { prompt, output_format: 'gif' })).status).toBe(406);
			statuses.push((await generate(emulator, { prompt })).status);
		}
		expect(statuses).toEqual(expected);
		expect((await balance(emulator)).status).toBe(faults[0]?.on === 'account' ? 500 : 200);
	});
});

describe('the record of requests', () => {
	it('has path, headers, body, status and billing, until it is reset', async () => {
		const emulator = await start({ credits: 2, delay: 100 });
		const control = async (method: 'GET' | 'POST', path: string, body?: string) =>
			await call(emulator, `/_emulator/${path}`, { method, headers: {}, ...(body && { body }) });
		await Promise.all([generate(emulator, { seed: 0 }), generate(emulator, { seed: 0 })]);
		await balance(emulator);
		await generate(emulator, { output_quality: -1 });
		const headers = { 'x-api-key': emulator.key };
		const image = { method: 'POST', path: IMAGE, headers, status: 200, paid: true };
		expect((await control('GET', 'ledger')).body).toMatchObject({
			credits: 1.9,
			paid: 2,
			maxInFlight: 2,
			requests: [
				{ ...image, body: { prompt: 'a red fox', seed: 0 } },
				image,
				{ method: 'GET', path: ACCOUNT, headers, body: {}, status: 200, paid: false },
				{ ...image, body: { prompt: 'a red fox', output_quality: -1 }, status: 406, paid: false },
			],
		});
		expect(emulator.imageRequests).toHaveLength(3);

		expect((await control('POST', 'faults', '{"status":503,"times":-1}')).status).toBe(201);
		expect((await generate(emulator)).status).toBe(503);
		expect((await control('POST', 'reset')).status).toBe(200);
		const empty = { credits: 2, paid: 0, maxInFlight: 0, requests: [] };
		expect((await control('GET', 'ledger')).body).toEqual(empty);
		expect((await generate(emulator)).status).toBe(200);
		expect((await control('POST', 'ledger')).status).toBe(404);
	});

	it('goes on after a client hangs up in the middle of its body', async () => {
		const emulator = await start();
		const { hostname, port } = new URL(emulator.url);
		const socket = connect(Number(port), hostname);
		socket.write(`POST ${IMAGE} HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{"pro`);
		while (emulator.requests.length === 0) await wait(2);
		socket.destroy();
		expect((await generate(emulator)).status).toBe(200);
		expect(emulator.requests[0]).toMatchObject({ body: {}, status: null, paid: false });
	});
});
