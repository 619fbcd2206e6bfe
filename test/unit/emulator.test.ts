/* eslint-disable @n8n/community-nodes/no-restricted-imports -- Node's own sockets and timers question the emulator */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { request } from 'undici';

import type { EmulatorOptions } from '../emulator/emulator';
import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';

const IMAGE = '/v1/flux-1.1-pro';
const ACCOUNT = '/v1/get-user-credits';

/** Stands for a picture where only its way matters: 10,000 bytes, no two pieces of which are alike. */
const BYTES = Buffer.from(Array.from({ length: 2500 }, (_, index) => String(index + 1000)).join(''));

/** Timers may fire a little before their time. */
const EARLY = 5;

interface Asked {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly bytes: Buffer;
	/** False when the connection broke before the body's end. */
	readonly isWhole: boolean;
	/** Milliseconds. */
	readonly took: number;
}

interface Question {
	readonly method?: 'DELETE' | 'GET' | 'POST' | 'PUT';
	readonly path?: string;
	readonly headers?: Record<string, string>;
	readonly body?: string;
	readonly signal?: AbortSignal;
}

const running: Emulator[] = [];

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
	const emulator = await Emulator.start(options);
	running.push(emulator);
	return emulator;
}

/** One that serves the same bytes for every request. */
const startPlain = async (options: EmulatorOptions = {}): Promise<Emulator> =>
	await start({ picture: BYTES, ...options });

afterEach(async () => {
	await Promise.all(running.splice(0).map(async (emulator) => await emulator.close()));
});

async function ask(emulator: Emulator, question: Question = {}): Promise<Asked> {
	const { method = 'POST', path = IMAGE, headers, body, signal } = question;
	const started = performance.now();
	const answer = await request(`${emulator.url}${path}`, {
		method,
		// A connection that is kept could be one to an emulator before this one, on the same port.
		reset: true,
		headers: headers ?? { 'x-api-key': emulator.key, 'content-type': 'application/json' },
		...(body === undefined ? {} : { body }),
		...(signal === undefined ? {} : { signal }),
	});
	const chunks: Buffer[] = [];
	let isWhole = true;
	try {
		for await (const chunk of answer.body) chunks.push(Buffer.from(chunk));
	} catch {
		isWhole = false;
	}
	return {
		status: answer.statusCode,
		headers: answer.headers,
		bytes: Buffer.concat(chunks),
		isWhole,
		took: performance.now() - started,
	};
}

const askImage = async (emulator: Emulator, body: object = {}): Promise<Asked> =>
	await ask(emulator, { body: JSON.stringify({ prompt: 'a red fox', ...body }) });

const askAccount = async (emulator: Emulator): Promise<Asked> =>
	await ask(emulator, { method: 'GET', path: ACCOUNT, headers: { 'x-api-key': emulator.key } });

/** Waits until the emulator has seen so many requests, and the end of each that has one. */
async function seenToTheEnd(emulator: Emulator, count: number): Promise<void> {
	while (emulator.requests.filter(({ status }) => status !== null).length < count) await wait(2);
}

const jsonOf = ({ bytes }: Asked): unknown => JSON.parse(bytes.toString('utf8'));

describe('who may ask', () => {
	it('answers a request without a key with 401, and one with another key likewise', async () => {
		const emulator = await startPlain();
		const type = { 'content-type': 'application/json' };
		const body = '{"prompt":"a red fox"}';
		const without = await ask(emulator, { headers: type, body });
		expect(without.status).toBe(401);
		expect(jsonOf(without)).toStrictEqual({
			error: 'invalid_token',
			error_description: 'Missing Authorization or x-api-key in header',
			status_code: 401,
		});
		const wrong = await ask(emulator, { headers: { ...type, 'x-api-key': `${emulator.key}0` }, body });
		expect(wrong.status).toBe(401);
		expect(jsonOf(wrong)).toStrictEqual({
			error: 'invalid_token',
			error_description: 'Unauthorized. API key is invalid or may have expired...',
			status_code: 401,
		});
		expect(emulator.paid).toBe(0);
	});

	it('takes no Bearer in place of the key, and asks for the key at the account, too', async () => {
		const emulator = await startPlain();
		const headers = { authorization: `Bearer ${emulator.key}` };
		expect((await ask(emulator, { headers, body: '{}' })).status).toBe(401);
		expect((await ask(emulator, { method: 'GET', path: ACCOUNT, headers })).status).toBe(401);
	});

	it('takes the key that it was started with, and else makes one like Segmind’s', async () => {
		const named = await startPlain({ key: 'a key' });
		expect(named.key).toBe('a key');
		expect((await askImage(named)).status).toBe(200);
		expect((await startPlain()).key).toMatch(/^SG_[0-9a-f]{16}$/);
	});
});

