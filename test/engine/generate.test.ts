import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import { Engine } from './engine';

let emulator: Emulator;
let engine: Engine;
let credential: { apiKey: string; baseUrl: string };

beforeAll(async () => {
	emulator = await Emulator.start({ freeCredits: 0.018, credits: 9.5 });
	engine = await Engine.start();
	credential = { apiKey: emulator.key, baseUrl: emulator.url };
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

/** Small enough to be drawn at once. */
const SMALL = { aspectRatio: 'custom', width: 256, height: 256 };

describe('one item becomes one image', () => {
	test('with the file as binary data and all that is known of it as json, in the documented order', async () => {
		const { items } = await engine.run({
			credential,
			items: [{ json: { animal: 'red fox' } }],
			parameters: { prompt: '=a {{ $json.animal }}', outputFormat: 'png', additionalFields: { seed: 7 } },
		});
		expect(items).toHaveLength(1);
		const [item] = items;
		expect(item?.pairedItem).toEqual({ item: 0 });
		expect(Object.keys(item?.json ?? {})).toEqual(
			'model prompt seed aspectRatio width height format mimeType fileName fileSize cost remainingCredits requestId generationTime attempts'.split(
				' ',
			),
		);
		const bytes = await engine.read(item);
		expect(item?.json).toMatchObject({
			model: 'flux-1.1-pro',
			prompt: 'a red fox',
			seed: 7,
			aspectRatio: '1:1',
			width: 1024,
			height: 1024,
			format: 'png',
			mimeType: 'image/png',
			fileName: 'a-red-fox-7.png',
			fileSize: bytes.length,
			cost: 0.05,
			remainingCredits: 9.45,
			attempts: 1,
		});
		expect(typeof item?.json.generationTime).toBe('number');
		expect(item?.json.requestId).toMatch(/^[0-9a-f-]{36}$/);
		expect(item?.binary?.data).toMatchObject({
			mimeType: 'image/png',
			fileName: 'a-red-fox-7.png',
			fileExtension: 'png',
			fileType: 'image',
		});
		expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 1024, height: 1024 });
		expect(emulator.imageRequests).toHaveLength(1);
	});

	test('sends what was entered and nothing more', async () => {
		await engine.run({ credential, parameters: { prompt: 'a fox', additionalFields: { seed: 0 } } });
		expect(emulator.imageRequests[0]?.body).toEqual({
			prompt: 'a fox',
			aspect_ratio: '1:1',
			output_format: 'webp',
			seed: 0,
		});
		expect(emulator.imageRequests[0]?.headers).toMatchObject({
			'content-type': 'application/json',
			'x-api-key': emulator.key,
		});
	});

	test('takes every attribute as the text that agents and sheets send', async () => {
		const { items } = await engine.run({
			credential,
			items: [{ json: { w: '1000', h: '512', up: 'false', q: '0', seed: '12', tol: '5', format: 'jpg' } }],
			parameters: {
				prompt: 'a fox',
				aspectRatio: 'custom',
				width: '={{ $json.w }}',
				height: '={{ $json.h }}',
				outputFormat: '={{ $json.format }}',
				additionalFields: {
					seed: '={{ $json.seed }}',
					promptUpsampling: '={{ $json.up }}',
					outputQuality: '={{ $json.q }}',
					safetyTolerance: '={{ $json.tol }}',
				},
			},
		});
		expect(emulator.imageRequests[0]?.body).toEqual({
			prompt: 'a fox',
			aspect_ratio: 'custom',
			width: 1008,
			height: 512,
			output_format: 'jpg',
			output_quality: 0,
			prompt_upsampling: false,
			safety_tolerance: 5,
			seed: 12,
		});
		expect(items[0]?.json).toMatchObject({ width: 1008, height: 512, format: 'jpg', mimeType: 'image/jpeg' });
	});

	test('draws a seed where none is given, sends it and reports it', async () => {
		const { items } = await engine.run({
			credential,
			items: [{ json: { seed: '' } }, { json: { seed: null } }],
			parameters: { prompt: 'a fox', ...SMALL, additionalFields: { seed: '={{ $json.seed }}' } },
		});
		const sent = emulator.imageRequests.map(({ body }) => body.seed);
		expect(items.map(({ json }) => json.seed).sort()).toEqual([...sent].sort());
		expect(new Set(sent).size).toBe(2);
	});

	test('names the file after the type that arrives, not the one that was asked for', async () => {
		const webp = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
			.webp()
			.toBuffer();
		emulator.order({ bytes: webp.toString('base64'), headers: { 'content-type': 'image/jpeg' } });
		const { items } = await engine.run({ credential, parameters: { prompt: 'a fox', outputFormat: 'png' } });
		expect(items[0]?.json).toMatchObject({ format: 'webp', mimeType: 'image/webp', width: 40, height: 30 });
		expect(items[0]?.binary?.data?.fileName).toMatch(/\.webp$/);
		expect(await engine.read(items[0])).toEqual(webp);
	});

	test('has null for what Segmind did not say, never 0', async () => {
		emulator.order({
			headers: {
				'x-remaining-credits': null,
				'x-cost': null,
				'x-request-id': null,
				'x-generation-time': 'NaN',
			},
		});
		const { items } = await engine.run({ credential, parameters: { prompt: 'a fox', ...SMALL } });
		expect(items[0]?.json).toMatchObject({
			cost: null,
			remainingCredits: null,
			requestId: null,
			generationTime: null,
		});
	});
});

