import type { Credential, Execution } from './n8n';
import { ChatWebhook } from './receivers/chatWebhook';
import { GraphApi } from './receivers/graphApi';
import { setUp } from './setup';
import { MODERATED, outputOf } from './workflow';

const setup = setUp();
const webhook = new ChatWebhook();
const graph = new GraphApi();
let httpHeaderAuth: Credential;

beforeAll(async () => {
	for (const receiver of [webhook, graph]) setup.closeLater(await receiver.start());
	const bearer = { name: 'Authorization', value: `Bearer ${graph.token}` };
	httpHeaderAuth = await setup.n8n.credential('httpHeaderAuth', bearer);
});
beforeEach(() => {
	webhook.messages.length = 0;
	graph.reset();
});

describe('low-credits-alert', () => {
	const alert = async (): Promise<Execution> =>
		await setup.runExample('low-credits-alert', { webhookUrl: webhook.url });

	test.each([
		{ credits: 1.99, messages: [expect.stringMatching(/^Segmind: \$1\.99 .*\$2\.00.*\b39\b/) as unknown] },
		{ credits: 2, messages: [] },
	])(
		'sends a message only below the threshold, here with $credits dollars',
		async ({ credits, messages }) => {
			setup.emulator.credits = credits;
			const execution = await alert();
			expect(execution.status).toBe('success');
			expect(webhook.messages).toEqual(messages);
			expect(setup.emulator.requests.map(({ path }) => path)).toEqual(['/v1/get-user-credits']);
		},
	);

	test('sends a message with what to do when the balance cannot be read', async () => {
		setup.emulator.inject({ on: 'account', status: 401, body: { error: 'invalid_token' } });
		await alert();
		expect(webhook.messages).toEqual([
			expect.stringMatching(/^Segmind: .*balance.*API key.*API keys? page/i),
		]);
	});
});

describe('monthly-cost-report', () => {
	test('adds up what each model cost this month, for free', async () => {
		const { emulator } = setup;
		const request = {
			body: { prompt: 'a' },
			startedAt: Date.now(),
			endsAt: Date.now(),
			outcome: 'COMPLETED' as const,
		};
		const add = (id: string, model: string, price: number, more = {}): void =>
			emulator.history.add({ id, model, price, ...request, ...more });
		for (const id of ['1', '2', '3']) add(id, 'flux-1.1-pro', 0.05);
		add('4', 'kling-image2video', 0.4);
		add('5', 'kling-image2video', 0.4, { outcome: 'FAILED' });
		const execution = await setup.runExample('monthly-cost-report');
		expect(execution.status).toBe('success');
		const [item] = outputOf(execution, 'Make a CSV file');
		const file = await setup.storedFile(item ?? { json: {} });
		const [header, ...lines] = file.toString('utf8').slice(1).trim().split('\n');
		expect(header).toBe('model,requests,dollars');
		expect(lines.toSorted()).toEqual(['flux-1.1-pro,3,0.15', 'kling-image2video,1,0.40']);
		expect(emulator.imageRequests).toEqual([]);
	});
});

