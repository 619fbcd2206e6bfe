import { deepCopy } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import { faultsOf } from '../fuzz/fileSystems';
import { Engine } from './engine';

let emulator: Emulator;
let engine: Engine;

beforeAll(async () => {
	emulator = await Emulator.start();
	engine = await Engine.start();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

/** Names that a flow may give its outputs, since nobody says what they are made of. */
const NAMES: ReadonlyArray<readonly [what: string, keyname: string]> = [
	['a path', '../../etc/passwd'],
	['a path of Windows', '..\\..\\x'],
	['a slash', 'a/b'],
	['what Windows forbids', 'a:b?*'],
	['a line end', 'a\nb'],
	['a mark of direction', 'a\u202eb'],
	['300 letters', 'x'.repeat(300)],
	['360 bytes', '狐'.repeat(120)],
	["a name of JavaScript's objects", '__proto__'],
	['another of those', 'constructor'],
	['a blank', ' '],
	['a point', '.'],
];

test.each(NAMES)(
	'the file of an output that is called by %s arrives, under a name that is safe',
	async (_, keyname) => {
		emulator.order({ on: 'result', fields: { output: JSON.stringify([{ keyname, value: '{file}' }]) } });
		const { items, error } = await engine.run({
			credential: { apiKey: emulator.key, baseUrl: emulator.url },
			parameters: {
				resource: 'pixelFlow',
				operation: 'run',
				flow: 'product-photo',
				inputMode: 'json',
				inputJson: '{"prompt": "a fox"}',
			},
		});
		expect(error).toBeUndefined();
		// As n8n copies an item from node to node.
		const binary = deepCopy(items[0]?.binary ?? {}) as unknown as Record<string, { fileName?: string }>;
		const names = Object.values(binary).map(({ fileName = '' }) => fileName);
		expect(names).toHaveLength(1);
		expect(names.flatMap(faultsOf)).toEqual([]);
	},
);