describe('what is refused', () => {
	it('does not know another path', async () => {
		const emulator = await startPlain();
		for (const path of ['/v1/flux-9', '/v1', '/', '/v1/flux-1.1-pro/x', '/v2/flux-9', '/v3/flux-1.1-pro']) {
			const answer = await ask(emulator, { path, body: '{"prompt":"x"}' });
			expect(answer.status).toBe(404);
			expect(jsonOf(answer)).toStrictEqual({ error: 'The requested URL does not exist' });
		}
		expect(emulator.paid).toBe(0);
	});

	it('answers another verb with a page of HTML', async () => {
		const emulator = await startPlain();
		for (const [method, path] of [
			['GET', IMAGE],
			['PUT', IMAGE],
			['DELETE', IMAGE],
			['POST', ACCOUNT],
		] as const) {
			const answer = await ask(emulator, { method, path });
			expect(answer.status).toBe(405);
			expect(answer.headers['content-type']).toBe('text/html');
			expect(answer.bytes.toString()).toContain('<h1>405 Method Not Allowed</h1>');
		}
	});

	it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'image/png'])(
		'does not take the content type %s',
		async (type) => {
			const emulator = await startPlain();
			const headers = { 'x-api-key': emulator.key, ...(type === undefined ? {} : { 'content-type': type }) };
			const answer = await ask(emulator, { headers, body: '{"prompt":"x"}' });
			expect(answer.status).toBe(406);
			expect(jsonOf(answer)).toStrictEqual({ error: 'Invalid content type' });
		},
	);

	it.each(['', '{', 'prompt=fox', '[]', '"fox"', '7', 'null', '{"prompt":}'])(
		'does not take the malformed body %j',
		async (body) => {
			const emulator = await startPlain();
			const answer = await ask(emulator, { body });
			expect(answer.status).toBe(400);
			expect(jsonOf(answer)).toStrictEqual({ error: 'Malformed request body' });
		},
	);

	it('does not take a form that is none', async () => {
		const emulator = await startPlain();
		for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x']) {
			const headers = { 'x-api-key': emulator.key, 'content-type': type };
			expect((await ask(emulator, { headers, body: 'no form' })).status).toBe(400);
		}
	});

	it('misses a prompt', async () => {
		const answer = await ask(await startPlain(), { body: '{"seed":1}' });
		expect(answer.status).toBe(400);
		expect(jsonOf(answer)).toStrictEqual({ error: 'Missing required field: prompt' });
	});

	it.each<[wire: string, values: unknown[]]>([
		['prompt', ['', '  ', 7, null, ['fox']]],
		['seed', [-1, 1.5, 4294967296, '7', null, 'abc']],
		['aspect_ratio', ['21:9', '1x1', '', 1, null]],
		['output_format', ['jpeg', 'PNG', 'gif', '', null]],
		['output_quality', [-1, 101, 80.5, '80']],
		['safety_tolerance', [0, 6, '2', null]],
		['prompt_upsampling', ['true', 1, 0, null]],
	])('does not take a wrong %s, and bills nothing', async (wire, values) => {
		const emulator = await startPlain();
		for (const value of values) {
			const answer = await askImage(emulator, { [wire]: value });
			expect([value, answer.status]).toStrictEqual([value, 406]);
			expect(jsonOf(answer)).toStrictEqual({
				error: expect.stringContaining(`Invalid value: ${wire} must be`),
			});
		}
		expect(emulator.paid).toBe(0);
		expect(emulator.credits).toBe(10);
	});

	it('does not take a wrong width or height for custom, and looks at neither for a named ratio', async () => {
		const emulator = await startPlain();
		for (const size of [{ width: 255 }, { height: 1441 }, { width: '512' }, { height: 300.5 }]) {
			expect((await askImage(emulator, { aspect_ratio: 'custom', ...size })).status).toBe(406);
			expect((await askImage(emulator, { aspect_ratio: '1:1', ...size })).status).toBe(200);
		}
		expect(emulator.paid).toBe(4);
	});
});

