import type { INodeType } from 'n8n-workflow';

import { imageOperation } from '../../nodes/Segmind/operations/image/imageOperation';
import { Segmind } from '../../nodes/Segmind/Segmind.node';
import { Emulator } from '../emulator/emulator';
import { inventedModel } from '../unit/models/invented';
import type { RunResult } from './engine';
import { Engine } from './engine';
import { pngOf } from './faults';
import { errorOf } from './results';
import { binaryOf, CONTINUE } from './runs';

/** The node with one operation, whose one model is invented. */
function inventedNode(): INodeType {
	const words = { name: 'Invent', value: 'invent', action: 'Invent', description: '', toolDescription: '' };
	const { fields, execute } = imageOperation({ ...words, user: 'image:generate', models: [inventedModel] });
	return {
		description: { ...new Segmind().description, properties: [...fields] },
		async execute() {
			return [await execute(this)];
		},
	};
}

let engine: Engine;
let emulator: Emulator;
let picture: Buffer;

beforeAll(async () => {
	engine = await Engine.start(inventedNode());
	emulator = await Emulator.start();
	picture = await pngOf(40);
	// What a page about this model would say, in its words and not in those of the node.
	emulator.publish('invented-1', {
		price: 0.03,
		attributes: {
			title: { type: 'str', required: true },
			output_format: { type: 'enum', values: ['png', 'jpg', 'webp'] },
			prompt: { type: 'str', required: true },
			negative_prompt: { type: 'str' },
			first_image: { type: 'image', required: true },
			image_urls: { type: 'images', max: 3 },
			mood: { type: 'enum', values: ['calm', 'wild'] },
			mask_image: { type: 'image' },
			style_text: { type: 'str' },
			strength: { type: 'float', min: 0, max: 1, onlyFor: { attribute: 'mood', values: ['wild'] } },
			tiles: { type: 'int', min: 1, max: 4 },
			loop: { type: 'bool' },
		},
	});
});

beforeEach(() => {
	emulator.changeAccount();
});

afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const run = async (parameters: Record<string, unknown>): Promise<RunResult> =>
	await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		items: [{ json: {}, binary: { data: binaryOf(picture), 'the mask': binaryOf(await pngOf(41)) } }],
		node: CONTINUE,
		parameters: { model: 'invented-1', prompt: 'a', title: 'b', outputFormat: 'png', ...parameters } as never,
	});

test('runs a model that is only a table, with the least that it needs', async () => {
	const { items } = await run({});
	expect(items[0]?.json).toMatchObject({ model: 'invented-1', cost: 0.03, width: 1024, format: 'png' });
	expect(emulator.imageRequests.map(({ body }) => body)).toEqual([
		{
			...{ title: 'b', output_format: 'png', prompt: 'a' },
			first_image: expect.stringMatching(/\/assets\//) as string,
		},
	]);
});

test.each(['direct', 'queued'])('sends an attribute of each kind with delivery %s', async (delivery) => {
	const link = String((await run({ options: { delivery: 'queued' } })).items[0]?.json.imageUrl);
	emulator.requests.length = 0;
	const additionalFields = {
		...{ mood: 'wild', maskImage: 'the mask', styleText: 'oil', strength: 0.25, tiles: 2, loop: true },
	};
	const { items } = await run({
		...{ negativePrompt: 'text', imageUrls: `the mask, ${link},data`, additionalFields },
		options: { delivery },
	});
	expect(items[0]?.json).toMatchObject({ model: 'invented-1', cost: 0.03 });
	const body: Record<string, unknown> = emulator.imageRequests[0]!.body;
	expect(body).toMatchObject({
		...{ title: 'b', prompt: 'a', negative_prompt: 'text', mood: 'wild', style_text: 'oil' },
		...{ strength: 0.25, tiles: 2, loop: true },
	});
	expect(body.image_urls).toEqual([body.mask_image, link, body.first_image]);
	expect(emulator.uploadRequests).toHaveLength(2);
});

test.each([
	['title', { title: '={{ "" }}' }, "'Title' is empty"],
	['imageUrls', { imageUrls: 'data,nothing' }, `'Image Urls' names no input field with a file: "nothing"`],
	['additionalFields', { additionalFields: { tiles: 9 } }, "'Tiles' is out of range: 9"],
])('refuses a wrong %s before anything is sent', async (_, parameters, message) => {
	const { items } = await run(parameters);
	expect(errorOf(items[0]).error).toBe(message);
	expect(emulator.requests).toHaveLength(0);
});
