import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { readExample } from './example';
import type { Credential } from './n8n';
import { until } from './process';
import { digestOf, paidPicture } from './receivers/pictures';
import { Telegram } from './receivers/telegram';
import { setUp } from './setup';
import { MODERATED, outputOf } from './workflow';

const setup = setUp();

test('your-first-image makes the picture, with a credential and nothing else', async () => {
	const execution = await setup.runExample('your-first-image');
	expect(execution.status).toBe('success');
	const [item] = outputOf(execution);
	expect(item?.json).toMatchObject({ width: 1344, height: 768, cost: 0.05, remainingCredits: 9.95 });
	const picture = await setup.storedFile(item ?? { json: {} });
	expect(digestOf(picture)).toBe(digestOf(await paidPicture(setup.emulator, item?.json.seed)));
	expect(setup.emulator.paid).toBe(1);
});

/** Publishes an example that begins with a form, and returns the form's address. */
async function publishForm(
	name: string,
	settings: IDataObject = {},
	credentials: Readonly<Record<string, Credential>> = {},
): Promise<string> {
	const { credential, n8n } = setup;
	const example = await readExample(name, { segmindApi: credential, ...credentials }, settings);
	await n8n.publish(await n8n.import(example));
	const form = example.nodes.find(({ type }) => type === 'n8n-nodes-base.formTrigger');
	return `${n8n.url}/form/${form?.webhookId}`;
}

/** Sends a form as a browser does, and returns the response. */
async function submit(url: string, ...fields: ReadonlyArray<string | File>): Promise<Response> {
	const form = new FormData();
	for (const [index, field] of fields.entries()) form.append(`field-${index}`, field);
	return await fetch(url, { method: 'POST', body: form });
}

/** Sends a form as a browser does, and returns its last page. */
async function send(url: string, ...fields: ReadonlyArray<string | File>): Promise<string> {
	const sent = await submit(url, ...fields);
	const { formWaitingUrl } = (await sent.json()) as { readonly formWaitingUrl: string };
	// The page asks for the state as well: n8n leaves a request for the page open while the workflow runs.
	const state = new URL(formWaitingUrl);
	state.pathname += '/n8n-execution-status';
	const isReady = async (): Promise<boolean> => (await (await fetch(state)).text()) === 'form-waiting';
	await until('the workflow is at the last page', isReady);
	return await (await fetch(formWaitingUrl)).text();
}

describe('form-to-image', () => {
	let url: string;
	beforeAll(async () => (url = await publishForm('form-to-image')));

	const describePicture = async (prompt: string, shape: string): Promise<string> =>
		await send(url, prompt, shape);

	test('shows the picture on the last page, from a link that opens', async () => {
		const page = await describePicture('A red fox', '4:5');
		const [, source = ''] = /<img src="([^"]+)"/.exec(page) ?? [];
		const opened = await fetch(source.replaceAll('&amp;', '&'));
		expect(opened.headers.get('content-type')).toBe('image/webp');
		const picture = digestOf(Buffer.from(await opened.arrayBuffer()));
		const [request] = setup.emulator.imageRequests;
		expect(request?.body).toMatchObject({ prompt: 'A red fox', aspect_ratio: '4:5' });
		expect(picture).toBe(digestOf(await paidPicture(setup.emulator, request?.body.seed)));
	});

	test('says why there is no picture', async () => {
		setup.emulator.inject(MODERATED);
		const page = await describePicture('A gory fox', '1:1');
		expect(page).toContain('Blocked by the content filter');
		expect(page).toContain('Nothing was billed');
		expect(setup.emulator.paid).toBe(0);
	});
});

/** A photo, and the file that a browser sends of it. */
async function photoOfMug(): Promise<{ photo: Buffer; file: File }> {
	const options = { create: { width: 320, height: 200, channels: 3, background: 'teal' } } as const;
	const photo = await sharp(options).jpeg().toBuffer();
	return { photo, file: new File([new Uint8Array(photo)], 'mug.jpg', { type: 'image/jpeg' }) };
}