describe('cost-log', () => {
	const FOX = 'A red fox asleep in fresh snow';
	const LIGHTHOUSE = '"A lighthouse, ""at dusk"", in a storm"';
	const LEMONS = 'A bowl of lemons on blue linen';

	/** Returns the lines of the file below the header, which follows a byte order mark. */
	async function log(): Promise<string[]> {
		const execution = await setup.runExample('cost-log');
		expect(execution.status).toBe('success');
		const [item] = outputOf(execution, 'Make a CSV file');
		expect(item?.binary?.data?.fileName).toMatch(/^segmind-costs-[\d-]+\.csv$/);
		const file = await setup.storedFile(item ?? { json: {} });
		const [header, ...lines] = file.toString('utf8').slice(1).split('\n');
		expect(header).toBe('time,prompt,file,cost,remainingCredits,requestId,billed,reason');
		return lines;
	}

	const line = (...values: readonly string[]): unknown =>
		expect.stringMatching(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[^,]+,${values.join(',')}$`));

	/** The line of an image. */
	const paid = (prompt: string, file: string, cost: string): unknown =>
		line(prompt, `${file}-[a-z0-9-]+.webp`, cost, '9\\.\\d+', '[0-9a-f-]{36}', 'yes', '');

	/** The line of an image that was not made. */
	const failed = (prompt: string, billed: string, reason: string): unknown =>
		line(prompt, '', '', '', '', billed, reason);

	test('has a line for each picture, with an empty cost where Segmind did not say it', async () => {
		setup.emulator.inject({ prompt: 'lemons', headers: { 'x-cost': null } });
		expect(await log()).toEqual([
			paid(FOX, 'a-red-fox', '0.05'),
			paid(LIGHTHOUSE, 'a-lighthouse', '0.05'),
			paid(LEMONS, 'a-bowl', ''),
		]);
		expect(setup.emulator.paid).toBe(3);
	});

	test('has a line for each error, with whether it was billed', async () => {
		setup.emulator.inject({ prompt: 'lighthouse', ...MODERATED });
		setup.emulator.history.options = { state: 'absent' };
		setup.emulator.inject({ prompt: 'lemons', reset: true });
		expect(await log()).toEqual([
			paid(FOX, 'a-red-fox', '0.05'),
			failed(LIGHTHOUSE, 'no', '.*Blocked by the content filter'),
			failed(LEMONS, 'unknown', '.*connection.*'),
		]);
		expect(setup.emulator.paid).toBe(2);
	});

	test('has the lines of a run without a picture', async () => {
		setup.emulator.credits = 0;
		expect(await log()).toEqual(
			[FOX, LIGHTHOUSE, LEMONS].map((prompt) => failed(prompt, 'no', '.*credits.*')),
		);
		expect(setup.emulator.paid).toBe(0);
	});
});

describe('instagram-by-link', () => {
	const post = async (): Promise<Execution> => {
		const settings = { graphUrl: graph.url, instagramUserId: graph.userId, mostChecks: 4 };
		const all = { ...settings, secondsBetweenChecks: 0.2 };
		return await setup.runExample('instagram-by-link', all, { httpHeaderAuth });
	};

	const storedPicture = async (execution: Execution): Promise<Buffer> =>
		await setup.storedFile(outputOf(execution, 'Generate picture')[0] ?? { json: {} });

	test('Instagram fetches the stored JPEG by its link, and publishes it with its caption', async () => {
		const execution = await post();
		expect(execution.status).toBe('success');
		expect(graph.containers).toHaveLength(1);
		const [container] = graph.containers;
		expect(container).toMatchObject({ caption: 'Good morning #fox #snow', checks: 3, published: true });
		expect(container?.picture.equals(await storedPicture(execution))).toBe(true);
		expect(outputOf(execution, 'Publish')).toHaveLength(1);
		expect(setup.emulator.paid).toBe(1);
	});

	test('a failed post is completed by "Retry", and no second picture is paid', async () => {
		graph.failures = 1;
		const failed = await post();
		expect(failed.status).toBe('error');
		const retried = await setup.n8n.retry(failed);
		expect(retried.status).toBe('success');
		expect(graph.containers[0]?.picture.equals(await storedPicture(failed))).toBe(true);
		expect(graph.containers.map(({ published }) => published)).toEqual([true]);
		expect(setup.emulator.paid).toBe(1);
	});

	test('stops when Instagram does not finish the picture, and publishes nothing', async () => {
		graph.checksInProgress = 100;
		const execution = await post();
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toContain('IN_PROGRESS');
		expect(graph.containers.map(({ checks, published }) => [checks, published])).toEqual([[4, false]]);
		expect(setup.emulator.paid).toBe(1);
	});
});
