import type { IDataObject, INode } from 'n8n-workflow';
import sharp from 'sharp';

import { ChatModel } from './chatModel';
import { readExample } from './example';
import type { Credential, Execution } from './n8n';
import { Stand } from './stand';
import { chain, nodeOf, outputOf } from './workflow';

let stand: Stand;
let model: ChatModel;
let openAi: Credential;

beforeAll(async () => {
	stand = await Stand.start();
	model = await ChatModel.start();
	openAi = await stand.n8n.credential('openAiApi', { apiKey: model.key, url: model.url });
});
beforeEach(() => stand.emulator.reset());
afterAll(async () => {
	await model?.close();
	await stand?.close();
});

/** The tool with small pictures, whose prompt and shape the model fills in. */
const tool = (parameters: IDataObject = {}, rest: Partial<INode> = {}): INode =>
	nodeOf(
		'Segmind',
		'n8n-nodes-segmind.segmindTool',
		{
			prompt: "={{ $fromAI('Prompt', 'What the image should show') }}",
			aspectRatio: "={{ $fromAI('Aspect_Ratio', 'The shape, such as 1:1 or 16:9') }}",
			options: { linkExpiry: '1 hour' },
			...parameters,
		},
		{ credentials: { segmindApi: { ...stand.credential } }, ...rest },
	);

async function runAgent(segmindTool: INode): Promise<Execution> {
	const nodes = [
		nodeOf(
			'Agent',
			'@n8n/n8n-nodes-langchain.agent',
			{ promptType: 'define', text: 'Please draw a red fox', options: {} },
			{ typeVersion: 3.1 },
		),
		nodeOf(
			'Model',
			'@n8n/n8n-nodes-langchain.lmChatOpenAi',
			{ model: { __rl: true, mode: 'id', value: 'scripted' }, responsesApiEnabled: false, options: {} },
			{ typeVersion: 1.3, credentials: { openAiApi: { ...openAi } } },
		),
		segmindTool,
	];
	const connections = {
		...chain('Agent'),
		Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel' as const, index: 0 }]] },
		Segmind: { ai_tool: [[{ node: 'Agent', type: 'ai_tool' as const, index: 0 }]] },
	};
	return await stand.n8n.run(await stand.n8n.workflow(nodes, connections));
}

const draw = (prompt: string, shape = '1:1') => ({
	call: 'Segmind',
	arguments: { Prompt: prompt, Aspect_Ratio: shape },
});

const answered = (execution: Execution): unknown => outputOf(execution, 'Agent')[0]?.json.output;

test('an agent gets a short text with a link that opens as the image, and one image is paid', async () => {
	model.script(draw('A red fox', '16:9'), { say: 'Here it is' });
	expect(answered(await runAgent(tool()))).toBe('Here it is');
	expect(model.toldByTools).toHaveLength(1);
	const [told = ''] = model.toldByTools;
	expect(told.length).toBeLessThan(1000);
	const [image] = JSON.parse(told) as IDataObject[];
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
	expect(stand.emulator.imageRequests.map(({ body }) => body.prompt)).toEqual(['A red fox']);
	expect(stand.emulator.paid).toBe(1);
});

const ON_ERROR: ReadonlyArray<readonly [string, Partial<INode>]> = [
	['as it comes', {}],
	['Continue', { onError: 'continueRegularOutput' }],
];

test.each(ON_ERROR)(
	'an agent is told what happened and what to do, and makes up for it (On Error: %s)',
	async (_, settings) => {
		stand.emulator.order({ prompt: 'gory', status: 422, body: { error: 'Blocked by the content filter' } });
		model.script(draw('A gory fox'), draw('A red fox', '17:3'), draw(' '), draw('A red fox'), {
			say: 'Here it is',
		});
		expect(answered(await runAgent(tool({}, settings)))).toBe('Here it is');
		const [moderation, shape, prompt, image] = model.toldByTools;
		expect(moderation).toContain('The content filter did not let the request pass (422)');
		expect(moderation).toContain('Reword the prompt');
		expect(shape).toContain("'Aspect Ratio' is not a value that the model knows");
		expect(shape).toContain('Use one of 1:1, 16:9, 2:3');
		expect(prompt).toContain("'Prompt' is empty");
		expect(prompt).toContain('nothing was billed');
		expect(image).toContain('"imageUrl":"http');
		expect(stand.emulator.imageRequests.map(({ body }) => body.prompt)).toEqual(['A gory fox', 'A red fox']);
		expect(stand.emulator.paid).toBe(1);
	},
);

test('an agent is told what the tool makes, what it costs and what it answers, before anyone describes it', async () => {
	model.script({ say: 'No picture today' });
	await runAgent(tool());
	const [told] = model.asked[0]?.tools ?? [];
	expect(told?.function.name).toBe('Segmind');
	expect(told?.function.description).toMatch(/text to image/i);
	expect(told?.function.description).toContain('$0.05');
	expect(told?.function.description).toContain('imageUrl');
	expect(told?.function.parameters.properties).toEqual({
		Prompt: { type: 'string', description: 'What the image should show' },
		Aspect_Ratio: { type: 'string', description: 'The shape, such as 1:1 or 16:9' },
	});
	expect(stand.emulator.requests).toEqual([]);
});

test('the example agent-with-image-tool answers its chat with a link, and remembers the chat', async () => {
	const { credential, emulator, n8n } = stand;
	const example = await readExample('agent-with-image-tool', { segmindApi: credential, openAiApi: openAi });
	const workflow = await n8n.import(example);
	const chat = async (chatInput: string): Promise<Execution> => {
		const item = { json: { action: 'sendMessage', sessionId: 'one', chatInput } };
		const data = { startTime: 0, executionTime: 0, executionIndex: 0, source: [], data: { main: [[item]] } };
		const { executionId } = await n8n.rest<{ executionId: string }>('POST', `/workflows/${workflow}/run`, {
			workflowData: await n8n.rest('GET', `/workflows/${workflow}`),
			triggerToStartFrom: { name: 'When chat message received', data },
		});
		return await n8n.ended(executionId);
	};
	model.script(
		{ call: 'Make_an_image', arguments: { Prompt: 'A red fox', Aspect_Ratio: '16:9' } },
		{ say: 'It shows a red fox' },
		{ say: 'You are welcome' },
	);
	expect(answered(await chat('Draw a fox'))).toBe('It shows a red fox');
	const [image] = JSON.parse(model.toldByTools[0] ?? '') as IDataObject[];
	const opened = await fetch(String(image?.imageUrl));
	expect(opened.headers.get('content-type')).toBe('image/webp');
	expect((await opened.arrayBuffer()).byteLength).toBe(image?.fileSize);
	expect(answered(await chat('Thank you'))).toBe('You are welcome');
	const said = model.asked.at(-1)?.messages.map(({ content }) => content);
	expect(said).toEqual(expect.arrayContaining(['Draw a fox', 'It shows a red fox', 'Thank you']));
	expect(emulator.imageRequests.map(({ body }) => body.aspect_ratio)).toEqual(['16:9']);
	expect(emulator.paid).toBe(1);
});