describe('money', () => {
	it('takes the price from the balance for an image, and tells both', async () => {
		const emulator = await startPlain({ credits: 1, price: 0.05 });
		const first = await askImage(emulator);
		expect(first.headers['x-cost']).toBe('0.05');
		expect(first.headers['x-remaining-credits']).toBe('0.95');
		const second = await askImage(emulator);
		expect(second.headers['x-remaining-credits']).toBe('0.9');
		expect(emulator.credits).toBe(0.9);
		expect(emulator.paid).toBe(2);
	});

	it('goes down for what is paid, and for nothing else', async () => {
		const emulator = await startPlain({ credits: 1 });
		await ask(emulator, { headers: {}, body: '{}' });
		await ask(emulator, { path: '/v1/other' });
		await ask(emulator, { method: 'GET' });
		await ask(emulator, { body: '{' });
		await askImage(emulator, { seed: -1 });
		await askAccount(emulator);
		emulator.order({ status: 503, times: 2 });
		await askImage(emulator);
		await askImage(emulator);
		expect(emulator.credits).toBe(1);
		expect(emulator.paid).toBe(0);
		await askImage(emulator);
		expect(emulator.credits).toBe(0.95);
		expect(emulator.paid).toBe(1);
	});

	it('refuses an image when the balance is above nothing but below the price', async () => {
		const emulator = await startPlain({ credits: 0.07, price: 0.05 });
		expect((await askImage(emulator)).status).toBe(200);
		const refused = await askImage(emulator);
		expect(refused.status).toBe(406);
		expect(jsonOf(refused)).toStrictEqual({
			error: 'Insufficient credits. You have 0.02 credits but this request needs 0.05 credits.',
		});
		expect(emulator.credits).toBe(0.02);
		expect(emulator.paid).toBe(1);
	});

	it('makes the last image that the balance is just enough for', async () => {
		const emulator = await startPlain({ credits: 0.15, price: 0.05 });
		const statuses = [];
		for (let count = 0; count < 4; count += 1) statuses.push((await askImage(emulator)).status);
		expect(statuses).toStrictEqual([200, 200, 200, 406]);
		expect(emulator.credits).toBe(0);
	});

	it('tells the balance for free', async () => {
		const emulator = await startPlain({ credits: 9.5, freeCredits: 0.018 });
		const answer = await askAccount(emulator);
		expect(answer.status).toBe(200);
		expect(answer.headers['content-type']).toBe('application/json');
		expect(jsonOf(answer)).toStrictEqual({ credits: 9.5, 'free-credits': 0.018 });
		await askImage(emulator);
		expect(jsonOf(await askAccount(emulator))).toStrictEqual({ credits: 9.45, 'free-credits': 0.018 });
	});

	it('has no balance for an account without a record, and makes it no image', async () => {
		const emulator = await startPlain({ credits: null });
		const answer = await askAccount(emulator);
		expect(answer.status).toBe(404);
		expect(jsonOf(answer)).toStrictEqual({ error: 'No credits found for the user' });
		expect((await askImage(emulator)).status).toBe(406);
		expect(emulator.paid).toBe(0);
	});
});

