import type { Execution } from './n8n';
import { digestOf, paidPicture, paidPictures } from './receivers/pictures';
import { Scheduler } from './receivers/scheduler';
import { Telegram } from './receivers/telegram';
import { setUp } from './setup';
import { jsonOf, MODERATED } from './workflow';

const setup = setUp();

/** Runs the example that uploads to this scheduler. */
async function postSheet({ authorization: value, uploadUrl }: Scheduler): Promise<Execution> {
	const httpHeaderAuth = await setup.n8n.credential('httpHeaderAuth', { name: 'Authorization', value });
	const settings = { uploadUrl, requestsPerMinute: 240 };
	const execution = await setup.runExample('sheet-to-posts', settings, { httpHeaderAuth });
	expect(execution.status).toBe('success');
	return execution;
}

test('sheet-to-posts uploads each row in three formats, at the rate of the plan', async () => {
	const { emulator } = setup;
	const scheduler = setup.closeLater(await new Scheduler().start());
	const images = jsonOf(await postSheet(scheduler), 'Generate pictures');
	expect(emulator.paid).toBe(9);
	const { posts } = scheduler;
	expect(posts).toHaveLength(9);
	expect(new Map(posts.map(({ files }) => [files.file?.name, digestOf(files.file?.bytes)]))).toEqual(
		await paidPictures(emulator, images),
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
	expect(images.slice(0, 3).map(({ width, height }) => [width, height])).toEqual([
		[1024, 1024],
		[768, 1344],
		[1344, 768],
	]);
	// Eight gaps of a quarter of a second, less some delay on a busy machine.
	const times = emulator.imageRequests.map(({ at }) => at);
	expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1500);
});

test('sheet-to-posts lists the pictures that were not made and the posts that were rejected', async () => {
	const { emulator } = setup;
	const scheduler = setup.closeLater(await new Scheduler().start());
	scheduler.closedFor = 'Sunday brunch';
	emulator.inject({ prompt: 'pumpkin', ...MODERATED });
	const execution = await postSheet(scheduler);
	expect(emulator.paid).toBe(8);
	expect(scheduler.posts).toHaveLength(5);
	expect(jsonOf(execution, 'Pictures not made')).toEqual([
		expect.objectContaining({ title: 'Autumn menu', cause: 'moderation', billed: 'no' }),
	]);
	expect(jsonOf(execution, 'Posts not uploaded')).toEqual(
		['feed.jpg', 'story.jpg', 'thumbnail.webp'].map((end) => ({
			title: 'Sunday brunch',
			use: end.split('.')[0],
			fileName: `Sunday brunch ${end}`,
			what: 'the plan is full',
		})),
	);
});

test('prompt-to-telegram sends a photo with its prompt and cost to the chat', async () => {
	const { emulator, n8n } = setup;
	const telegram = setup.closeLater(await new Telegram().start());
	const bot = { accessToken: telegram.token, baseUrl: telegram.origin };
	const telegramApi = await n8n.credential('telegramApi', bot);
	const settings = { chatId: telegram.chat, prompt: 'A red_fox in *snow*' };
	const execution = await setup.runExample('prompt-to-telegram', settings, { telegramApi });
	expect(execution.status).toBe('success');
	expect(emulator.paid).toBe(1);
	const [image] = jsonOf(execution, 'Generate picture');
	const [photo, ...more] = telegram.photos;
	expect(more).toHaveLength(0);
	expect(photo).toMatchObject({
		chat: telegram.chat,
		caption: 'A red_fox in *snow*\n\nIt cost $0.05.',
		file: { name: `a-red-fox-in-snow-${String(image?.seed)}.jpg`, type: 'image/jpeg' },
	});
	expect(digestOf(photo?.file.bytes)).toBe(digestOf(await paidPicture(emulator, image?.seed)));
});
