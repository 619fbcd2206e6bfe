/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests the emulator with Node's own timers */
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
	const WRONG_KEY = 'Unauthorized. API key is invalid or may have expired...';
	const MISSING_KEY = 'Missing Authorization or x-api-key in header';
	const asText = { 'x-api-key': key, 'content-type': 'text/plain' };

	it.each<[status: number, error: string, path: string, ...calls: Call[]]>([
		[401, MISSING_KEY, IMAGE, { headers: {} }, { headers: { authorization: `Bearer ${key}` } }],
		[401, WRONG_KEY, IMAGE, { headers: { 'x-api-key': `${key}0` }, body }],
		[404, 'The requested URL does not exist', '/v1/flux-9', { body }],
		[404, 'The requested URL does not exist', '/v2/flux-9', { body }],
		[406, 'Invalid content type', IMAGE, { headers: { 'x-api-key': key }, body }, { headers: asText, body }],
		[400, 'Malformed request body', IMAGE, ...['', '{', 'a=b', '[]', 'null'].map((it) => ({ body: it }))],
		[400, 'Missing required field: prompt', IMAGE, { body: '{"seed":1}' }],
	])('sends a %i "%s" for %s and bills nothing', async (status, error, path, ...calls) => {
		const emulator = await start({ key });
		for (const each of calls) {
			expect(await call(emulator, path, each)).toMatchObject({ status, body: { error } });
		}
		expect((await call(emulator, path, { method: 'DELETE' })).status).toBe(path.endsWith('9') ? 404 : 405);
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
		[IMAGE, 'jpeg', 1344, 768, 0.05, { aspect_ratio: '16:9', output_format: 'jpg', seed: 7 }],
		[IMAGE, 'webp', 1008, 256, 0.05, { aspect_ratio: 'custom', width: 1000, height: 257 }],
		[ULTRA, 'jpeg', 1568, 672, 0.075, { aspect_ratio: '21:9', prompt: '<svg>&]]>\0 בर्फ 🦊 狐' }],
		[PRO, 'png', 1024, 1024, 0.067, { output_format: 'png' }],
	])('of %s is a %s of %i by %i pixels for $%d', async (path, format, width, height, cost, inputs) => {
		const emulator = await start({}, {});
		const { status, headers, bytes } = await generate(emulator, inputs, path);
		expect(headers).toMatchObject({
			'content-type': `image/${format}`,
			'content-length': String(bytes.length),
			'x-cost': String(cost),
			'x-remaining-credits': String(10 - cost),
			'x-seed-value': 'seed' in inputs ? '7' : '1',
		});
		expect([status, emulator.paid, emulator.credits]).toEqual([200, 1, 10 - cost]);
		expect(await sharp(bytes).metadata()).toMatchObject({ format, width, height });
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

	it('limits the rate without Retry-After, and bills nothing above the limit', async () => {
		const emulator = await start({ rateLimit: { requests: 2, window: 500 } });
		const calls = [await generate(emulator), await generate(emulator), await generate(emulator)];
		expect(calls.map(({ status }) => status)).toEqual([200, 200, 429]);
		expect(calls[2]?.headers).not.toHaveProperty('retry-after');
		const reset = Date.parse(String(calls[2]?.headers['x-rate-limit-reset-at-utc']));
		expect([emulator.paid, (await balance(emulator)).status]).toEqual([2, 200]);
		await wait(reset - Date.now() + 20);
		expect((await generate(emulator)).status).toBe(200);
	});
});

describe('a fault', () => {
	it.each<[status: number, type: string, body: unknown, paid: number, fault: Fault]>([
		[503, 'application/json', { error: 'no' }, 0, { status: 503, body: { error: 'no' } }],
		[500, 'application/json', '', 0, { status: 500 }],
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
});

it('records requests and takes faults over HTTP, until it is reset', async () => {
	const emulator = await start({ credits: 2, delay: 100 });
	const control = async (method: 'GET' | 'POST', path: string, body?: string) =>
		await call(emulator, `/_emulator/${path}`, { method, headers: {}, ...(body && { body }) });
	await Promise.all([generate(emulator, { seed: 0 }), generate(emulator, { seed: 0 })]);
	await balance(emulator);
	expect((await control('POST', 'faults', '{"status":503}')).status).toBe(201);
	await generate(emulator);
	const headers = { 'x-api-key': emulator.key };
	const image = { method: 'POST', path: IMAGE, headers, body: { prompt: 'a red fox' } };
	const paid = { ...image, body: { prompt: 'a red fox', seed: 0 }, status: 200, paid: true };
	const unpaid = { ...image, status: 503, paid: false };
	const account = { method: 'GET', path: ACCOUNT, headers, body: {}, status: 200, paid: false };
	const ledger = { credits: 1.9, paid: 2, maxInFlight: 2, requests: [paid, paid, account, unpaid] };
	expect((await control('GET', 'ledger')).body).toMatchObject(ledger);
	expect(emulator.imageRequests).toHaveLength(3);
	expect((await control('POST', 'reset')).status).toBe(200);
	const empty = { credits: 2, paid: 0, maxInFlight: 0, requests: [] };
	expect((await control('GET', 'ledger')).body).toEqual(empty);
});