describe('pictures', () => {
	it('are the same bytes for the same request, also from another emulator, and others for another seed', async () => {
		const one = await start();
		const other = await start();
		const small = { aspect_ratio: 'custom', width: 256, height: 256, output_format: 'png' };
		const first = await askImage(one, { ...small, seed: 5 });
		expect((await askImage(one, { ...small, seed: 5 })).bytes.equals(first.bytes)).toBe(true);
		expect((await askImage(other, { ...small, seed: 5 })).bytes.equals(first.bytes)).toBe(true);
		expect((await askImage(one, { ...small, seed: 6 })).bytes.equals(first.bytes)).toBe(false);
		const otherPrompt = await askImage(one, { ...small, seed: 5, prompt: 'a grey hare' });
		expect(otherPrompt.bytes.equals(first.bytes)).toBe(false);
		expect(first.headers['x-seed-value']).toBe('5');
	});

	it('are those of seed 1 where none is sent', async () => {
		const emulator = await start();
		const small = { aspect_ratio: 'custom', width: 256, height: 256 };
		const without = await askImage(emulator, small);
		expect(without.headers['x-seed-value']).toBe('1');
		expect((await askImage(emulator, { ...small, seed: 1 })).bytes.equals(without.bytes)).toBe(true);
	});

	it.each([
		['1:1', 1],
		['16:9', 1.78],
		['3:2', 1.5],
		['2:3', 0.67],
		['4:5', 0.8],
		['5:4', 1.25],
		['9:16', 0.56],
		['3:4', 0.75],
		['4:3', 1.33],
	])('of %s have that shape, in every format', async (ratio, shape) => {
		const emulator = await start();
		const sizes = new Set<string>();
		for (const [format, type, kind] of [
			['jpg', 'image/jpeg', 'jpeg'],
			['png', 'image/png', 'png'],
			['webp', 'image/webp', 'webp'],
		] as const) {
			const answer = await askImage(emulator, { aspect_ratio: ratio, output_format: format });
			expect(answer.status).toBe(200);
			expect(answer.headers['content-type']).toBe(type);
			expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
			const { width, height, format: drawn } = await sharp(answer.bytes).metadata();
			expect(drawn).toBe(kind);
			expect(Math.abs(width / height / shape - 1)).toBeLessThan(0.04);
			expect(width % 16).toBe(0);
			expect(height % 16).toBe(0);
			expect(Math.max(width, height)).toBeLessThanOrEqual(1440);
			sizes.add(`${width}x${height}`);
		}
		expect(sizes.size).toBe(1);
	});

	it.each([
		[256, 1440, 256, 1440],
		[1440, 256, 1440, 256],
		[1000, 257, 1008, 256],
	])('of a custom %i by %i pixels have %i by %i', async (width, height, drawnWidth, drawnHeight) => {
		const emulator = await start();
		for (const output_format of ['jpg', 'png', 'webp']) {
			const answer = await askImage(emulator, { aspect_ratio: 'custom', width, height, output_format });
			expect(await sharp(answer.bytes).metadata()).toMatchObject({ width: drawnWidth, height: drawnHeight });
		}
	});

	it('are 1024 pixels wide and high as webp where nothing but a prompt is sent', async () => {
		const { bytes } = await askImage(await start());
		expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 1024, height: 1024 });
	});

	it('are smaller at a lower quality, also at 0', async () => {
		const emulator = await start();
		const sizeAt = async (output_quality: number): Promise<number> =>
			(await askImage(emulator, { output_format: 'jpg', output_quality })).bytes.length;
		const [lowest, middle, best] = [await sizeAt(0), await sizeAt(60), await sizeAt(100)];
		expect(lowest).toBeLessThan(middle);
		expect(middle).toBeLessThan(best);
	});

	it.each([
		['Arabic', 'صورة قطة نائمة في الثلج عند شروق الشمس'],
		['emoji', '🦊 👩‍👩‍👧 🏳️‍🌈 ❤️'],
		['ten thousand characters', 'a word '.repeat(1429).slice(0, 10_000)],
		['ten thousand characters without a space', 'x'.repeat(10_000)],
		['half an emoji', '🦊'.repeat(300).slice(0, 401)],
		['markup', '<svg onload="x"/>&amp;]]> "\' \u0000\u000b'],
		['Hindi, Hebrew, Thai and Japanese', 'बर्फ में लोमड़ी שועל בשלג จิ้งจอก 雪の中の狐'],
		['one character', '.'],
	])('of a prompt in %s are drawn', async (_, prompt) => {
		const emulator = await start();
		const { status, bytes } = await askImage(emulator, { prompt });
		expect(status).toBe(200);
		expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 1024 });
		expect((await sharp(bytes).stats()).channels[0]?.stdev).toBeGreaterThan(1);
		expect(emulator.paid).toBe(1);
	});

	it('take as long as was asked for', async () => {
		const answer = await askImage(await startPlain({ delay: 120 }));
		expect(answer.took).toBeGreaterThanOrEqual(120 - EARLY);
		expect(Number(answer.headers['x-generation-time'])).toBeGreaterThanOrEqual(0.12 - EARLY / 1000);
	});

	it('come with a new request id each, and with all that the API tells', async () => {
		const emulator = await startPlain();
		const first = await askImage(emulator);
		const second = await askImage(emulator);
		expect(first.bytes.equals(BYTES)).toBe(true);
		expect(first.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
		expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
		expect(first.headers['x-generation-time']).toMatch(/^\d+\.\d{3}$/);
		expect(JSON.parse(String(first.headers['x-output-metadata']))).toStrictEqual({ seed: 1, format: 'webp' });
		expect(first.headers['x-gpu-info']).toBe('emulator');
	});
});

