import { readExample } from './example';
import { opened } from './receivers/opened';
import { digestOf, pictureDigest, pictureDigests } from './receivers/pictures';
import { Scheduler } from './receivers/scheduler';
import { Telegram } from './receivers/telegram';
import { Stand } from './stand';
import { outputOf } from './workflow';

let stand: Stand;

beforeAll(async () => {
	stand = await Stand.start();
});
beforeEach(() => stand.emulator.reset());
afterAll(async () => await stand?.close());

/** Saves the example that uploads to this scheduler. */
async function importSheet({ authorization, uploadUrl }: Scheduler): Promise<string> {
	const { credential, n8n } = stand;
	const header = await n8n.credential('httpHeaderAuth', { name: 'Authorization', value: authorization });
	const credentials = { segmindApi: credential, httpHeaderAuth: header };
	return await n8n.import(
		await readExample('sheet-to-posts', credentials, { uploadUrl, requestsPerMinute: 240 }),
	);
}

test('sheet-to-posts uploads each row in three formats, at the pace of the plan', async () => {
	const { emulator, n8n } = stand;
	const scheduler = await opened(Scheduler.start());
	const execution = await n8n.run(await importSheet(scheduler));
	expect(execution.status).toBe('success');
	const pictures = await pictureDigests(emulator, outputOf(execution, 'Generate pictures'));
	expect(emulator.paid).toBe(9);
	const { posts } = scheduler;
	expect(posts).toHaveLength(9);
	expect(new Map(posts.map(({ files }) => [files.file?.name, digestOf(files.file?.bytes)]))).toEqual(
		pictures,
	);
	expect(
		posts.map(({ fields, files: { file } }) => [fields.title, fields.use, file?.name, file?.type]),
	).toEqual(
		expect.arrayContaining(
			['Autumn menu', 'Crème brûlée day', 'Sunday brunch'].flatMap((title) => [
				[title, 'feed', `${title} feed.jpg`, 'image/jpeg'],
				[title, 'story', `${title} story.jpg`, 'image/jpeg'],
				[title, 'thumbnail', `${title} thumbnail.webp`, 'image/webp'],
			]),
		),
	);
	expect(posts.map(({ fields }) => fields.caption)).not.toContain(undefined);
	const shapes = outputOf(execution, 'Generate pictures').map(({ json }) => [json.width, json.height]);
	expect(shapes.slice(0, 3)).toEqual([
		[1024, 1024],
		[768, 1344],
		[1344, 768],
	]);
	// Eight gaps of a quarter of a second, less what a busy machine shifts them by.
	const times = emulator.imageRequests.map(({ at }) => at);
	expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1500);
});

test('sheet-to-posts collects pictures that were refused and posts that were not taken', async () => {
	const { emulator, n8n } = stand;
	const scheduler = await opened(Scheduler.start());
	scheduler.closedFor = 'Sunday brunch';
	emulator.order({ prompt: 'pumpkin', status: 422, body: { error: 'blocked by the content filter' } });
	const execution = await n8n.run(await importSheet(scheduler));
	expect(execution.status).toBe('success');
	expect(emulator.paid).toBe(8);
	expect(scheduler.posts).toHaveLength(5);
	expect(outputOf(execution, 'Pictures not made').map(({ json }) => json)).toEqual([
		expect.objectContaining({ title: 'Autumn menu', cause: 'moderation', billed: 'no' }),
	]);
	expect(outputOf(execution, 'Posts not uploaded').map(({ json }) => json)).toEqual(
		['feed.jpg', 'story.jpg', 'thumbnail.webp'].map((end) => ({
			title: 'Sunday brunch',
			use: end.split('.')[0],
			fileName: `Sunday brunch ${end}`,
			what: 'the plan is full',
		})),
	);
});

test('prompt-to-telegram sends a photo with its prompt and cost to the chat', async () => {
	const { credential, emulator, n8n } = stand;
	const telegram = await opened(Telegram.start());
	const bot = await n8n.credential('telegramApi', { accessToken: telegram.token, baseUrl: telegram.url });
	const example = await readExample(
		'prompt-to-telegram',
		{ segmindApi: credential, telegramApi: bot },
		{ chatId: telegram.chat, prompt: 'A red_fox in *snow*' },
	);
	const execution = await n8n.run(await n8n.import(example));
	expect(execution.status).toBe('success');
	expect(emulator.paid).toBe(1);
	const [item] = outputOf(execution, 'Generate picture');
	const [photo, ...more] = telegram.photos;
	expect(more).toHaveLength(0);
	expect(photo).toMatchObject({
		chat: telegram.chat,
		caption: 'A red_fox in *snow*\n\nIt cost $0.05.',
		file: { name: `a-red-fox-in-snow-${String(item?.json.seed)}.jpg`, type: 'image/jpeg' },
	});
	expect(digestOf(photo?.file.bytes)).toBe(await pictureDigest(emulator, item?.json.seed));
});