describe('options', () => {
	test('a name is made safe, keeps its extension to itself and is unique in the run', async () => {
		const { items } = await engine.run({
			credential,
			items: [
				{ json: { name: 'Shop: Fox/1.png' } },
				{ json: { name: 'shop- fox-1' } },
				{ json: { name: 7 } },
			],
			parameters: {
				prompt: 'a fox',
				...SMALL,
				outputFormat: 'jpg',
				options: { fileName: '={{ $json.name }}' },
			},
		});
		expect(items.map(({ json }) => json.fileName)).toEqual(['Shop- Fox-1.jpg', 'shop- fox-1-2.jpg', '7.jpg']);
	});

	test('the image goes into the field that was named, and the input stays beside it where wanted', async () => {
		const { items } = await engine.run({
			credential,
			items: [
				{
					json: { row: 3, prompt: 'of the sheet', imageUrl: 'stale', alreadyPaid: true },
					binary: { logo: { data: 'aGk=', mimeType: 'text/plain' } },
				},
			],
			parameters: {
				prompt: 'a fox',
				...SMALL,
				options: { binaryPropertyOutput: 'picture', includeInputFields: true },
			},
		});
		expect(items[0]?.json).toMatchObject({ row: 3, prompt: 'a fox', format: 'webp' });
		expect(items[0]?.json).not.toHaveProperty('imageUrl');
		expect(items[0]?.json).not.toHaveProperty('alreadyPaid');
		expect(Object.keys(items[0]?.binary ?? {})).toEqual(['logo', 'picture']);
	});

	test('a public link is signed for the file that was stored', async () => {
		const { items } = await engine.run({
			credential,
			parameters: { prompt: 'a fox', ...SMALL, options: { linkExpiry: '1 hour' } },
		});
		const url = new URL(String(items[0]?.json.imageUrl));
		expect(url.pathname).toBe('/rest/binary-data/signed');
		const claims = JSON.parse(
			Buffer.from(url.searchParams.get('token')?.split('.')[1] ?? '', 'base64url').toString(),
		) as { id: string; iat: number; exp: number };
		expect(claims.id).toBe(items[0]?.binary?.data?.id);
		expect(claims.exp - claims.iat).toBe(3600);
	});

	test('a link that memory mode can not have is null, and a hint says why', async () => {
		const { items, hints } = await engine.run({
			credential,
			binaryMode: 'default',
			parameters: { prompt: 'a fox', ...SMALL, options: { linkExpiry: '1 day' } },
		});
		expect(items[0]?.json.imageUrl).toBeNull();
		expect(hints.join()).toMatch(/keeps files in memory.*N8N_DEFAULT_BINARY_DATA_MODE/);
		expect((await engine.read(items[0])).length).toBe(items[0]?.json.fileSize);
	});

	test('a link that opens on this machine only is told so', async () => {
		const options = {
			credential,
			parameters: { prompt: 'a fox', ...SMALL, options: { linkExpiry: '1 day' } },
		};
		const local = await engine.run({ ...options, n8nUrl: 'http://localhost:5678' });
		expect(local.hints.join()).toMatch(/opens on this machine only.*http:\/\/localhost:5678/);
		const reachable = await engine.run(options);
		expect(reachable.hints.join()).not.toMatch(/this machine/);
	});

	test('the deadline covers the whole answer, also one that drips', async () => {
		emulator.order({ drip: { bytes: 20, every: 100 } });
		const started = Date.now();
		const { items } = await engine.run({
			credential,
			node: { onError: 'continueRegularOutput' },
			parameters: { prompt: 'a fox', ...SMALL, options: { timeout: 5 } },
		});
		expect(items[0]?.json).toMatchObject({
			error: 'No whole answer came within 5 seconds',
			details: { cause: 'uncertain', billed: 'unknown', attempts: 1 },
		});
		expect(Date.now() - started).toBeLessThan(9000);
	});
});