describe('the rate limit', () => {
	it('refuses what is too much, says until when, and bills nothing for it', async () => {
		const window = 60_000;
		const emulator = await startPlain({ rateLimit: { requests: 2, window } });
		const before = Date.now();
		const statuses = [(await askImage(emulator)).status, (await askImage(emulator)).status];
		expect(statuses).toStrictEqual([200, 200]);
		const after = Date.now();
		const limited = await askImage(emulator);
		expect(limited.status).toBe(429);
		expect(jsonOf(limited)).toStrictEqual({ error: 'Too Many Requests' });
		expect(limited.headers['retry-after']).toBeUndefined();
		const reset = Date.parse(String(limited.headers['x-rate-limit-reset-at-utc']));
		expect(reset).toBeGreaterThanOrEqual(before + window);
		expect(reset).toBeLessThanOrEqual(after + window);
		expect(emulator.paid).toBe(2);
		expect((await askAccount(emulator)).status).toBe(200);
	});

	it('lets requests through again when its window is over', async () => {
		const emulator = await startPlain({ rateLimit: { requests: 1, window: 60_000 } });
		await askImage(emulator);
		expect((await askImage(emulator)).status).toBe(429);
		emulator.reset();
		expect((await askImage(emulator)).status).toBe(200);

		const short = await startPlain({ rateLimit: { requests: 1, window: 20 } });
		await askImage(short);
		await wait(50);
		expect((await askImage(short)).status).toBe(200);
	});
});

