/* eslint-disable @n8n/community-nodes/no-restricted-imports -- watches its own process, which is not n8n's */
import { LoggerProxy } from 'n8n-workflow';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';

/** What a process did besides its work. */
export interface Watched {
	/** Everything that was printed or logged. */
	readonly printed: () => string;
	/** What nobody caught. */
	readonly uncaught: readonly string[];
	readonly stop: () => void;
}

type Write = typeof process.stdout.write;

/** Catches what is printed, logged at any level or thrown at nobody, from now on. */
export function watchProcess(): Watched {
	const lines: string[] = [];
	const uncaught: string[] = [];
	const note = (...words: unknown[]): void => {
		lines.push(
			words.map((word) => (typeof word === 'string' ? word : inspect(word, { depth: 20 }))).join(' '),
		);
	};
	const outputs = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
	for (const { stream } of outputs) {
		stream.write = ((text: unknown, ...rest: unknown[]) => {
			note(String(text));
			const done = rest.find((each): each is () => void => typeof each === 'function');
			done?.();
			return true;
		}) as Write;
	}
	LoggerProxy.init({ error: note, warn: note, info: note, debug: note });
	const onUncaught = (thrown: unknown): void => {
		uncaught.push(inspect(thrown, { depth: 4 }));
	};
	process.on('uncaughtException', onUncaught);
	process.on('unhandledRejection', onUncaught);
	return {
		printed: () => lines.join('\n'),
		uncaught,
		stop: () => {
			for (const { stream, write } of outputs) stream.write = write;
			process.off('uncaughtException', onUncaught);
			process.off('unhandledRejection', onUncaught);
		},
	};
}

/** What may not stay behind: connections of either side, look-ups, timers. */
const RESOURCES = /TCP|TLS|Pipe|GetAddrInfo|Timeout|Immediate/;

/** How many there are of each kind of resource that keeps a process alive. */
export function openResources(): Map<string, number> {
	const counts = new Map<string, number>();
	for (const kind of process.getActiveResourcesInfo().filter((each) => RESOURCES.test(each))) {
		counts.set(kind, (counts.get(kind) ?? 0) + 1);
	}
	return counts;
}

/** Milliseconds that a connection may take to be gone on both sides. */
const GRACE = 3000;

/** What is open beyond what was, once it had time to go. */
export async function leftOpen(before: ReadonlyMap<string, number>): Promise<string[]> {
	const end = performance.now() + GRACE;
	for (;;) {
		const extra = [...openResources()].filter(([kind, count]) => count > (before.get(kind) ?? 0));
		if (extra.length === 0) return [];
		if (performance.now() > end) return extra.map(([kind, count]) => `${count} × ${kind}`);
		await wait(20);
	}
}
