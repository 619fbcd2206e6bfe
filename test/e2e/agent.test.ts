import type { IConnections, IDataObject, INode } from 'n8n-workflow';
import sharp from 'sharp';

import { readExample } from './example';
import type { Credential, Execution } from './n8n';
import { ChatModel } from './receivers/chatModel';
import { setUp } from './setup';
import { chain, jsonOf, MODERATED, nodeOf, RETRY_ON_FAIL } from './workflow';

const setup = setUp();
let model: ChatModel;
let openAi: Credential;

beforeAll(async () => {
	model = setup.closeLater(await new ChatModel().start());
	openAi = await setup.n8n.credential('openAiApi', { apiKey: model.key, url: model.url });
});

const PARAMETERS = {
	prompt: "={{ $fromAI('Prompt', 'What the image should show') }}",
	aspectRatio: "={{ $fromAI('Aspect_Ratio', 'The shape, such as 1:1 or 16:9') }}",
	options: { linkExpiry: '1 hour' },
};

/** Runs an agent with the node as a tool, by default with a prompt and an aspect ratio that the model fills in. */
async function runAgent(
	settings: Partial<INode> = {},
	parameters: IDataObject = PARAMETERS,
): Promise<Execution> {
	const agent = { promptType: 'define', text: 'Please draw a red fox', options: {} };
	const lm = {
		model: { __rl: true, mode: 'id', value: 'scripted' },
		responsesApiEnabled: false,
		options: {},
	};
	const nodes = [
		nodeOf('Agent', '@n8n/n8n-nodes-langchain.agent', agent, { typeVersion: 3.1 }),
		nodeOf('Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', lm, {
			typeVersion: 1.3,
			credentials: { openAiApi: { ...openAi } },
		}),
		setup.plainSegmind(parameters, { type: 'n8n-nodes-segmind.segmindTool', ...settings }),
	];
	const connections: IConnections = {
		...chain(nodes.slice(0, 1)),
		Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
		Segmind: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
	};
	return await setup.run(nodes, { connections });
}

const draw = (prompt: string, shape = '1:1') => ({
	call: 'Segmind',
	arguments: { Prompt: prompt, Aspect_Ratio: shape },
});

const reply = (execution: Execution): unknown => jsonOf(execution, 'Agent')[0]?.output;

test('an agent gets a short text with a link to the image, and one image is paid', async () => {
	model.script(draw('A red fox', '16:9'), { say: 'Here it is' });
	expect(reply(await runAgent())).toBe('Here it is');
	expect(model.toolResults).toHaveLength(1);
	const [result = ''] = model.toolResults;
	expect(result.length).toBeLessThan(1000);
	const [image] = JSON.parse(result) as IDataObject[];
	expect(image).toMatchObject({
		prompt: 'A red fox',
		aspectRatio: '16:9',
		cost: 0.05,
		remainingCredits: 9.95,
	});
	const opened = await fetch(String(image?.imageUrl));
	expect(opened.headers.get('content-type')).toBe('image/webp');
	const { format, width, height } = await sharp(await opened.arrayBuffer()).metadata();
	expect({ format, width, height }).toEqual({ format: 'webp', width: image?.width, height: image?.height });
	expect(setup.emulator.imageRequests.map(({ body }) => body.prompt)).toEqual(['A red fox']);
	expect(setup.emulator.paid).toBe(1);
});

test.each<[string, Partial<INode>]>([
	['Stop Workflow', {}],
	['Continue', { onError: 'continueRegularOutput' }],
])('an agent reads each error and corrects its request (On Error: %s)', async (_, settings) => {
	setup.emulator.inject({ prompt: 'gory', ...MODERATED });
	const requests = [draw('A gory fox'), draw('A red fox', '17:3'), draw(' '), draw('A red fox')];
	model.script(...requests, { say: 'Here it is' });
	expect(reply(await runAgent(settings))).toBe('Here it is');
	const [moderation, shape, prompt, image] = model.toolResults;
	expect(moderation).toContain('422');
	expect(moderation).toContain('Blocked by the content filter');
	expect(moderation).toMatch(/prompt/i);
	expect(shape).toContain("'Aspect Ratio'");
	expect(shape).toContain('1:1, 16:9, 2:3');
	expect(prompt).toContain("'Prompt'");
	expect(prompt).toMatch(/billed/);
	expect(image).toContain('"imageUrl":"http');
	expect(setup.emulator.imageRequests.map(({ body }) => body.prompt)).toEqual(['A gory fox', 'A red fox']);
	expect(setup.emulator.paid).toBe(1);
});

