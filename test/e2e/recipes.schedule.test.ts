import { setUp } from './setup';
import { jsonOf, MODERATED } from './workflow';

const setup = setUp();

interface Row {
	readonly prompt: string;
	readonly status: string;
	readonly reason: string | null;
}

const TEXT = ['prompt', 'status', 'reason'].map((name) => ({ name, type: 'string' }));

/** Creates the data table of the example, and returns what reads its rows. */
async function createTable(...prompts: readonly string[]): Promise<() => Promise<string[][]>> {
	const { n8n } = setup;
	const project = await n8n.rest<{ id: string }>('GET', '/projects/personal');
	const tables = `/projects/${project.id}/data-tables`;
	const table = await n8n.rest<{ id: string }>('POST', tables, { name: 'Pictures to make', columns: TEXT });
	const data = prompts.map((prompt) => ({ prompt, status: 'new' }));
	await n8n.rest('POST', `${tables}/${table.id}/insert`, { data, returnType: 'count' });
	return async () => {
		const { data: rows } = await n8n.rest<{ data: Row[] }>('GET', `${tables}/${table.id}/rows`);
		return rows.map(({ prompt, status, reason }) => [prompt, status, reason ?? '']);
	};
}

test('schedule-with-second-try lets good rows out, and tries again what only had bad luck', async () => {
	const { emulator } = setup;
	const rowsOf = await createTable('a fox', 'a gory hare', 'an owl');
	emulator.inject({ prompt: 'gory', ...MODERATED });
	emulator.inject({ prompt: 'owl', status: 503, body: { error: 'busy' }, times: 5 });
	const first = await setup.runExample('schedule-with-second-try');
	expect(first.status).toBe('success');
	const refused = expect.stringContaining('Blocked by the content filter') as unknown;
	expect(await rowsOf()).toEqual([
		['a fox', 'done', ''],
		['a gory hare', 'look at it', refused],
		['an owl', 'try again', expect.stringContaining('busy')],
	]);
	expect(jsonOf(first, 'Picture (go on from here)').map(({ prompt }) => prompt)).toEqual(['a fox']);
	const second = await setup.runExample('schedule-with-second-try');
	expect(jsonOf(second, 'Picture (go on from here)').map(({ prompt }) => prompt)).toEqual(['an owl']);
	expect((await rowsOf()).map(([, status]) => status)).toEqual(['done', 'look at it', 'done']);
	expect(emulator.paid).toBe(2);
});
