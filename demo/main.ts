/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- a command for the terminal, not part of the node */
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import type { INodeExecutionData, INodeType } from 'n8n-workflow';
import pc from 'picocolors';

import { SEGMIND_URL } from '../credentials/connection';
import { Emulator } from '../test/emulator/emulator';
import { Engine } from '../test/engine/engine';
import type { DemoInput } from './arguments';
import { InvalidArguments, readArguments, usage } from './arguments';
import { onImage } from './progress';

/** The demo runs in the project's folder. */
const FOLDER = join(process.cwd(), 'demo', 'images');

/** The emulator is slow enough to watch, and has a low rate limit. */
const EMULATED = { delay: 1200, rateLimit: { requests: 3, window: 4000 } };

/** The built node, which is what n8n loads. */
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
		head: ['File', 'Size', 'Type', 'Seed', 'Cost', 'Credits', 'Attempts', 'Paid'],
		style: { head: pc.isColorSupported ? ['bold'] : [], border: [], compact: true },
	});
	for (const item of items) {
		const { json } = item;
		if (json.error !== undefined) {
			table.push([{ colSpan: 8, content: `${pc.yellow(String(json.error))}\n${String(json.message)}` }]);
			continue;
		}
		const size = `${json.width}×${json.height}, ${Math.round(Number(json.fileSize) / 1000)} kB`;
		const name = await save(engine, item);
		const money = [price(json.cost), price(json.remainingCredits)];
		const paid = json.alreadyPaid === true ? 'before' : 'now';
		table.push([name, size, json.format, json.seed, ...money, json.attempts, paid].map(String));
	}
	return table.toString();
}

/** Makes the emulator reject the first image once and respond with 503 to the second one once. Returns what it will do. */
function addFaults(emulator: Emulator, prompts: readonly string[]): string {
	const [first = '', second] = prompts;
	emulator.inject({ prompt: first, status: 422, body: { error: 'Blocked by the content filter' } });
	if (second === undefined) return 'It rejects the image once';
	emulator.inject({ prompt: second, status: 503, body: { error: 'Model is busy' } });
	return 'It rejects one image, responds with 503 to another and has a rate limit';
}

const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What the emulator received and billed. */
function summaryOf({ imageRequests, paid }: Emulator, delivered: number): string {
	const times = new Map<number | null, number>();
	for (const { status } of imageRequests) times.set(status, (times.get(status) ?? 0) + 1);
	const statuses = [...times].map(([status, count]) => `${count} × ${status}`).join(', ');
	const summary = `${countOf(imageRequests.length, 'request')} (${statuses || 'none'}), ${countOf(paid, 'image')} paid, ${delivered} delivered`;
	return `The emulator saw ${pc.bold(summary)}.`;
}

/** Returns how many images were asked for, and how many were delivered. */
async function make(
	{ prompts, parameters }: DemoInput,
	credential: { apiKey: string; baseUrl: string },
	emulator?: Emulator,
): Promise<{ readonly asked: number; readonly delivered: number }> {
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
		const { items, error, hints } = await engine.run({
			credential,
			items: prompts.map((prompt) => ({ json: { prompt } })),
			parameters: { ...parameters, prompt: '={{ $json.prompt }}' },
			node: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 2 },
		});
		bar.stop();
		if (error !== undefined) throw error;
		await mkdir(FOLDER, { recursive: true });
		console.log(await toTable(engine, items));
		for (const hint of hints) console.log(pc.dim(hint));
		const delivered = items.filter(({ json }) => json.error === undefined).length;
		if (emulator !== undefined) console.log(summaryOf(emulator, delivered));
		return { asked: items.length, delivered };
	} finally {
		bar.stop();
		stopCounting();
		await engine.stop();
	}
}

const FILES = `
The files are in ${pc.bold(relative(process.cwd(), FOLDER) || '.')}.`;

const NEXT_STEPS = `
Next:
  npm run demo -- "a red fox" --aspect-ratio 16:9 --output-format jpg
  SEGMIND_API_KEY=… npm run demo     on your account, about $0.05 an image
  npm run dev                        n8n with the node, its examples and the emulator
  README.md                          how to install the node in your n8n`;

async function main(): Promise<void> {
	if (process.argv.includes('--help')) {
		console.log(usage());
		return;
	}
	const given = readArguments(process.argv.slice(2));
	const apiKey = process.env.SEGMIND_API_KEY;
	const emulator = apiKey === undefined ? await Emulator.start(EMULATED) : undefined;
	console.log(
		emulator === undefined
			? `This uses Segmind's real API: every image is paid for.`
			: `This uses the emulator of Segmind at ${emulator.url}: nothing is paid for.
${addFaults(emulator, given.prompts)}; n8n's Retry On Fail is on.`,
	);
	const credential =
		emulator === undefined
			? { apiKey: apiKey ?? '', baseUrl: process.env.SEGMIND_BASE_URL ?? SEGMIND_URL }
			: { apiKey: emulator.key, baseUrl: emulator.url };
	try {
		const { asked, delivered } = await make(given, credential, emulator);
		if (delivered > 0) console.log(FILES);
		console.log(NEXT_STEPS);
		if (delivered < asked) process.exitCode = 1;
	} finally {
		await emulator?.close();
	}
}

main().catch((thrown: unknown) => {
	console.error(thrown instanceof InvalidArguments ? thrown.message : thrown);
	process.exitCode = 1;
});
