import type { IDataObject, INode } from 'n8n-workflow';

import { until } from './process';
import { queueMode } from './production';
import { digestOf, paidPicture } from './receivers/pictures';
import { Scheduler } from './receivers/scheduler';
import { setUp } from './setup';
import { nodeOf, webhookOf } from './workflow';

/** Seconds from one pruning to the next, a quarter of an hour by default. */
const PRUNING = 6;

const setup = setUp({
	environment: async () => ({
		...(await queueMode(setup)),
		EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none',
		EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL: String(PRUNING / 60),
	}),
});
let scheduler: Scheduler;

beforeAll(async () => {
	scheduler = setup.closeLater(await new Scheduler().start());
	await Promise.all([setup.n8n.startWorker(), setup.n8n.startWorker()]);
});

const LINK = "={{ $('Image').first().json.imageUrl }}";

/** Makes an image of the prompt that the webhook received, with a link. */
const image = (): INode => ({
	...setup.segmind({ prompt: '={{ $json.body.prompt }}', options: { linkExpiry: '1 hour' } }),
	name: 'Image',
});

/** A node that opens the image's link, and puts out the status of the response. */
function open(name: string): INode {
	const response = { neverError: true, fullResponse: true, responseFormat: 'text' };
	const parameters = { url: LINK, options: { response: { response } } };
	return nodeOf(name, 'n8n-nodes-base.httpRequest', parameters, { typeVersion: 4.2 });
}

/** A node that uploads the file to the scheduler. */
function upload(): INode {
	const authorization = { name: 'Authorization', value: scheduler.authorization };
	const title = { name: 'title', value: "={{ $('Image').first().json.fileName }}" };
	const file = { parameterType: 'formBinaryData', name: 'file', inputDataFieldName: 'data' };
	const parameters = {
		method: 'POST',
		url: scheduler.uploadUrl,
		sendHeaders: true,
		headerParameters: { parameters: [authorization] },
		sendBody: true,
		contentType: 'multipart-form-data',
		bodyParameters: { parameters: [title, file] },
		options: {},
	};
	return nodeOf('Upload', 'n8n-nodes-base.httpRequest', parameters, { typeVersion: 4.2 });
}

/** A node that responds to the webhook with what came of the image. */
function answer(): INode {
	const fields = "link: $('Image').first().json.imageUrl, seed: $('Image').first().json.seed";
	const jsonOutput = `={{ { ${fields}, status: $('Open').first().json.statusCode } }}`;
	return nodeOf(
		'Answer',
		'n8n-nodes-base.set',
		{ mode: 'raw', jsonOutput, options: {} },
		{ typeVersion: 3.4 },
	);
}

/** Publishes these nodes behind a webhook of this path, and calls it. */
async function call(path: string, nodes: readonly INode[]): Promise<IDataObject> {
	await setup.n8n.publish(await setup.save(nodes, { trigger: webhookOf(path) }));
	const [answered] = await setup.n8n.call<IDataObject[]>(path, { prompt: 'a fox' });
	return answered ?? {};
}

const isOpen = async (link: unknown): Promise<boolean> => (await fetch(String(link))).ok;

const paidDigests = async (seeds: readonly unknown[]): Promise<string[]> =>
	(await Promise.all(seeds.map(async (seed) => digestOf(await paidPicture(setup.emulator, seed))))).sort();

/** The digests of all uploads since the last call. */
const uploadedDigests = (): string[] =>
	scheduler.posts
		.splice(0)
		.map(({ files }) => digestOf(files.file?.bytes))
		.sort();

test('a published webhook that saves nothing posts file and link, and n8n deletes both soon after', async () => {
	const { link, seed, status } = await call('post', [image(), upload(), open('Open'), answer()]);
	expect(uploadedDigests()).toEqual(await paidDigests([seed]));
	// An execution that still runs is not pruned, so the next nodes can rely on the link.
	expect(status).toBe(200);
	await until('the link is gone', async () => !(await isOpen(link)), (PRUNING + 5) * 1000);
	expect(await setup.n8n.rest('GET', '/executions')).toMatchObject({ results: [] });
	expect(setup.emulator.paid).toBe(1);
});

test('the link of a sub-workflow can go before its parent ends unless it is saved; the file stays', async () => {
	const parameters = { inputSource: 'passthrough' };
	const trigger = nodeOf('Start', 'n8n-nodes-base.executeWorkflowTrigger', parameters, { typeVersion: 1.1 });
	const callSaving = async (saved: 'all' | 'none'): Promise<IDataObject> => {
		const settings = { saveDataSuccessExecution: saved };
		const child = await setup.n8n.publish(await setup.save([image()], { trigger, settings }));
		const value = { __rl: true, mode: 'id', value: child };
		const pause = { amount: 2 * PRUNING, unit: 'seconds' };
		return await call(saved, [
			// Has the child's name for the image, since it puts out what the child's last node does.
			nodeOf('Image', 'n8n-nodes-base.executeWorkflow', { workflowId: value }, { typeVersion: 1.2 }),
			nodeOf('Wait', 'n8n-nodes-base.wait', pause, { typeVersion: 1.1, webhookId: saved }),
			upload(),
			open('Open'),
			answer(),
		]);
	};
	const [saved, unsaved] = await Promise.all([callSaving('all'), callSaving('none')]);
	expect(uploadedDigests()).toEqual(await paidDigests([saved.seed, unsaved.seed]));
	expect(saved.status).toBe(200);
	expect(await isOpen(saved.link)).toBe(true);
	expect(unsaved.link).toContain('/binary-data/signed?token=');
	// What n8n responds about a file that is no longer in its database.
	expect(unsaved.status).toBe(500);
	expect(setup.emulator.paid).toBe(2);
});
