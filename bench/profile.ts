/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { mkdir, writeFile } from 'node:fs/promises';
import type { HeapProfiler, Runtime } from 'node:inspector';
import { join } from 'node:path';

import type { Runner } from './runner';
import { HEADLINE, taskOf } from './timings';
import type { RawProfile } from './types';

/** Where the raw profiles are written, for the developer tools of a browser. */
export const PROFILES = join('.cache', 'profiles');

/** What the code of one package or part of Node takes for one image. */
interface Share {
	readonly place: string;
	/** Milliseconds of processor time. */
	readonly milliseconds: number;
	/** Share of all processor time, from 0 to 1. */
	readonly share: number;
	/** Bytes of allocated objects. */
	readonly bytes: number;
}

/** Where time and memory of this node go in the headline scenario. */
export interface Profile {
	readonly shares: readonly Share[];
	readonly peaks: RawProfile['peaks'];
}

/** Whose code a function is; undefined while idle. */
function placeOf({ functionName, url }: Runtime.CallFrame): string | undefined {
	if (functionName === '(idle)' || functionName === '(root)' || url === 'node:inspector') return undefined;
	if (functionName === '(garbage collector)') return 'garbage collector';
	if (functionName === '(program)' || url === '') return 'V8 and the system';
	if (url.startsWith('node:')) return 'Node';
	if (url.includes('/package/dist/')) return 'this node';
	return [...url.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1] ?? 'the benchmark';
}

/** Sums of amounts by place. */
function sumByPlace(amounts: ReadonlyArray<readonly [Runtime.CallFrame | undefined, number]>) {
	const sums = new Map<string, number>();
	for (const [frame, amount] of amounts) {
		const place = frame === undefined ? undefined : placeOf(frame);
		if (place !== undefined) sums.set(place, (sums.get(place) ?? 0) + amount);
	}
	return sums;
}

const allocationsOf = (
	node: HeapProfiler.SamplingHeapProfileNode,
): Array<readonly [Runtime.CallFrame, number]> => [
	[node.callFrame, node.selfSize],
	...node.children.flatMap(allocationsOf),
];

function sharesOf({ cpu, heap }: RawProfile, images: number): Share[] {
	const frames = new Map(cpu.nodes.map(({ id, callFrame }) => [id, callFrame]));
	const { samples = [], timeDeltas = [] } = cpu;
	// timeDeltas are in microseconds.
	const times = sumByPlace(samples.map((id, index) => [frames.get(id), (timeDeltas[index] ?? 0) / 1000]));
	const bytes = sumByPlace(allocationsOf(heap.head));
	const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
	return [...times]
		.map(([place, time]) => ({
			place,
			milliseconds: time / images,
			share: time / busy,
			bytes: (bytes.get(place) ?? 0) / images,
		}))
		.sort((one, other) => other.share - one.share);
}

/** Profiles this node in the headline scenario and writes the raw profiles. */
export async function takeProfile(runner: Runner): Promise<Profile> {
	const { profile } = await runner.run({ ...taskOf(HEADLINE, 'node'), mode: 'profile' }, HEADLINE);
	if (profile === undefined) throw new Error('the worker took no profile');
	await mkdir(PROFILES, { recursive: true });
	await writeFile(join(PROFILES, 'node.cpuprofile'), JSON.stringify(profile.cpu));
	await writeFile(join(PROFILES, 'node.heapprofile'), JSON.stringify(profile.heap));
	return { shares: sharesOf(profile, HEADLINE.items), peaks: profile.peaks };
}