describe('faults', () => {
	it.each([400, 401, 402, 403, 404, 406, 410, 422, 429, 500, 502, 503, 504])(
		'answer with the status %i and bill nothing, once',
		async (status) => {
			const emulator = await startPlain();
			emulator.order({ status, body: { error: 'as ordered' } });
			const answer = await askImage(emulator);
			expect(answer.status).toBe(status);
			expect(answer.headers['content-type']).toBe('application/json');
			expect(jsonOf(answer)).toStrictEqual({ error: 'as ordered' });
			expect(answer.headers['x-remaining-credits']).toBeUndefined();
			expect(emulator.paid).toBe(0);
			expect((await askImage(emulator)).status).toBe(200);
		},
	);

	it('answer with a status alone, and no body', async () => {
		const emulator = await startPlain();
		emulator.order({ status: 500 });
		const answer = await askImage(emulator);
		expect([answer.status, answer.bytes.length, answer.isWhole]).toStrictEqual([500, 0, true]);
	});

	it('answer 200 with JSON, a page or nothing in place of the image, which is billed', async () => {
		const emulator = await startPlain();
		emulator.order({ body: { error: 'made, and lost' } });
		const json = await askImage(emulator);
		expect([json.status, json.headers['content-type']]).toStrictEqual([200, 'application/json']);
		expect(jsonOf(json)).toStrictEqual({ error: 'made, and lost' });
		emulator.order({ body: '<html>busy</html>' });
		const page = await askImage(emulator);
		expect([page.status, page.headers['content-type']]).toStrictEqual([200, 'text/html']);
		expect(page.bytes.toString()).toBe('<html>busy</html>');
		emulator.order({ body: '' });
		const empty = await askImage(emulator);
		expect([empty.status, empty.bytes.length]).toStrictEqual([200, 0]);
		expect(emulator.paid).toBe(3);
	});

	it('answer with bytes that text can not hold', async () => {
		const emulator = await startPlain();
		const bytes = Buffer.from([0, 255, 254, 128, 13, 10, 0]);
		emulator.order({ bytes: bytes.toString('base64'), headers: { 'content-type': 'image/png' } });
		const answer = await askImage(emulator);
		expect(answer.bytes.equals(bytes)).toBe(true);
		expect(answer.headers['content-type']).toBe('image/png');
	});

	it('add, change and take away headers, and leave the image', async () => {
		const emulator = await startPlain();
		emulator.order({
			headers: { 'x-added': 'yes', 'x-cost': '7', 'x-remaining-credits': null, 'x-request-id': null },
		});
		const answer = await askImage(emulator);
		expect(answer.status).toBe(200);
		expect(answer.bytes.equals(BYTES)).toBe(true);
		expect(answer.headers['x-added']).toBe('yes');
		expect(answer.headers['x-cost']).toBe('7');
		expect(answer.headers).not.toHaveProperty('x-remaining-credits');
		expect(answer.headers).not.toHaveProperty('x-request-id');
		expect(answer.headers).toHaveProperty('x-generation-time');
	});

	it('send elsewhere with a redirect', async () => {
		const emulator = await startPlain();
		for (const status of [301, 302, 303, 307, 308]) {
			emulator.order({ status, headers: { location: 'http://127.0.0.1:9/elsewhere' } });
			const answer = await askImage(emulator);
			expect(answer.status).toBe(status);
			expect(answer.headers.location).toBe('http://127.0.0.1:9/elsewhere');
		}
		expect(emulator.paid).toBe(0);
	});

	it('let an answer wait', async () => {
		const emulator = await startPlain();
		emulator.order({ delay: 150 });
		expect((await askImage(emulator)).took).toBeGreaterThanOrEqual(150 - EARLY);
		emulator.order({ delay: 100, status: 503 });
		const refused = await askImage(emulator);
		expect([refused.status, refused.took >= 100 - EARLY]).toStrictEqual([503, true]);
	});

	it('let a body drip, and bring all of it', async () => {
		const emulator = await startPlain();
		emulator.order({ drip: { bytes: 2500, every: 40 } });
		const answer = await askImage(emulator);
		expect(answer.bytes.equals(BYTES)).toBe(true);
		expect(answer.took).toBeGreaterThanOrEqual(3 * (40 - EARLY));
	});

	it('break the connection in the middle of a body, which was billed', async () => {
		const emulator = await startPlain();
		emulator.order({ cut: 6000, drip: { bytes: 1000, every: 10 } });
		const answer = await askImage(emulator);
		expect(answer.status).toBe(200);
		expect(answer.headers['content-length']).toBe('10000');
		expect(answer.isWhole).toBe(false);
		expect(answer.bytes.equals(BYTES.subarray(0, 6000))).toBe(true);
		expect(emulator.paid).toBe(1);
	});

	it.each([0, 10, 5000])('break it after exactly %i bytes, with the headers there', async (cut) => {
		const emulator = await startPlain();
		emulator.order({ cut });
		const answer = await askImage(emulator);
		expect(answer).toMatchObject({ status: 200, isWhole: false });
		expect(answer.bytes.equals(BYTES.subarray(0, cut))).toBe(true);
	});

	it('reset the connection before any answer', async () => {
		const emulator = await startPlain();
		emulator.order({ reset: true });
		await expect(askImage(emulator)).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(emulator.requests.at(-1)).toMatchObject({ status: null, paid: true });
		expect((await askImage(emulator)).status).toBe(200);
	});

	it('never answer', async () => {
		const emulator = await startPlain();
		emulator.order({ hang: true });
		const signal = AbortSignal.timeout(400);
		const hanging = ask(emulator, { body: '{"prompt":"a red fox"}', signal });
		await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' });
		expect(emulator.requests.at(-1)).toMatchObject({ status: null, paid: true });
	});

	it('send a body of any size that begins with the image', async () => {
		const emulator = await startPlain();
		const huge = 5 * 1024 * 1024;
		emulator.order({ huge });
		const answer = await askImage(emulator);
		expect(answer.bytes.length).toBe(huge);
		expect(answer.isWhole).toBe(true);
		expect(answer.bytes.subarray(0, BYTES.length).equals(BYTES)).toBe(true);
	});

	it.each<[fault: Fault, paid: number]>([
		[{ status: 504, billed: true }, 1],
		[{ status: 500, billed: false }, 0],
		[{ reset: true, billed: false }, 0],
		[{ body: {}, billed: false }, 0],
		[{ status: 201, body: {} }, 1],
	])('say themselves whether the image is billed: %j', async (fault, paid) => {
		const emulator = await startPlain();
		emulator.order(fault);
		await askImage(emulator).catch(() => undefined);
		expect(emulator.paid).toBe(paid);
		expect(emulator.credits).toBe(paid === 1 ? 9.95 : 10);
	});

	it('meet so many requests as was ordered, in the order in which they were ordered', async () => {
		const emulator = await startPlain();
		emulator.order({ status: 503, times: 2 });
		emulator.order({ status: 500 });
		const statuses = [];
		for (let count = 0; count < 4; count += 1) statuses.push((await askImage(emulator)).status);
		expect(statuses).toStrictEqual([503, 503, 500, 200]);
	});

	it('meet all requests when they are ordered for -1', async () => {
		const emulator = await startPlain();
		emulator.order({ status: 503, times: -1 });
		const statuses = [];
		for (let count = 0; count < 5; count += 1) statuses.push((await askImage(emulator)).status);
		expect(statuses).toStrictEqual([503, 503, 503, 503, 503]);
	});

	it('meet only the prompt that they are for', async () => {
		const emulator = await startPlain();
		emulator.order({ status: 422, prompt: 'hare' });
		expect((await askImage(emulator, { prompt: 'a red fox' })).status).toBe(200);
		expect((await askImage(emulator, { prompt: 'a grey hare' })).status).toBe(422);
		expect((await askImage(emulator, { prompt: 'a grey hare' })).status).toBe(200);
	});

	it('meet the account, and leave images alone', async () => {
		const emulator = await startPlain();
		emulator.order({ on: 'account', status: 500, body: 'busy' });
		expect((await askImage(emulator)).status).toBe(200);
		const answer = await askAccount(emulator);
		expect([answer.status, answer.bytes.toString()]).toStrictEqual([500, 'busy']);
		expect((await askAccount(emulator)).status).toBe(200);
		emulator.order({ status: 503 });
		expect((await askAccount(emulator)).status).toBe(200);
	});

	it('are not used up by a request that is refused anyway', async () => {
		const emulator = await startPlain();
		emulator.order({ status: 503 });
		expect((await askImage(emulator, { seed: -1 })).status).toBe(406);
		expect((await askImage(emulator)).status).toBe(503);
	});
});