test('edit-product-photo changes the photo of a form, and shows it on the last page', async () => {
	const { emulator } = setup;
	const { photo, file } = await photoOfMug();
	const page = await send(await publishForm('edit-product-photo'), file, 'Put it on a marble table');
	const [, source = ''] = /<img src="([^"]+)"/.exec(page) ?? [];
	const opened = await fetch(source.replaceAll('&amp;', '&'));
	expect(opened.headers.get('content-type')).toBe('image/png');
	expect(emulator.assets.map(({ bytes }) => photo.equals(bytes))).toEqual([true]);
	expect(emulator.imageRequests[0]?.body).toMatchObject({ prompt: 'Put it on a marble table' });
	expect(emulator.paid).toBe(1);
});

describe('product-photo-to-chat', () => {
	let telegram: Telegram;
	let url: string;

	beforeAll(async () => {
		telegram = setup.closeLater(await new Telegram().start());
		const bot = { accessToken: telegram.token, baseUrl: telegram.origin };
		const telegramApi = await setup.n8n.credential('telegramApi', bot);
		const settings = { chatId: telegram.chat, secondsToSleep: 1 };
		url = await publishForm('product-photo-to-chat', settings, { telegramApi });
	});

	test('submits the photo, and sends what was made of it to the chat, with its prompt and cost', async () => {
		const { emulator } = setup;
		emulator.inject({ prompt: 'marble', delay: 3000 });
		const { photo, file } = await photoOfMug();
		const sent = await submit(url, file, 'Put it on a <marble> table_top');
		expect(sent.status).toBe(200);
		await until('the photo is in the chat', () => telegram.photos.length > 0, 30_000);
		expect(telegram.photos).toMatchObject([
			{
				chat: telegram.chat,
				caption: 'Put it on a <marble> table_top\n\nIt cost $0.05.',
				file: { name: 'product-photo.jpg', type: 'image/jpeg' },
			},
		]);
		expect(telegram.messages).toEqual([]);
		expect(emulator.assets.map(({ bytes }) => photo.equals(bytes))).toEqual([true]);
		const [request, ...more] = emulator.imageRequests;
		expect(more).toEqual([]);
		expect(request).toMatchObject({
			path: '/v2/flux-kontext-pro',
			body: {
				prompt: 'Put it on a <marble> table_top',
				input_image: expect.stringMatching(/\/assets\/.+\.jpg$/) as unknown,
				aspect_ratio: 'match_input_image',
				output_format: 'jpg',
			},
		});
		const [{ path } = { path: '' }, ...again] = setup.requestsTo(/^\/files\//);
		expect(again).toEqual([]);
		const made = Buffer.from(await (await fetch(`${emulator.url}${path}`)).arrayBuffer());
		const received = telegram.photos[0]?.file.bytes ?? Buffer.alloc(0);
		expect(digestOf(received)).toBe(digestOf(made));
		// The picture has the shape of the photo.
		expect(await sharp(received).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 200 });
		expect(emulator.paid).toBe(1);
	});

	test.each([
		['is not taken into the queue', { ...MODERATED }],
		['fails in the queue', { fails: { error: 'Blocked by the content filter: a < b_c & d' } }],
	])('tells the chat why there is no picture when the photo %s', async (_, fault) => {
		const { emulator } = setup;
		const known = telegram.photos.length;
		telegram.messages.length = 0;
		emulator.inject({ prompt: 'gory', ...fault });
		const { file } = await photoOfMug();
		await submit(url, file, 'A gory fox');
		await until('the chat is told', () => telegram.messages.length > 0, 30_000);
		expect(telegram.messages.map(({ text }) => text)).toEqual([
			expect.stringMatching(/^There is no picture\. .*Blocked by the content filter.*Nothing was billed/),
		]);
		expect(telegram.messages[0]?.text).not.toMatch(/<|&(?!amp;|lt;)/);
		expect(telegram.photos).toHaveLength(known);
		expect([emulator.imageRequests.length, emulator.paid]).toEqual([1, 0]);
	});
});

test('photo-to-video makes a picture and a video of it, and pays for neither again', async () => {
	const { emulator } = setup;
	for (const alreadyPaid of [undefined, true]) {
		const execution = await setup.runExample('photo-to-video');
		expect(execution.status).toBe('success');
		const [item] = outputOf(execution, 'Make the video');
		expect(item?.json).toMatchObject({ model: 'kling-image2video', cost: 0.25, format: 'mp4' });
		expect([item?.json.alreadyPaid, item?.binary?.data?.fileName]).toEqual([alreadyPaid, 'paper-boat.mp4']);
	}
	expect(emulator.paid).toBe(2);
});
