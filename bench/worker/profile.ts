/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- a process of the benchmark, not part of the node */
import { Session } from 'node:inspector/promises';
import process from 'node:process';

import type { Profile } from '../job';

/** Every allocation may be a sample, also of what is collected soon after; the interval is in bytes. */
const ALL_OBJECTS = {
	samplingInterval: 16 * 1024,
	includeObjectsCollectedByMajorGC: true,
	includeObjectsCollectedByMinorGC: true,
};

/** Milliseconds between two looks at the memory. */
const LOOK_EVERY = 20;

function watchMemory(): () => Profile['peaks'] {
	let [heap, buffers, resident] = [0, 0, 0];
	const look = (): void => {
		const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
		heap = Math.max(heap, heapUsed);
		buffers = Math.max(buffers, arrayBuffers);
		resident = Math.max(resident, rss);
	};
	const timer = setInterval(look, LOOK_EVERY);
	return () => {
		clearInterval(timer);
		look();
		return { heap, buffers, resident };
	};
}

/** Does some work while V8 writes down where time and memory go, which makes it slower. */
export async function profiled<T>(work: () => Promise<T>): Promise<{ result: T; profile: Profile }> {
	const session = new Session();
	session.connect();
	await session.post('Profiler.enable');
	await session.post('Profiler.start');
	await session.post('HeapProfiler.startSampling', ALL_OBJECTS);
	const peaksOf = watchMemory();
	const result = await work();
	const peaks = peaksOf();
	const { profile: heap } = await session.post('HeapProfiler.stopSampling');
	const { profile: cpu } = await session.post('Profiler.stop');
	session.disconnect();
	return { result, profile: { cpu, heap, peaks } };
}
