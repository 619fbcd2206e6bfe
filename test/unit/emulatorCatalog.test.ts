import { LIST_PATH, REJECTED_MEDIA } from '../emulator/catalog';
import type { Emulator } from '../emulator/emulator';
import { call, start } from './emulatorCall';

type Json = Record<string, unknown>;

const get = async (emulator: Emulator, url: string, headers: Record<string, string> = {}) =>
	await call(emulator, url, { method: 'GET', headers });

/** What the queue says at last about a request to a model. */
async function resultOf(emulator: Emulator, model: string, inputs: object) {
	const submitted = await call(emulator, `/v2/${model}`, { body: JSON.stringify(inputs) });
	const { response_url: url } = submitted.body as Record<string, string>;
	return await get(emulator, url ?? '', { 'x-api-key': emulator.key });
}

test('the list needs no key and has about thirty models, with and without parameters', async () => {
	const emulator = await start();
	const { status, body } = await get(emulator, `${LIST_PATH}?segmind_model=True`);
	const list = Object.values(body as Record<string, Json[]>).flat();
	expect(status).toBe(200);
	expect(list.length).toBeGreaterThan(29);
	expect(list.filter(({ parameters }) => parameters === undefined)).toHaveLength(1);
	expect(Math.max(...list.map(({ parameters }) => Object.keys(Object(parameters) as object).length))).toBe(
		40,
	);
	expect(list.filter(({ is_depreciated: is }) => String(is).toLowerCase() === 'true')).toHaveLength(2);
});

test('a video, several files and JSON come in their own shapes', async () => {
	const emulator = await start();
	const video = (await resultOf(emulator, 'wan-text-to-video', { prompt: 'a' })).body as Json;
	expect(video.output).toEqual({ video: { url: expect.stringMatching(/\.mp4$/) } });
	const { url } = (video.output as { video: { url: string } }).video;
	expect((await get(emulator, url)).headers['content-type']).toBe('video/mp4');
	const { output: links } = (await resultOf(emulator, 'sdxl-four', { prompt: 'a' })).body as {
		output: string[];
	};
	expect(new Set(links).size).toBe(3);
	for (const link of links) expect((await get(emulator, link)).status).toBe(200);
	const text = (await resultOf(emulator, 'llama-chat', { prompt: 'a' })).body;
	expect(text).toMatchObject({ output: { caption: 'About: a' } });
	expect(emulator.credits).toBe(9.789);
});

test('a model that takes addresses only is queued with bytes, fails later and bills nothing', async () => {
	const emulator = await start();
	const bytes = 'data:image/png;base64,AAAA';
	expect(await resultOf(emulator, 'kling-image2video', { image: bytes })).toMatchObject({
		status: 422,
		body: { status: 'FAILED', error: REJECTED_MEDIA },
	});
	expect(emulator.paid).toBe(0);
	const address = 'https://images.example/a.png';
	expect((await resultOf(emulator, 'kling-image2video', { image: address })).status).toBe(200);
	expect(emulator.paid).toBe(1);
});
