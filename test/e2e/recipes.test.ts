import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { readExample } from './example';
import type { Execution } from './n8n';
import { until } from './process';
import { Airtable } from './receivers/airtable';
import { LinkTaker } from './receivers/linkTaker';
import { digestOf, paidPicture } from './receivers/pictures';
import { Telegram } from './receivers/telegram';
import { WordPress } from './receivers/wordPress';
import { setUp } from './setup';
import { jsonOf, outputOf } from './workflow';

const setup = setUp();

/** The picture that the only image of an execution was paid for. */
const picturesOf = async (execution: Execution): Promise<string[]> => {
	const { emulator } = setup;
	const images = jsonOf(execution, 'Make the picture');
	return await Promise.all(images.map(async ({ seed }) => digestOf(await paidPicture(emulator, seed))));
};

test('exact-sizes delivers exactly the sizes that were asked for', async () => {
	const execution = await setup.runExample('exact-sizes');
	expect(execution.status).toBe('success');
	const items = outputOf(execution, 'Cut to size');
	const sizes = await Promise.all(
		items.map(async (item) => {
			const { width, height, format } = await sharp(await setup.storedFile(item)).metadata();
			return [item.binary?.data?.fileName, width, height, format];
		}),
	);
	expect(sizes).toEqual([
		['portrait-post.jpg', 1080, 1350, 'jpeg'],
		['link-preview.jpg', 1200, 630, 'jpeg'],
		['video-thumbnail.jpg', 1280, 720, 'jpeg'],
	]);
	const asked = setup.emulator.imageRequests.map(({ body }) => [body.width, body.height]);
	expect(asked.sort()).toEqual([
		[1088, 1360],
		[1200, 640],
		[1280, 720],
	]);
	expect(setup.emulator.paid).toBe(3);
});

test("link-without-public-n8n hands over Segmind's own link", async () => {
	const service = setup.closeLater(await new LinkTaker().start());
	const execution = await setup.runExample('link-without-public-n8n', { serviceUrl: service.origin });
	expect(execution.status).toBe('success');
	expect(service.posts).toHaveLength(1);
	const [post] = service.posts;
	expect(post?.link.startsWith(setup.emulator.url)).toBe(true);
	expect([digestOf(post?.picture)]).toEqual(await picturesOf(execution));
	expect(setup.emulator.paid).toBe(1);
});

test('pay-once-for-a-row pays nothing in a second execution, and delivers the same pictures', async () => {
	const digests = async (execution: Execution): Promise<string[]> =>
		await Promise.all(
			outputOf(execution, 'Make the picture').map(async (item) => digestOf(await setup.storedFile(item))),
		);
	const first = await setup.runExample('pay-once-for-a-row');
	const second = await setup.runExample('pay-once-for-a-row');
	expect(jsonOf(second, 'Make the picture')).toMatchObject([
		{ id: 'MUG-01', fileName: 'MUG-01.webp', alreadyPaid: true },
		{ id: 'LAMP-07', fileName: 'LAMP-07.webp', alreadyPaid: true },
	]);
	expect(await digests(second)).toEqual(await digests(first));
	expect(setup.emulator.paid).toBe(2);
	expect(setup.emulator.imageRequests).toHaveLength(2);
});

test('model-per-row runs the model of each row', async () => {
	const execution = await setup.runExample('model-per-row');
	expect(execution.status).toBe('success');
	const results = jsonOf(execution, 'Run the model');
	expect(results).toMatchObject([
		{ model: 'flux-1.1-pro', prompt: 'A red fox asleep in fresh snow' },
		{ model: 'seedream-v3-text-to-image', prompt: 'A lighthouse on a cliff in a storm' },
	]);
	const files = outputOf(execution, 'Run the model').map(async (item) => await setup.storedFile(item));
	const formats = (await Promise.all(files)).map(async (file) => (await sharp(file).metadata()).format);
	expect(await Promise.all(formats)).toEqual(
		results.map(({ format }) => String(format).replace('jpg', 'jpeg')),
	);
	expect(setup.emulator.paid).toBe(2);
});

test('wordpress-media uploads the file with its name and its alternative text', async () => {
	const blog = setup.closeLater(await new WordPress().start());
	const httpBasicAuth = await setup.n8n.credential('httpBasicAuth', blog.credential);
	const execution = await setup.runExample(
		'wordpress-media',
		{ wordpressUrl: blog.origin },
		{ httpBasicAuth },
	);
	expect(execution.status).toBe('success');
	const [media, ...more] = blog.media;
	expect(more).toEqual([]);
	expect(media).toMatchObject({ name: 'paper-boat.webp', type: 'image/webp' });
	expect(media?.altText).toContain('A paper boat');
	expect([digestOf(media?.bytes)]).toEqual(await picturesOf(execution));
});

test('airtable-attachment adds a record, and Airtable has a copy of the picture', async () => {
	const airtable = setup.closeLater(await new Airtable().start());
	const bearer = { name: 'Authorization', value: `Bearer ${airtable.token}` };
	const httpHeaderAuth = await setup.n8n.credential('httpHeaderAuth', bearer);
	const settings = { airtableUrl: airtable.url, baseId: airtable.baseId, table: 'Pictures of today' };
	const execution = await setup.runExample('airtable-attachment', settings, { httpHeaderAuth });
	expect(execution.status).toBe('success');
	const [image] = jsonOf(execution, 'Make the picture');
	const { prompt, cost, fileName } = image ?? {};
	expect(airtable.records).toMatchObject([{ prompt, cost, fileName, link: image?.imageUrl }]);
	expect(airtable.records.map(({ picture }) => digestOf(picture))).toEqual(await picturesOf(execution));
});

describe('approve-before-posting', () => {
	/** Runs the example until it asks, presses a button, and returns what was posted after that. */
	async function press(label: string): Promise<{ execution: Execution; posted: Telegram['photos'] }> {
		const { credential, n8n } = setup;
		const telegram = setup.closeLater(await new Telegram().start());
		const bot = { accessToken: telegram.token, baseUrl: telegram.origin };
		const credentials = { segmindApi: credential, telegramApi: await n8n.credential('telegramApi', bot) };
		const settings: IDataObject = { approvalChat: telegram.chat, postChat: telegram.chat };
		const id = await n8n.begin(
			await n8n.import(await readExample('approve-before-posting', credentials, settings)),
		);
		const [question] = await until('it asks', () => telegram.messages.length > 0 && telegram.messages);
		expect(question?.text).toContain('A small harbour');
		expect(telegram.photos).toHaveLength(1);
		const button = question?.buttons.find((each) => each.label === label);
		// A press before n8n has stored the execution is refused.
		const isWaiting = async () =>
			(await n8n.rest<{ status: string }>('GET', `/executions/${id}`)).status === 'waiting';
		await until('the execution waits', isWaiting);
		// n8n does not take a preview by a bot for an answer.
		const pressed = await fetch(button?.url ?? '', {
			headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0' },
		});
		expect(pressed.ok).toBe(true);
		return { execution: await n8n.ended(id), posted: telegram.photos.slice(1) };
	}

	test('posts the picture that was approved, and pays once', async () => {
		const { execution, posted } = await press('Post it');
		expect(execution.status).toBe('success');
		expect(posted.map(({ file }) => digestOf(file.bytes))).toEqual(await picturesOf(execution));
		expect(posted[0]?.caption).toContain('A small harbour');
		expect(setup.emulator.paid).toBe(1);
	});

	test('posts nothing that was not approved', async () => {
		const { execution, posted } = await press('No');
		expect(execution.status).toBe('success');
		expect(posted).toEqual([]);
	});
});
