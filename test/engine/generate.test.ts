import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { bytesOf } from './faults';
import { metadataOf, valuesOf } from './results';
import { credential, generate, itemsOf, withParameters } from './runs';
import { emulator, engine, itemsFrom, useEngine } from './setup';

useEngine();

describe('one item becomes one image', () => {
	test('with the file as binary data and its facts as json, in the documented order', async () => {
		const prompt = '=a {{ $json.animal }}';
		const parameters = { prompt, outputFormat: 'png', additionalFields: { seed: 7 } };
		const input = [{ json: { animal: 'red fox' } }];
		const { items } = await engine.run(withParameters(parameters, { items: input }));
		expect(items).toHaveLength(1);
		const [item] = items;
		expect(item?.pairedItem).toEqual({ item: 0 });
		expect(Object.keys(item?.json ?? {}).join(' ')).toBe(
			'model prompt seed aspectRatio width height format mimeType fileName fileSize cost remainingCredits requestId generationTime attempts imageUrl',
		);
		expect(item?.json).toMatchObject({
			model: 'flux-1.1-pro',
			prompt: 'a red fox',
			seed: 7,
			aspectRatio: '1:1',
			...{ width: 1024, height: 1024, format: 'png' },
			mimeType: 'image/png',
			fileName: 'a-red-fox-7.png',
			fileSize: (await engine.read(item)).length,
			...{ cost: 0.05, remainingCredits: 9.95, generationTime: expect.any(Number), attempts: 1 },
			requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
		});
		expect(item?.binary?.data).toMatchObject({
			mimeType: 'image/png',
			fileName: 'a-red-fox-7.png',
			fileExtension: 'png',
			fileType: 'image',
		});
		expect(await metadataOf(item)).toMatchObject({ format: 'png', width: 1024, height: 1024 });
		expect(emulator.imageRequests).toHaveLength(1);
	});

	test('sends the entered values and nothing more', async () => {
		const items = await itemsFrom(withParameters({ prompt: 'a fox', additionalFields: { seed: 0 } }));
		expect(items[0]?.json.model).toBe('flux-1.1-pro');
		const body = { prompt: 'a fox', aspect_ratio: '1:1', output_format: 'webp', seed: 0 };
		const headers = { 'content-type': 'application/json', 'x-api-key': emulator.key };
		expect(emulator.imageRequests).toMatchObject([{ path: '/v1/flux-1.1-pro', headers }]);
		expect(emulator.imageRequests[0]?.body).toEqual(body);
	});

	test.each([
		['as values', { w: 1000, h: 512, up: false, q: 0, seed: 12, tol: 5, format: 'jpg' }],
		[
			'as text, as agents and sheets send it',
			{ w: '1000', h: '512', up: 'false', q: '0', seed: '12', tol: '5', format: 'jpg' },
		],
		[
			'whatever their case and spelling',
			{ w: 1000, h: 512, up: false, q: 0, seed: 12, tol: 5, format: 'JPEG' },
		],
	])('sends every attribute %s', async (_, json) => {
		const parameters = {
			...{ resource: 'image', operation: 'generate', prompt: 'a fox', aspectRatio: 'custom' },
			width: '={{ $json.w }}',
			height: '={{ $json.h }}',
			outputFormat: '={{ $json.format }}',
			additionalFields: {
				seed: '={{ $json.seed }}',
				promptUpsampling: '={{ $json.up }}',
				outputQuality: '={{ $json.q }}',
				safetyTolerance: '={{ $json.tol }}',
			},
		};
		const items = await itemsFrom(withParameters(parameters, { items: [{ json }] }));
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

	test('draws a seed if there is none, sends it and reports it', async () => {
		const items = [{ json: { prompt: 'a', seed: '' } }, { json: { prompt: 'a', seed: null } }];
		const parameters = { additionalFields: { seed: '={{ $json.seed }}' } };
		const result = await engine.run(generate({}, { items, parameters }));
		const sent = emulator.imageRequests.map(({ body }) => body.seed);
		expect(valuesOf(result.items, 'seed').sort()).toEqual([...sent].sort());
		expect(new Set(sent).size).toBe(2);
	});

	test('reports the seed that the response names', async () => {
		emulator.inject({ headers: { 'x-seed-value': '99' } });
		const items = await itemsFrom(generate({}, { parameters: { additionalFields: { seed: 7 } } }));
		expect(items[0]?.json).toMatchObject({ seed: 99 });
		expect(emulator.imageRequests[0]?.body.seed).toBe(7);
	});

	test('names the file after the type in the response, not the requested one', async () => {
		const webp = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
			.webp()
			.toBuffer();
		emulator.inject(bytesOf(webp, { 'content-type': 'image/jpeg' }));
		const { items } = await engine.run(withParameters({ prompt: 'a fox', outputFormat: 'png' }));
		expect(items[0]?.json).toMatchObject({ format: 'webp', mimeType: 'image/webp', width: 40, height: 30 });
		expect(items[0]?.binary?.data?.fileName).toMatch(/\.webp$/);
		expect(await engine.read(items[0])).toEqual(webp);
	});

	test('returns null for missing headers, never 0', async () => {
		const headers = { 'x-remaining-credits': null, 'x-cost': null, 'x-request-id': null };
		emulator.inject({ headers: { ...headers, 'x-generation-time': 'NaN' } });
		const { items } = await engine.run(generate());
		const nulls = { cost: null, remainingCredits: null, requestId: null, generationTime: null };
		expect(items[0]?.json).toMatchObject(nulls);
	});
});

describe('options', () => {
	test('file names are sanitized, get one extension and are unique in the run', async () => {
		const names = ['Shop: Fox/1.png', 'shop- fox-1', 7];
		const input = names.map((name) => ({ json: { name, prompt: 'a fox' } }));
		const rest = { items: input, parameters: { outputFormat: 'jpg' } };
		const { items } = await engine.run(generate({ fileName: '={{ $json.name }}' }, rest));
		expect(valuesOf(items, 'fileName')).toEqual(['Shop- Fox-1.jpg', 'shop- fox-1-2.jpg', '7.jpg']);
	});

	test('the image goes into the named field, next to the input fields if they are included', async () => {
		const input = {
			json: { row: 3, prompt: 'of the sheet', imageUrl: 'stale', alreadyPaid: true },
			binary: { logo: { data: 'aGk=', mimeType: 'text/plain' } },
		};
		const options = { binaryPropertyOutput: 'picture', includeInputFields: true };
		const parameters = { prompt: 'a fox' };
		const { items } = await engine.run(generate(options, { items: [input], parameters }));
		expect(items[0]?.json).toMatchObject({ row: 3, prompt: 'a fox', format: 'webp' });
		expect(items[0]?.json.imageUrl).toBeNull();
		expect(items[0]?.json).not.toHaveProperty('alreadyPaid');
		expect(Object.keys(items[0]?.binary ?? {})).toEqual(['logo', 'picture']);
	});

	test('a public link is signed for the stored file', async () => {
		const { items } = await engine.run(generate({ linkExpiry: '1 hour' }));
		const url = new URL(String(items[0]?.json.imageUrl));
		expect(url.pathname).toBe('/rest/binary-data/signed');
		const claims = JSON.parse(
			Buffer.from(url.searchParams.get('token')?.split('.')[1] ?? '', 'base64url').toString(),
		) as { id: string; iat: number; exp: number };
		expect(claims.id).toBe(items[0]?.binary?.data?.id);
		expect(claims.exp - claims.iat).toBe(3600);
	});

	test('a link is null in memory mode, and a hint explains it', async () => {
		const { items, hints } = await engine.run(generate({ linkExpiry: '1 day' }, { binaryMode: 'default' }));
		expect(items[0]?.json.imageUrl).toBeNull();
		expect(hints.join()).toContain('N8N_DEFAULT_BINARY_DATA_MODE');
		expect((await engine.read(items[0])).length).toBe(items[0]?.json.fileSize);
	});

	test.each([
		['a hint warns of a link that opens only on this machine', 'http://localhost:5678', 1],
		['no hint warns of a link that opens elsewhere', 'https://n8n.example', 0],
	])('%s', async (_, n8nUrl, warnings) => {
		const { hints } = await engine.run(generate({ linkExpiry: '1 day' }, { n8nUrl }));
		expect(hints).toHaveLength(1 + warnings);
		expect(hints.filter((hint) => hint.includes(n8nUrl))).toHaveLength(warnings);
	});
});

describe('invalid values are reported before anything is sent', () => {
	test.each<[IDataObject, string]>([
		[{ prompt: '={{ "" }}' }, 'Prompt'],
		[{ prompt: ' \n ' }, 'Prompt'],
		[{ prompt: '={{ { a: 1 } }}' }, 'Prompt'],
		[{ aspectRatio: '21:9' }, 'Aspect Ratio'],
		[{ aspectRatio: 'custom', width: 255 }, 'Width'],
		[{ aspectRatio: 'custom', height: 1441 }, 'Height'],
		[{ aspectRatio: 'custom', height: 300.5 }, 'Height'],
		[{ outputFormat: 'gif' }, 'Output Format'],
		[{ additionalFields: { outputQuality: 101 } }, 'Output Quality'],
		[{ additionalFields: { safetyTolerance: 0 } }, 'Safety Tolerance'],
		[{ additionalFields: { seed: -2 } }, 'Seed'],
		[{ additionalFields: { seed: 1.5 } }, 'Seed'],
		[{ additionalFields: { promptUpsampling: 'maybe' } }, 'Prompt Upsampling'],
		[{ options: { fileName: '///' } }, 'File Name'],
		[{ options: { fileName: '={{ [1] }}' } }, 'File Name'],
		[{ options: { timeout: 1 } }, 'Timeout (Seconds)'],
		[{ options: { linkExpiry: '2 years' } }, 'Public Link'],
		[{ options: { concurrency: 21 } }, 'Parallel Requests'],
		[{ options: { numberOfImages: 0 } }, 'Number of Images'],
		[{ options: { maxRetries: 11 } }, 'Max Retries'],
		[{ options: { minimumRemainingCredits: 'much' } }, 'Minimum Remaining Credits'],
		[{ options: { requestsPerMinute: -1 } }, 'Requests per Minute'],
		[{ options: { retryUncertain: 'perhaps' } }, 'Retry When Billing Is Uncertain'],
	])('%j: %s', async (parameters, label) => {
		const { error } = await engine.run(withParameters({ prompt: 'x', ...parameters }));
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toContain(`'${label}'`);
		expect(error?.description).toMatch(/billed/);
		expect(emulator.requests).toHaveLength(0);
	});

	test('one invalid item of three costs nothing if the node stops on errors', async () => {
		const { error } = await engine.run(generate({}, { items: itemsOf('a', '', 'c') }));
		expect(error?.message).toContain("'Prompt'");
		expect((error as { context?: { itemIndex?: number } }).context?.itemIndex).toBe(1);
		expect(emulator.requests).toHaveLength(0);
	});

	test.each(['http://example.com', 'ftp://api.segmind.com', '', 'https://u:p@api.segmind.com'])(
		'does not send the key to %j',
		async (baseUrl) => {
			const { error } = await engine.run(generate({}, { credential: { ...credential(), baseUrl } }));
			expect(error?.message).toContain("'Base URL'");
			expect(error?.description).toContain('https://api.segmind.com');
		},
	);

	test('a credential without a key', async () => {
		const { error } = await engine.run(generate({}, { credential: { ...credential(), apiKey: ' ' } }));
		expect(error?.message).toContain("'API Key'");
		expect(emulator.requests).toHaveLength(0);
	});
});