describe('what can not succeed is refused before anything is sent', () => {
	test.each([
		[{ prompt: '={{ "" }}' }, 'Prompt'],
		[{ prompt: ' \n ' }, 'Prompt'],
		[{ prompt: '={{ 42 }}' }, 'Prompt'],
		[{ prompt: '={{ { a: 1 } }}' }, 'Prompt'],
		[{ prompt: 'x', aspectRatio: '21:9' }, 'Aspect Ratio'],
		[{ prompt: 'x', aspectRatio: 'custom', width: 255 }, 'Width'],
		[{ prompt: 'x', aspectRatio: 'custom', height: 1441 }, 'Height'],
		[{ prompt: 'x', aspectRatio: 'custom', height: 300.5 }, 'Height'],
		[{ prompt: 'x', outputFormat: 'jpeg' }, 'Output Format'],
		[{ prompt: 'x', additionalFields: { outputQuality: 101 } }, 'Output Quality'],
		[{ prompt: 'x', additionalFields: { safetyTolerance: 0 } }, 'Safety Tolerance'],
		[{ prompt: 'x', additionalFields: { seed: -1 } }, 'Seed'],
		[{ prompt: 'x', additionalFields: { seed: 1.5 } }, 'Seed'],
		[{ prompt: 'x', additionalFields: { promptUpsampling: 'maybe' } }, 'Prompt Upsampling'],
		[{ prompt: 'x', options: { fileName: '///' } }, 'File Name'],
		[{ prompt: 'x', options: { fileName: '={{ [1] }}' } }, 'File Name'],
		[{ prompt: 'x', options: { timeout: 1 } }, 'Timeout'],
		[{ prompt: 'x', options: { linkExpiry: '2 years' } }, 'Public Link'],
		[{ prompt: 'x', options: { concurrency: 21 } }, 'Images at Once'],
		[{ prompt: 'x', options: { numberOfImages: 0 } }, 'Images per Item'],
		[{ prompt: 'x', options: { maxRetries: 11 } }, 'Max Retries'],
		[{ prompt: 'x', options: { minimumRemainingCredits: 'much' } }, 'Minimum Remaining Credits'],
		[{ prompt: 'x', options: { requestsPerMinute: -1 } }, 'Requests per Minute'],
		[{ prompt: 'x', options: { retryUncertain: 'perhaps' } }, 'Retry When Billing Is Uncertain'],
	])('%j names %s', async (parameters, label) => {
		const { error } = await engine.run({ credential, parameters });
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toContain(`'${label}'`);
		expect(error?.message).not.toMatch(/error|problem|failure|mistake/i);
		expect(error?.description).toMatch(/^(Use|Enter|Point) .*Nothing was sent and nothing was billed\.$/);
		expect(emulator.requests).toHaveLength(0);
	});

	test('one bad item of three costs nothing when the node must stop', async () => {
		const { error } = await engine.run({
			credential,
			items: [{ json: { p: 'a' } }, { json: { p: '' } }, { json: { p: 'c' } }],
			parameters: { prompt: '={{ $json.p }}', ...SMALL },
		});
		expect(error?.message).toBe("'Prompt' is empty");
		expect((error as { context?: { itemIndex?: number } }).context?.itemIndex).toBe(1);
		expect(emulator.requests).toHaveLength(0);
	});

	test.each([
		'http://example.com',
		'ftp://api.segmind.com',
		'api.segmind.com',
		'',
		'https://u:p@api.segmind.com',
	])('the key is not sent to %j', async (baseUrl) => {
		const { error } = await engine.run({
			credential: { ...credential, baseUrl },
			parameters: { prompt: 'x' },
		});
		expect(error?.message).toMatch(/^'Base URL' /);
		expect(error?.description).toMatch(/Enter https:\/\/api\.segmind\.com in the Segmind credential/);
	});

	test('a credential without a key says so', async () => {
		const { error } = await engine.run({
			credential: { ...credential, apiKey: ' ' },
			parameters: { prompt: 'x' },
		});
		expect(error?.message).toBe("'API Key' is empty");
		expect(emulator.requests).toHaveLength(0);
	});
});

describe('account: getCredits', () => {
	const parameters = { resource: 'account', operation: 'getCredits' };

	test('tells the balance in dollars, for each item, with one free call', async () => {
		const { items } = await engine.run({
			credential,
			parameters,
			items: [{ json: {} }, { json: {} }],
		});
		expect(items).toEqual([
			{ json: { credits: 9.5, freeCredits: 0.018, totalCredits: 9.518 }, pairedItem: { item: 0 } },
			{ json: { credits: 9.5, freeCredits: 0.018, totalCredits: 9.518 }, pairedItem: { item: 1 } },
		]);
		expect(emulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
			'GET /v1/get-user-credits',
		]);
	});

	test('a valid key without a balance record has 0', async () => {
		emulator.order({ on: 'account', status: 404, body: { error: 'No credits found for the user' } });
		const { items } = await engine.run({ credential, parameters });
		expect(items[0]?.json).toEqual({ credits: 0, freeCredits: 0, totalCredits: 0 });
	});

	test.each([
		[{ status: 401, body: { error: 'invalid_token' } }, 'credential'],
		[{ status: 404, body: '<html>nothing here</html>' }, 'endpoint'],
		[{ status: 504, body: '' }, 'server'],
		[{ reset: true }, 'server'],
		[{ status: 200, body: '<html>hello</html>' }, 'endpoint'],
		[{ status: 200, body: { credits: 'many' } }, 'endpoint'],
	])('%j is a refusal that never leaves a payment in doubt', async (fault, cause) => {
		emulator.order({ on: 'account', ...fault });
		const { routed } = await engine.run({ credential, parameters, node: { onError: 'continueErrorOutput' } });
		expect(routed[0]?.json.details).toMatchObject({ cause, billed: 'no' });
	});
});
