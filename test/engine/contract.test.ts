import type { IDataObject } from 'n8n-workflow';

import contract from '../../docs/contract.json';
import { pngOf } from './faults';
import {
	CONTINUE,
	edit,
	flow,
	generate,
	itemsOf,
	picturesOf,
	runModel,
	upload,
	withParameters,
} from './runs';
import { engine, useEngine } from './setup';

useEngine({ history: {} });

const LINK = { options: { linkExpiry: '1 day' } };

const fieldsOf = async (run: Parameters<typeof engine.run>[0]): Promise<string[]> => {
	const { items } = await engine.run({ binaryMode: 'filesystem', n8nUrl: 'https://n8n.example', ...run });
	return Object.keys(items[0]?.json ?? {});
};

test('an item has the fields of docs/contract.json, in their order', async () => {
	const { items } = await engine.run(generate({ delivery: 'submitOnly' }));
	const requestId = String(items[0]?.json.requestId);
	const pictures = picturesOf(await pngOf(64, 48));
	expect({
		'image: generate': await fieldsOf(generate(LINK.options)),
		'image: getResult': await fieldsOf(withParameters({ operation: 'getResult', requestId, ...LINK })),
		'image: edit': await fieldsOf(edit(pictures, LINK.options)),
		'model: run': await fieldsOf(runModel('seedream-v3-text-to-image')),
		'file: upload': await fieldsOf(upload(pictures)),
		'image: getMany': await fieldsOf(withParameters({ operation: 'getMany' })),
		'pixelFlow: run': await fieldsOf(flow({})),
		'account: getCredits': await fieldsOf(withParameters({ resource: 'account', operation: 'getCredits' })),
	}).toEqual(contract.output);
});

test('an error has the fields of docs/contract.json', async () => {
	const { items } = await engine.run(generate({}, { items: itemsOf(' '), node: CONTINUE }));
	expect(Object.keys(items[0]?.json ?? {})).toEqual(contract.errorOutput.fields);
	expect(Object.keys((items[0]?.json.details ?? {}) as IDataObject)).toEqual(contract.errorOutput.details);
});