describe('what was seen', () => {
	it('is each request with its time, path, headers, body, status and payment', async () => {
		const emulator = await startPlain();
		const before = Date.now();
		await askImage(emulator, { seed: 0 });
		await askAccount(emulator);
		await askImage(emulator, { seed: -1 });
		await seenToTheEnd(emulator, 3);
		expect(emulator.requests).toMatchObject([
			{ method: 'POST', path: IMAGE, body: { prompt: 'a red fox', seed: 0 }, status: 200, paid: true },
			{ method: 'GET', path: ACCOUNT, body: {}, status: 200, paid: false },
			{ method: 'POST', path: IMAGE, body: { prompt: 'a red fox', seed: -1 }, status: 406, paid: false },
		]);
		expect(emulator.imageRequests).toHaveLength(2);
		for (const { at, headers } of emulator.requests) {
			expect(headers['x-api-key']).toBe(emulator.key);
			expect(at).toBeGreaterThanOrEqual(before);
			expect(at).toBeLessThanOrEqual(Date.now());
		}
	});

	it('is how many images were in the making at one time', async () => {
		const emulator = await startPlain({ delay: 300 });
		await Promise.all([1, 2, 3].map(async (seed) => await askImage(emulator, { seed })));
		expect(emulator.maxInFlight).toBe(3);
		await askImage(emulator);
		expect(emulator.maxInFlight).toBe(3);
		await seenToTheEnd(emulator, 4);
		emulator.reset();
		await askImage(emulator);
		expect(emulator.maxInFlight).toBe(1);
	});

	it('goes on when a client hangs up, in the middle of its body or waiting for the image', async () => {
		const emulator = await startPlain({ delay: 50 });
		const { hostname, port } = new URL(emulator.url);
		const socket = connect(Number(port), hostname);
		await once(socket, 'connect');
		socket.write(
			`POST ${IMAGE} HTTP/1.1\r\nhost: x\r\nx-api-key: ${emulator.key}\r\ncontent-length: 99\r\n\r\n{"pro`,
		);
		while (emulator.requests.length === 0) await wait(2);
		socket.destroy();
		const signal = AbortSignal.timeout(20);
		const waiting = ask(emulator, { body: '{"prompt":"a red fox"}', signal });
		await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
		expect((await askImage(emulator)).status).toBe(200);
		expect(emulator.requests[0]).toMatchObject({ body: {}, status: null, paid: false });
	});
});

