import { setUp } from './setup';
import { jsonOf, outputOf, RETRY_ON_FAIL } from './workflow';

const setup = setUp();

test('a workflow timeout during a rate limit loses nothing that was paid for', async () => {
	const { emulator, n8n } = setup;
	const limit = { status: 429, headers: { 'retry-after': '120' }, times: -1 };
	emulator.inject({ prompt: 'd', ...limit });
	const nodes = setup.rows(['a', 'b', 'c', 'd', 'e', 'f'], { options: { concurrency: 1 } });
	const id = await setup.save(nodes, { settings: { executionTimeout: 5 } });
	const timedOut = await n8n.run(id);
	expect(timedOut.status).toBe('canceled');
	expect(emulator.paid).toBe(3);
	emulator.reset();
	const again = await n8n.retry(timedOut);
	const items = jsonOf(again);
	expect(items.map(({ alreadyPaid }) => alreadyPaid === true)).toEqual([
		true,
		true,
		true,
		false,
		false,
		false,
	]);
	expect(emulator.paid).toBe(3);
});

test('a row with a column named error is paid for once', async () => {
	const { emulator, n8n } = setup;
	const settings = { ...RETRY_ON_FAIL, onError: 'continueRegularOutput' as const };
	const [list, split, node] = setup.rows(['a', 'b'], { options: { includeInputFields: true } }, settings);
	const rows = [
		{ prompt: 'a', error: '' },
		{ prompt: 'b', error: 0 },
	];
	const parameters = { mode: 'raw', jsonOutput: JSON.stringify({ rows }), options: {} };
	const fields = { fieldToSplitOut: 'rows', options: {} };
	const execution = await n8n.run(
		await setup.save([{ ...list!, parameters }, { ...split!, parameters: fields }, node!]),
	);
	expect(outputOf(execution)).toHaveLength(2);
	expect(emulator.paid).toBe(2);
});
