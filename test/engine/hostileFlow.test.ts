import { deepCopy } from 'n8n-workflow';

import { faultsOf } from '../fuzz/fileSystems';
import { flow } from './runs';
import { emulator, itemsFrom, useEngine } from './setup';

useEngine();

/** Names of a flow's outputs can be any text. */
test.each([
	['a path', '../../etc/passwd'],
	['a Windows path', '..\\..\\x'],
	['a slash', 'a/b'],
	['characters that Windows forbids', 'a:b?*'],
	['a line break', 'a\nb'],
	['a bidirectional control character', 'a\u202eb'],
	['300 letters', 'x'.repeat(300)],
	['360 bytes', '狐'.repeat(120)],
	['__proto__', '__proto__'],
	['constructor', 'constructor'],
	['a space', ' '],
	['a period', '.'],
])('an output named with %s is delivered as one file with a safe name', async (_, keyname) => {
	emulator.inject({ on: 'result', fields: { output: JSON.stringify([{ keyname, value: '{file}' }]) } });
	const items = await itemsFrom(flow());
	// As n8n copies an item from node to node.
	const binary = deepCopy(items[0]?.binary ?? {}) as unknown as Record<string, { fileName?: string }>;
	const names = Object.values(binary).map(({ fileName = '' }) => fileName);
	expect(names).toHaveLength(1);
	expect(names.flatMap(faultsOf)).toEqual([]);
});
