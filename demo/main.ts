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

/** The emulator takes its time, so that there is something to watch, and allows few requests in a while. */
const EMULATED = { delay: 1200, rateLimit: { requests: 3, window: 4000 } };

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
		head: ['File', 'Size', 'Type', 'Seed', 'Cost', 'Credits', 'Attempts', 'Paid'],
		style: { head: ['bold'], border: [], compact: true },
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

/** What the emulator has to show: a server that is busy once, and a refusal that n8n's Retry On Fail heals. */
function orderTrouble(emulator: Emulator, prompts: readonly string[]): void {
	const [first = '', second] = prompts;
	emulator.order({ prompt: first, status: 422, body: { error: 'Blocked by the content filter' } });
	if (second !== undefined) emulator.order({ prompt: second, status: 503, body: { error: 'Model is busy' } });
}

/** What the emulator saw: the other side of the table. */
function ledgerOf({ imageRequests, paid }: Emulator, delivered: number): string {
	const times = new Map<number | null, number>();
	for (const { status } of imageRequests) times.set(status, (times.get(status) ?? 0) + 1);
	const answers = [...times].map(([status, count]) => `${count} × ${status}`).join(', ');
	const summary = `${imageRequests.length} requests (${answers}), ${paid} images paid, ${delivered} delivered`;
	return `The emulator saw ${pc.bold(summary)}.`;
}

async function make(credential: { apiKey: string; baseUrl: string }, emulator?: Emulator): Promise<boolean> {
	const { prompts, parameters } = toWanted(process.argv.slice(2));
	if (emulator !== undefined) orderTrouble(emulator, prompts);
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
		if (emulator !== undefined) console.log(ledgerOf(emulator, delivered));
		return delivered === items.length;
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
	const emulator = apiKey === undefined ? await Emulator.start(EMULATED) : undefined;
	console.log(
		emulator === undefined
			? `On the real API of Segmind: every image is paid for.`
			: `On the emulator of Segmind at ${emulator.url}: nothing is really paid for. It refuses one image, is
busy for another and has a rate limit; n8n's Retry On Fail is on.`,
	);
	const credential =
		emulator === undefined
			? { apiKey: apiKey ?? '', baseUrl: process.env.SEGMIND_BASE_URL ?? SEGMIND_URL }
			: { apiKey: emulator.key, baseUrl: emulator.url };
	try {
		const complete = await make(credential, emulator);
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
