/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- a command for the terminal, not part of the node */
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import type { INodeExecutionData, INodeType } from 'n8n-workflow';
import pc from 'picocolors';

import { SEGMIND_URL } from '../credentials/baseUrl';
import { Emulator } from '../test/emulator/emulator';
import { Engine } from '../test/engine/engine';
import { ArgumentsRefused, toWanted, usage } from './arguments';
import { onImage } from './progress';

/** The demo is started in the project's folder. */
const FOLDER = join(process.cwd(), 'demo', 'images');

/** Milliseconds that the emulator takes for an image, so that there is something to watch. */
const EMULATED_DELAY = 1200;

/** The node as it was built, which is what n8n loads. */
async function builtNode(): Promise<INodeType> {
	const { Segmind }: { Segmind: new () => INodeType } = await import(join(process.cwd(), 'index.js'));
	return new Segmind();
}

const price = (amount: unknown): string => (typeof amount === 'number' ? `$${amount.toFixed(2)}` : '–');

async function save(engine: Engine, item: INodeExecutionData): Promise<string> {
	const name = String(item.json.fileName);
	await writeFile(join(FOLDER, name), await engine.read(item));
	return name;
}

async function toTable(engine: Engine, items: INodeExecutionData[]): Promise<string> {
	const table = new Table({
		head: ['File', 'Size', 'Type', 'Seed', 'Cost', 'Credits left'],
		style: { head: ['bold'], border: [], compact: true },
	});
	for (const item of items) {
		const { json } = item;
		if (json.error !== undefined) {
			table.push([{ colSpan: 6, content: `${pc.yellow(String(json.error))}\n${String(json.message)}` }]);
			continue;
		}
		const size = `${json.width}×${json.height}, ${Math.round(Number(json.fileSize) / 1000)} kB`;
		const name = await save(engine, item);
		table.push(
			[name, size, json.mimeType, json.seed, price(json.cost), price(json.remainingCredits)].map(String),
		);
	}
	return table.toString();
}

async function make(credential: { apiKey: string; baseUrl: string }): Promise<boolean> {
	const { prompts, parameters } = toWanted(process.argv.slice(2));
	const engine = await Engine.start(await builtNode());
	const bar = new SingleBar(
		{
			format: ' {bar} {value} of {total} images, {duration_formatted}',
			hideCursor: true,
			clearOnComplete: true,
		},
		Presets.shades_classic,
	);
	bar.start(prompts.length, 0);
	const stopCounting = onImage(credential.baseUrl, () => bar.increment());
	try {
		const { items, error } = await engine.run({
			credential,
			items: prompts.map((prompt) => ({ json: { prompt } })),
			parameters: { ...parameters, prompt: '={{ $json.prompt }}' },
			node: { onError: 'continueRegularOutput' },
		});
		bar.stop();
		if (error !== undefined) throw error;
		await mkdir(FOLDER, { recursive: true });
		console.log(await toTable(engine, items));
		return items.every(({ json }) => json.error === undefined);
	} finally {
		bar.stop();
		stopCounting();
		await engine.stop();
	}
}

const WAY_ON = `
The files are in ${pc.bold(relative(process.cwd(), FOLDER) || '.')}. Next:
  npm run demo -- "a red fox" --aspect-ratio 16:9 --output-format jpg
  SEGMIND_API_KEY=… npm run demo     on your account, about $0.05 an image
  npm run emulator                   Segmind without paying, to try the node in your n8n
  README.md                          how to install the node in n8n`;

async function main(): Promise<void> {
	if (process.argv.includes('--help')) {
		console.log(usage());
		return;
	}
	toWanted(process.argv.slice(2));
	const apiKey = process.env.SEGMIND_API_KEY;
	const emulator = apiKey === undefined ? await Emulator.start({ delay: EMULATED_DELAY }) : undefined;
	console.log(
		emulator === undefined
			? `On the real API of Segmind: every image is paid for.`
			: `On the emulator of Segmind at ${emulator.url}: nothing is paid for.`,
	);
	const credential =
		emulator === undefined
			? { apiKey: apiKey ?? '', baseUrl: process.env.SEGMIND_BASE_URL ?? SEGMIND_URL }
			: { apiKey: emulator.key, baseUrl: emulator.url };
	try {
		const complete = await make(credential);
		console.log(WAY_ON);
		if (!complete) process.exitCode = 1;
	} finally {
		await emulator?.close();
	}
}

main().catch((thrown: unknown) => {
	console.error(thrown instanceof ArgumentsRefused ? thrown.message : thrown);
	process.exitCode = 1;
});
