import sharp from 'sharp';

import { until } from './process';
import { digestOf, paidPicture } from './receivers/pictures';
import { readExample } from './example';
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
async function publishForm(name: string): Promise<string> {
	const { credential, n8n } = setup;
	const example = await readExample(name, { segmindApi: credential });
	await n8n.publish(await n8n.import(example));
	const form = example.nodes.find(({ type }) => type === 'n8n-nodes-base.formTrigger');
	return `${n8n.url}/form/${form?.webhookId}`;
}

/** Sends a form as a browser does, and returns its last page. */
async function send(url: string, ...fields: ReadonlyArray<string | File>): Promise<string> {
	const form = new FormData();
	for (const [index, field] of fields.entries()) form.append(`field-${index}`, field);
	const sent = await fetch(url, { method: 'POST', body: form });
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

	const submit = async (prompt: string, shape: string): Promise<string> => await send(url, prompt, shape);

	test('shows the picture on the last page, from a link that opens', async () => {
		const page = await submit('A red fox', '4:5');
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
		const page = await submit('A gory fox', '1:1');
		expect(page).toContain('Blocked by the content filter');
		expect(page).toContain('Nothing was billed');
		expect(setup.emulator.paid).toBe(0);
	});
});

test('edit-product-photo changes the photo of a form, and shows it on the last page', async () => {
	const { emulator } = setup;
	const options = { create: { width: 320, height: 200, channels: 3, background: 'teal' } } as const;
	const photo = await sharp(options).jpeg().toBuffer();
	const file = new File([new Uint8Array(photo)], 'mug.jpg', { type: 'image/jpeg' });
	const page = await send(await publishForm('edit-product-photo'), file, 'Put it on a marble table');
	const [, source = ''] = /<img src="([^"]+)"/.exec(page) ?? [];
	const opened = await fetch(source.replaceAll('&amp;', '&'));
	expect(opened.headers.get('content-type')).toBe('image/png');
	expect(emulator.assets.map(({ bytes }) => photo.equals(bytes))).toEqual([true]);
	expect(emulator.imageRequests[0]?.body).toMatchObject({ prompt: 'Put it on a marble table' });
	expect(emulator.paid).toBe(1);
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
