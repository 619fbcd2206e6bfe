/* eslint-disable @n8n/community-nodes/no-restricted-imports -- reads the source */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** The folders of the node, in the order in which data flows. */
const ROOMS = ['model', 'segmind', 'queue', 'form', 'request', 'image', 'item', 'batch', 'operations'];

const NODE = resolve('nodes', 'Segmind');

const sources = readdirSync(NODE, { recursive: true, encoding: 'utf8' }).filter((name) =>
	/^[^.]+\.ts$/.test(name.split(sep).at(-1) ?? ''),
);

const textOf = (source: string): string => readFileSync(join(NODE, source), 'utf8');

const roomOf = (file: string): string => file.split(sep)[0] ?? '';

/** The files of the node that a file imports. */
function importsOf(source: string): string[] {
	return [...textOf(source).matchAll(/from '(\.[^']+)'/g)]
		.map(([, path = '']) => relative(NODE, resolve(NODE, dirname(source), path)))
		.filter((path) => !path.startsWith('..'));
}

test('every file stands in a room that the map knows', () => {
	expect([...new Set(sources.map(roomOf))].sort()).toEqual([...ROOMS].sort());
	const map = readFileSync('CONTRIBUTING.md', 'utf8');
	const models = /^model\//;
	const unknown = sources.filter(
		(source) => !models.test(source) && !map.includes(`\`${source.split(sep).at(-1)}\``),
	);
	expect(unknown).toEqual([]);
});

test('data flows one way: a room imports itself and those before it', () => {
	const against = sources.flatMap((source) =>
		importsOf(source)
			.filter((target) => ROOMS.indexOf(roomOf(target)) > ROOMS.indexOf(roomOf(source)))
			.map((target) => `${source} → ${target}`),
	);
	expect(against).toEqual([]);
});

test.each([
	['httpRequestWithAuthentication', ['segmind/segmind.ts']],
	['getNodeParameter', ['request/parameters.ts']],
	['prepareBinaryData', ['batch/receipts.ts', 'item/item.ts']],
	['continueOnFail', ['item/outcome.ts']],
])('%s is called in %j and nowhere else', (call, places) => {
	const callers = sources.filter(
		(source) => textOf(source).includes(`${call}(`) || textOf(source).includes(`${call}.call`),
	);
	expect(callers.map((each) => each.split(sep).join('/')).sort()).toEqual(places);
});
