import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { OLDEST } from './places';
import type { Setup } from './setup';
import { setUp } from './setup';
import { alreadyPaidOf, hintsOf, jsonOf, MODERATED, outputOf, RETRY_ON_FAIL } from './workflow';

// On Node 20 expressions run without n8n's sandbox, whose binaries are published for Node 22 and 24.
const LEGACY = { N8N_EXPRESSION_ENGINE: 'legacy' };

describe('with files in memory, the default of n8n 1', () => {
	const setup = setUp({ release: OLDEST, environment: LEGACY });

	test('runs the oldest n8n that the node is tested with', async () => {
		expect(await setup.n8n.log()).toContain('Version: 1.123.81');
	});

	test('the credential is tested', async () => {
		const { credential, emulator, n8n } = setup;
		const result = async (apiKey: string): Promise<IDataObject> =>
			await n8n.rest('POST', '/credentials/test', {
				credentials: { ...credential, type: 'segmindApi', data: { apiKey, baseUrl: emulator.url } },
			});
		expect(await result(emulator.key)).toEqual({
			status: 'OK',
			message: expect.stringContaining('$10.00') as unknown,
		});
		expect(await result('not-a-key')).toMatchObject({ status: 'Error' });
		expect(emulator.paid).toBe(0);
	});

	test('an image is paid once and decodes, and a hint says why there is no public link', async () => {
		const options = { linkExpiry: '1 hour' };
		const execution = await setup.run([setup.segmind({ prompt: 'a fox', outputFormat: 'png', options })]);
		const [item] = outputOf(execution);
		expect(item?.json).toMatchObject({
			width: 256,
			height: 256,
			cost: 0.05,
			remainingCredits: 9.95,
			imageUrl: null,
		});
		const file = item?.binary?.data;
		expect(file).toMatchObject({ mimeType: 'image/png', fileName: item?.json.fileName });
		const picture = await sharp(Buffer.from(file?.data ?? '', 'base64')).metadata();
		expect(picture).toMatchObject({ format: 'png', width: 256, height: 256, size: item?.json.fileSize });
		expect(hintsOf(execution)).toEqual([
			expect.stringMatching(/1 image\b.*\$0\.05.*\$9\.95/),
			expect.stringMatching(/public link/i),
		]);
		expect(setup.emulator.paid).toBe(1);
	});

	test('a model has its inputs checked and runs, and its list opens', async () => {
		const { credential, emulator, n8n } = setup;
		const run = {
			resource: 'model',
			operation: 'run',
			modelId: { __rl: true, mode: 'id', value: 'steps-and-scale' },
		};
		const inputsOf = (steps: number): IDataObject => ({
			inputs: {
				mappingMode: 'defineBelow',
				value: { prompt: 'a fox', steps },
				matchingColumns: [],
				schema: [],
			},
		});
		const settings = { onError: 'continueRegularOutput' } as const;
		const [wrong, right] = await Promise.all(
			[51, 50].map(async (steps) =>
				jsonOf(await setup.run([setup.plainSegmind({ ...run, ...inputsOf(steps) }, settings)])),
			),
		);
		expect(wrong?.[0]?.error).toBe("'Steps' is out of range: 51");
		expect(right?.[0]).toMatchObject({
			model: 'steps-and-scale',
			prompt: 'a fox',
			cost: 0.04,
			format: 'webp',
		});
		expect(emulator.imageRequests.map(({ body }) => body)).toEqual([{ prompt: 'a fox', steps: 50 }]);
		const list = await n8n.rest<{ results: IDataObject[] }>(
			'POST',
			'/dynamic-node-parameters/resource-locator-results',
			{
				...{ methodName: 'searchModels', path: 'parameters.modelId', filter: 'steps' },
				nodeTypeAndVersion: { name: 'n8n-nodes-segmind.segmind', version: 1 },
				currentNodeParameters: run,
				credentials: { segmindApi: credential },
			},
		);
		expect(list.results.map(({ value }) => value)).toEqual(['steps-and-scale']);
	});

	test('an error becomes an item where the node may continue', async () => {
		setup.emulator.inject({ prompt: 'b', ...MODERATED });
		const settings = { onError: 'continueRegularOutput' } as const;
		const [first, failed, last] = jsonOf(await setup.run(setup.rows(['a', 'b', 'c'], {}, settings)));
		expect([first?.prompt, last?.prompt]).toEqual(['a', 'c']);
		expect(failed).toMatchObject({
			error: expect.stringContaining('Blocked by the content filter') as unknown,
			details: { statusCode: 422, cause: 'moderation', billed: 'no' },
		});
		expect(setup.emulator.paid).toBe(2);
	});

	test('Retry On Fail pays only for what is missing', async () => {
		const { emulator } = setup;
		emulator.inject({ prompt: 'b', status: 400, body: { error: 'not today' } });
		const execution = await setup.run(setup.rows(['a', 'b', 'c'], {}, RETRY_ON_FAIL));
		expect(execution.status).toBe('success');
		expect(alreadyPaidOf(execution)).toEqual([
			['a', true],
			['b', false],
			['c', true],
		]);
		expect(emulator.imageRequests).toHaveLength(4);
		expect(emulator.paid).toBe(3);
	});

	test('a picture is uploaded and edited', async () => {
		await expectEdited(setup);
	});
});

/** Generate, then Edit with its file. */
async function expectEdited(setup: Setup): Promise<void> {
	const generate = { ...setup.segmind({ prompt: 'a fox' }), name: 'Generate', id: 'Generate' };
	const edit = setup.plainSegmind({ resource: 'image', operation: 'edit', prompt: 'a hat' });
	const [edited] = jsonOf(await setup.run([generate, edit]));
	expect(edited).toMatchObject({ model: 'flux-kontext-pro', width: 256, cost: 0.05 });
	expect(setup.emulator.assets.map(({ type }) => type)).toEqual(['image/webp']);
}

describe('with files on disk', () => {
	const environment = { ...LEGACY, N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' };
	const setup = setUp({ release: OLDEST, environment });

	test('a picture is uploaded and edited', async () => {
		await expectEdited(setup);
	});

	test('an image has a public link that opens without a login', async () => {
		const options = { linkExpiry: '1 hour' };
		const [image] = jsonOf(await setup.run([setup.segmind({ prompt: 'a fox', options })]));
		const opened = await fetch(String(image?.imageUrl));
		expect(opened.status).toBe(200);
		expect((await opened.arrayBuffer()).byteLength).toBe(image?.fileSize);
	});
});
