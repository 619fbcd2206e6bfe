/* eslint-disable @n8n/community-nodes/no-restricted-imports -- reads what a real n8n wrote to the disk */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';

import { readExample } from './example';
import type { Credential, Execution } from './n8n';
import { ChatWebhook } from './receivers/chatWebhook';
import { GraphApi } from './receivers/graphApi';
import { Stand } from './stand';
import { outputOf } from './workflow';

let stand: Stand;
let webhook: ChatWebhook;
let graph: GraphApi;
let credentials: Readonly<Record<string, Credential>>;

beforeAll(async () => {
	stand = await Stand.start();
	[webhook, graph] = await Promise.all([ChatWebhook.start(), GraphApi.start()]);
	const bearer = { name: 'Authorization', value: `Bearer ${graph.token}` };
	credentials = {
		segmindApi: stand.credential,
		httpHeaderAuth: await stand.n8n.credential('httpHeaderAuth', bearer),
	};
});
beforeEach(() => {
	stand.emulator.reset();
	webhook.messages.length = 0;
	graph.reset();
});
afterAll(async () => {
	await Promise.all([webhook?.close(), graph?.close()]);
	await stand?.close();
});

const runExample = async (name: string, settings: IDataObject): Promise<Execution> =>
	await stand.n8n.run(await stand.n8n.import(await readExample(name, credentials, settings)));

describe('low-credits-alert', () => {
	test.each([
		{
			credits: 1.99,
			messages: ['Segmind: $1.99 left, which is below $2.00. Enough for about 39 more images.'],
		},
		{ credits: 2, messages: [] },
	])('a balance of $credits dollars is told only below the threshold', async ({ credits, messages }) => {
		stand.emulator.credits = credits;
		const execution = await runExample('low-credits-alert', { webhookUrl: webhook.url });
		expect(execution.status).toBe('success');
		expect(webhook.messages).toEqual(messages);
		expect(stand.emulator.requests.map(({ path }) => path)).toEqual(['/v1/get-user-credits']);
	});

	test('a balance that cannot be read is told as well, with what to do', async () => {
		stand.emulator.order({ on: 'account', status: 401, body: { error: 'invalid_token' } });
		await runExample('low-credits-alert', { webhookUrl: webhook.url });
		expect(webhook.messages).toEqual([
			expect.stringMatching(/^Segmind: the balance could not be read\. .*API key.*Paste a key/),
		]);
	});
});

describe('cost-log', () => {
	const FOX = 'A red fox asleep in fresh snow';
	const LIGHTHOUSE = '"A lighthouse, ""at dusk"", in a storm"';
	const LEMONS = 'A bowl of lemons on blue linen';

	/** The lines of the file, without the mark that tells spreadsheets its encoding. */
	async function logOf(): Promise<string[]> {
		const folder = join(stand.n8n.folder, '.n8n-files');
		await mkdir(folder, { recursive: true });
		const logFile = join(folder, 'costs.csv');
		expect((await runExample('cost-log', { logFile })).status).toBe('success');
		const [header, ...lines] = (await readFile(logFile, 'utf8')).slice(1).split('\n');
		expect(header).toBe('time,prompt,file,cost,remainingCredits,requestId,billed,reason');
		return lines;
	}

	const line = (...values: readonly string[]): unknown =>
		expect.stringMatching(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[^,]+,${values.join(',')}$`));

	test('each picture is a line, and a cost that Segmind did not tell is empty', async () => {
		stand.emulator.order({ prompt: 'lemons', headers: { 'x-cost': null } });
		const id = '[0-9a-f-]{36}';
		expect(await logOf()).toEqual([
			line(FOX, 'a-red-fox-[a-z0-9-]+.webp', '0.05', '9\\.\\d+', id, 'yes', ''),
			line(LIGHTHOUSE, 'a-lighthouse-[a-z0-9-]+.webp', '0.05', '9\\.\\d+', id, 'yes', ''),
			line(LEMONS, 'a-bowl-[a-z0-9-]+.webp', '', '9\\.\\d+', id, 'yes', ''),
		]);
		expect(stand.emulator.paid).toBe(3);
	});

	test('each refusal is a line, with whether it was billed', async () => {
		stand.emulator.order({ prompt: 'lighthouse', status: 422, body: { error: 'Blocked by the filter' } });
		stand.emulator.order({ prompt: 'lemons', reset: true });
		expect(await logOf()).toEqual([
			line(FOX, 'a-red-fox-[a-z0-9-]+.webp', '0.05', '9\\.\\d+', '.+', 'yes', ''),
			line(LIGHTHOUSE, '', '', '', '', 'no', '.*Blocked by the filter'),
			line(LEMONS, '', '', '', '', 'unknown', 'The connection broke .+'),
		]);
		expect(stand.emulator.paid).toBe(2);
	});

	test('a run without a picture is logged as well', async () => {
		stand.emulator.credits = 0;
		const refused = ['', '', '', '', 'no', '.*too few credits.*'];
		expect(await logOf()).toEqual([FOX, LIGHTHOUSE, LEMONS].map((prompt) => line(prompt, ...refused)));
		expect(stand.emulator.paid).toBe(0);
	});
});

describe('instagram-by-link', () => {
	const post = async (): Promise<Execution> =>
		await runExample('instagram-by-link', {
			graphUrl: graph.url,
			instagramUserId: graph.userId,
			secondsBetweenChecks: 0.2,
			mostChecks: 4,
		});

	const storedPicture = async (execution: Execution): Promise<Buffer> => {
		const id = outputOf(execution, 'Generate picture')[0]?.binary?.data?.id ?? '';
		return await readFile(join(stand.n8n.folder, '.n8n', 'storage', id.replace('filesystem-v2:', '')));
	};

	test('Instagram fetches the stored JPEG by its link, and publishes it with its caption', async () => {
		const execution = await post();
		expect(execution.status).toBe('success');
		expect(graph.containers).toHaveLength(1);
		const [container] = graph.containers;
		expect(container).toMatchObject({ caption: 'Good morning #fox #snow', checks: 3, published: true });
		expect(container?.picture.equals(await storedPicture(execution))).toBe(true);
		expect(outputOf(execution, 'Publish')).toHaveLength(1);
		expect(stand.emulator.paid).toBe(1);
	});

	test('a post that broke off is taken up again by Retry, and no second picture is paid', async () => {
		graph.broken = 1;
		const failed = await post();
		expect(failed.status).toBe('error');
		const retried = await stand.n8n.retry(failed);
		expect(retried.status).toBe('success');
		expect(graph.containers[0]?.picture.equals(await storedPicture(failed))).toBe(true);
		expect(graph.containers.map(({ published }) => published)).toEqual([true]);
		expect(stand.emulator.paid).toBe(1);
	});

	test('a picture that Instagram never finishes is given up, and nothing is published', async () => {
		graph.checksInProgress = 100;
		const execution = await post();
		expect(execution.status).toBe('error');
		expect(execution.stored).toContain('Instagram did not finish the picture: IN_PROGRESS');
		expect(graph.containers.map(({ checks, published }) => [checks, published])).toEqual([[4, false]]);
		expect(stand.emulator.paid).toBe(1);
	});
});