test.each<[string, Partial<INode>]>([
	['Stop Workflow', { onError: 'stopWorkflow' }],
	['Continue', { onError: 'continueRegularOutput' }],
])('Retry On Fail does not pay again for an image that may be billed (On Error: %s)', async (_, settings) => {
	setup.emulator.history.options = { state: 'absent' };
	setup.emulator.inject({ reset: true, times: -1 });
	model.script(draw('A red fox'), { say: 'It failed' });
	await runAgent({ ...RETRY_ON_FAIL, ...settings });
	expect(setup.emulator.imageRequests).toHaveLength(1);
	expect(setup.emulator.paid).toBe(1);
});

test('an agent fills in the inputs of a fixed model, reads what was wrong with them, and gets a link to the video', async () => {
	const inputs = {
		image: "={{ $fromAI('First_Frame', 'A link to the picture to start from') }}",
		duration: "={{ $fromAI('Seconds', 'How long the video is', 'number') }}",
	};
	const parameters = {
		...{ resource: 'model', operation: 'run', options: { linkExpiry: '1 hour' } },
		modelId: { __rl: true, mode: 'id', value: 'kling-image2video' },
		inputs: { mappingMode: 'defineBelow', value: inputs, matchingColumns: [], schema: [] },
	};
	const film = (Seconds: number) => ({
		call: 'Segmind',
		arguments: { First_Frame: 'https://images.example/a.png', Seconds },
	});
	model.script(film(7), film(10), { say: 'Here it is' });
	expect(reply(await runAgent({}, parameters))).toBe('Here it is');
	const [wrong, video = ''] = model.toolResults;
	expect(wrong).toContain("'Duration' can't be");
	expect(wrong).toContain('5, 10');
	const [made] = JSON.parse(video) as IDataObject[];
	expect(made).toMatchObject({ model: 'kling-image2video', mimeType: 'video/mp4', cost: 0.25 });
	const opened = await fetch(String(made?.imageUrl));
	expect((await opened.arrayBuffer()).byteLength).toBe(made?.fileSize);
	const body = { image: 'https://images.example/a.png', duration: 10 };
	expect(setup.emulator.imageRequests.map((request) => request.body)).toEqual([body]);
	expect(setup.emulator.paid).toBe(1);
});

test('the tool describes what it makes, costs and returns', async () => {
	model.script({ say: 'No picture today' });
	await runAgent();
	const [tool] = model.requests[0]?.tools ?? [];
	expect(tool?.function.name).toBe('Segmind');
	expect(tool?.function.description).toMatch(/text to image/i);
	expect(tool?.function.description).toContain('$0.05');
	expect(tool?.function.description).toContain('imageUrl');
	expect(tool?.function.parameters.properties).toEqual({
		Prompt: { type: 'string', description: 'What the image should show' },
		Aspect_Ratio: { type: 'string', description: 'The shape, such as 1:1 or 16:9' },
	});
	expect(setup.emulator.requests).toEqual([]);
});

test('the example agent-with-image-tool replies with a link, and remembers the chat', async () => {
	const { credential, emulator, n8n } = setup;
	const example = await readExample('agent-with-image-tool', { segmindApi: credential, openAiApi: openAi });
	const workflow = await n8n.import(example);
	const chat = async (chatInput: string): Promise<Execution> => {
		const item = { json: { action: 'sendMessage', sessionId: 'one', chatInput } };
		const data = { startTime: 0, executionTime: 0, executionIndex: 0, source: [], data: { main: [[item]] } };
		return await n8n.run(workflow, { name: 'When chat message received', data });
	};
	model.script(
		{ call: 'Make_an_image', arguments: { Prompt: 'A red fox', Aspect_Ratio: '16:9' } },
		{ say: 'It shows a red fox' },
		{ say: 'You are welcome' },
	);
	expect(reply(await chat('Draw a fox'))).toBe('It shows a red fox');
	const [image] = JSON.parse(model.toolResults[0] ?? '') as IDataObject[];
	const opened = await fetch(String(image?.imageUrl));
	expect(opened.headers.get('content-type')).toBe('image/webp');
	const { width, height } = await sharp(await opened.arrayBuffer()).metadata();
	expect(image).toMatchObject({ width, height, cost: 0.05 });
	expect(Object.keys(image ?? {}).length).toBeLessThanOrEqual(10);
	expect(reply(await chat('Thank you'))).toBe('You are welcome');
	const said = model.requests.at(-1)?.messages.map(({ content }) => content);
	expect(said).toEqual(expect.arrayContaining(['Draw a fox', 'It shows a red fox', 'Thank you']));
	expect(emulator.imageRequests.map(({ body }) => body.aspect_ratio)).toEqual(['16:9']);
	expect(emulator.paid).toBe(1);
});