describe('the control endpoint', () => {
	const control = async (emulator: Emulator, method: 'GET' | 'POST', path: string, body?: string) =>
		await ask(emulator, {
			method,
			path: `/_emulator/${path}`,
			headers: {},
			...(body === undefined ? {} : { body }),
		});

	it('tells the ledger to anybody, without a key', async () => {
		const emulator = await startPlain({ credits: 2 });
		await askImage(emulator, { seed: 7 });
		await askImage(emulator, { seed: -1 });
		await seenToTheEnd(emulator, 2);
		const ledger = await control(emulator, 'GET', 'ledger');
		expect(ledger.status).toBe(200);
		expect(jsonOf(ledger)).toMatchObject({
			credits: 1.95,
			paid: 1,
			maxInFlight: 1,
			requests: [
				{ path: IMAGE, body: { prompt: 'a red fox', seed: 7 }, status: 200, paid: true },
				{ path: IMAGE, status: 406, paid: false },
			],
		});
	});

	it('takes orders for faults', async () => {
		const emulator = await startPlain();
		const ordered = await control(emulator, 'POST', 'faults', '{"status":503,"body":{"error":"busy"}}');
		expect(ordered.status).toBe(201);
		const answer = await askImage(emulator);
		expect([answer.status, jsonOf(answer)]).toStrictEqual([503, { error: 'busy' }]);
		expect((await askImage(emulator)).status).toBe(200);
	});

	it('forgets requests, faults and payments, and is no part of the ledger itself', async () => {
		const emulator = await startPlain({ credits: 2 });
		await askImage(emulator);
		emulator.order({ status: 503, times: -1 });
		expect((await control(emulator, 'POST', 'reset')).status).toBe(200);
		expect(jsonOf(await control(emulator, 'GET', 'ledger'))).toMatchObject({
			credits: 2,
			paid: 0,
			requests: [],
		});
		expect((await askImage(emulator)).status).toBe(200);
	});

	it('says what can be asked of it', async () => {
		const emulator = await startPlain();
		for (const [method, path] of [
			['GET', 'faults'],
			['POST', 'ledger'],
			['GET', 'x'],
		] as const) {
			const answer = await control(emulator, method, path);
			expect(answer.status).toBe(404);
			expect(answer.bytes.toString()).toContain('GET /_emulator/ledger');
		}
	});
});
