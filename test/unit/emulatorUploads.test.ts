import sharp from 'sharp';

import type { Emulator } from '../emulator/emulator';
import { call, start } from './emulatorCall';

const PICTURE = sharp({ create: { width: 90, height: 60, channels: 3, background: 'teal' } })
	.png()
	.toBuffer();

const upload = async (emulator: Emulator, body: object) =>
	await call(emulator, '/upload-asset', { body: JSON.stringify(body) });

const dataUrl = async (): Promise<string> => `data:image/png;base64,${(await PICTURE).toString('base64')}`;

async function uploaded(emulator: Emulator): Promise<string> {
	const { body } = await upload(emulator, { data_urls: [await dataUrl()] });
	return String((body as { file_urls: string[] }).file_urls[0]);
}

const edit = async (emulator: Emulator, inputs: object, version = 'v1') =>
	await call(emulator, `/${version}/flux-kontext-pro`, {
		body: JSON.stringify({ prompt: 'a hat', ...inputs }),
	});

it('keeps uploaded files for everybody who has the address, and bills nothing', async () => {
	const emulator = await start();
	const url = await uploaded(emulator);
	const file = await call(emulator, url, { method: 'GET', headers: {} });
	expect(file.headers['content-type']).toBe('image/png');
	expect(file.bytes.equals(await PICTURE)).toBe(true);
	expect((await call(emulator, `${url}x`, { method: 'GET', headers: {} })).status).toBe(404);
	expect([emulator.paid, emulator.credits, emulator.imageRequests.length]).toEqual([0, 10, 0]);
});

it('answers in the other shape when it is told to', async () => {
	const emulator = await start();
	emulator.inject({ on: 'upload', fields: { file_urls: null, urls: ['{file}'] } });
	const { body } = await upload(emulator, { data_urls: [await dataUrl()] });
	expect(body).toEqual({ message: 'Files uploaded', urls: [expect.stringMatching(/\/assets\//)] });
});

it.each([
	{},
	{ data_urls: [] },
	{ data_urls: 'data:image/png;base64,AAAA' },
	{ data_urls: ['AAAA'] },
	{ data_urls: [7] },
])('refuses to store %j', async (body) => {
	expect((await upload(await start(), body)).status).toBe(400);
});

it('asks for the key, the method and the type of an upload', async () => {
	const emulator = await start();
	const path = '/upload-asset';
	expect((await call(emulator, path, { headers: {} })).status).toBe(401);
	expect((await call(emulator, path, { method: 'GET' })).status).toBe(405);
	const headers = { 'x-api-key': emulator.key, 'content-type': 'text/plain' };
	expect((await call(emulator, path, { headers, body: '{}' })).status).toBe(406);
});

it.each([
	['match_input_image', 90, 60],
	['1:1', 1024, 1024],
	['2:1', 1408, 704],
])('draws over the picture in the shape %s', async (aspect_ratio, width, height) => {
	const emulator = await start({}, {});
	const { bytes } = await edit(emulator, { input_image: await uploaded(emulator), aspect_ratio });
	expect(await sharp(bytes).metadata()).toMatchObject({ width, height, format: 'png' });
	const plain = await sharp(await PICTURE)
		.resize(width, height)
		.raw()
		.toBuffer();
	expect((await sharp(bytes).raw().toBuffer()).equals(plain)).toBe(false);
});

const PICTURES = [
	'https://10.0.0.1/a.png',
	'https://example.com/a.png',
	'data:image/png;base64,AAAA',
	'data',
	'',
];

it.each(PICTURES)('loads nothing from %j: v1 refuses it, and v2 fails later', async (input_image) => {
	const emulator = await start();
	const direct = await edit(emulator, { input_image });
	expect(direct).toMatchObject({
		status: 400,
		body: { error: expect.stringMatching(/^Reference media rejected/) },
	});
	const queued = await edit(emulator, { input_image }, 'v2');
	expect(queued).toMatchObject({ status: 200, body: { status: 'QUEUED' } });
	const { response_url: result } = queued.body as { response_url: string };
	const failed = await call(emulator, result, { method: 'GET' });
	expect(failed).toMatchObject({ status: 422, body: { status: 'FAILED', error: expect.any(String) } });
	expect(emulator.paid).toBe(0);
});

it('wants a picture, and tolerates less with it', async () => {
	const emulator = await start();
	expect((await edit(emulator, {})).body).toEqual({ error: 'Missing required field: input_image' });
	const input_image = await uploaded(emulator);
	expect((await edit(emulator, { input_image, safety_tolerance: 3 })).status).toBe(406);
	expect((await edit(emulator, { input_image, safety_tolerance: 0 })).status).toBe(200);
});
