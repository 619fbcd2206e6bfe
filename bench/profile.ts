/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { mkdir, writeFile } from 'node:fs/promises';
import type { HeapProfiler, Runtime } from 'node:inspector';
import { join } from 'node:path';

import type { Profile } from './job';
import type { Cell } from './rows';
import { taskOf } from './rows';
import type { Runner } from './runner';

/** Where the profiles themselves are kept, for the developer tools of a browser. */
export const PROFILES = join('.cache', 'profiles');

/** What the code of one place takes for one image. */
export interface Share {
	readonly place: string;
	/** Of processor time, as the profiler sees it. */
	readonly milliseconds: number;
	/** Of all processor time, from 0 to 1. */
	readonly share: number;
	/** Of objects, also those that were collected soon after. */
	readonly bytes: number;
}

/** Where time and memory of one cell went. */
export interface Profiled {
	readonly shares: readonly Share[];
	readonly peaks: Profile['peaks'];
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Whose code a function is; undefined while nothing ran, or the profiler itself. */
function placeOf({ functionName, url }: Runtime.CallFrame): string | undefined {
	if (functionName === '(idle)' || functionName === '(root)' || url === 'node:inspector') return undefined;
	if (functionName === '(garbage collector)') return 'garbage collector';
	if (functionName === '(program)' || url === '') return 'V8 and the system';
	if (url.startsWith('node:')) return 'Node';
	if (url.includes('/package/dist/')) return 'this node';
	return [...url.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1] ?? 'the benchmark';
}

const addTo = (sums: Map<string, number>, frame: Runtime.CallFrame, amount: number): void => {
	const place = placeOf(frame);
	if (place !== undefined) sums.set(place, (sums.get(place) ?? 0) + amount);
};

/** Milliseconds by place. */
function timesOf({ cpu: { nodes, samples = [], timeDeltas = [] } }: Profile): Map<string, number> {
	const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
	const sums = new Map<string, number>();
	samples.forEach((id, index) => {
		const frame = frames.get(id);
		// timeDeltas are in microseconds.
		if (frame !== undefined) addTo(sums, frame, (timeDeltas[index] ?? 0) / 1000);
	});
	return sums;
}

/** Bytes of objects by place. */
function objectsOf({ heap: { head } }: Profile): Map<string, number> {
	const sums = new Map<string, number>();
	const visit = ({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode): void => {
		addTo(sums, callFrame, selfSize);
		children.forEach(visit);
	};
	visit(head);
	return sums;
}

/** Everything below this share of the time is told as one. */
const SMALL = 0.005;

function sharesOf(profile: Profile, items: number): Share[] {
	const times = timesOf(profile);
	const objects = objectsOf(profile);
	const busy = sumOf([...times.values()]);
	const shares = [...new Set([...times.keys(), ...objects.keys()])]
		.map((place) => ({ place, time: times.get(place) ?? 0, bytes: objects.get(place) ?? 0 }))
		.toSorted((one, other) => other.time - one.time);
	const large = shares.filter(({ time }) => time >= SMALL * busy);
	const small = shares.filter((share) => !large.includes(share));
	const rest = {
		place: 'the rest',
		time: sumOf(small.map(({ time }) => time)),
		bytes: sumOf(small.map(({ bytes }) => bytes)),
	};
	return [...large, rest].map(({ place, time, bytes }) => ({
		place,
		milliseconds: time / items,
		share: time / busy,
		bytes: bytes / items,
	}));
}

/**
 * Takes a profile of this node in one cell, and keeps it as files.
 *
 * @throws {Error} when the process took none
 */
export async function takeProfile(runner: Runner, cell: Cell): Promise<Profiled> {
	const { profile } = await runner.run({ ...taskOf(cell, 'node'), profiled: true }, cell);
	if (profile === undefined) throw new Error('no profile was taken');
	await mkdir(PROFILES, { recursive: true });
	await writeFile(join(PROFILES, 'node.cpuprofile'), JSON.stringify(profile.cpu));
	await writeFile(join(PROFILES, 'node.heapprofile'), JSON.stringify(profile.heap));
	return { shares: sharesOf(profile, cell.items), peaks: profile.peaks };
}
