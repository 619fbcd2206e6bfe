/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- a process of the benchmark, not part of the node */
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

import type { EventLoopStats, RawProfile, WorkerStats } from '../types';

/** Milliseconds between two samples of the memory. */
const SAMPLE_EVERY = 20;

/** Samples all allocations, also of objects that are collected soon; the interval is in bytes. */
const ALL_OBJECTS = {
	samplingInterval: 16 * 1024,
	includeObjectsCollectedByMajorGC: true,
	includeObjectsCollectedByMinorGC: true,
};

/** Measures time, processor time and peak memory. */
export async function measure(work: () => Promise<number>): Promise<WorkerStats> {
	const cpuBefore = process.cpuUsage();
	const started = performance.now();
	const delivered = await work();
	const milliseconds = performance.now() - started;
	const { user, system } = process.cpuUsage(cpuBefore);
	// maxRSS is in kilobytes, and cpuUsage in microseconds.
	const peakBytes = process.resourceUsage().maxRSS * 1024;
	return { milliseconds, cpu: (user + system) / 1000, peakBytes, delivered };
}

function samplePeaks(): () => RawProfile['peaks'] {
	const peaks = { heap: 0, buffers: 0, resident: 0 };
	const sample = (): void => {
		const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
		peaks.heap = Math.max(peaks.heap, heapUsed);
		peaks.buffers = Math.max(peaks.buffers, arrayBuffers);
		peaks.resident = Math.max(peaks.resident, rss);
	};
	const timer = setInterval(sample, SAMPLE_EVERY);
	return () => {
		clearInterval(timer);
		sample();
		return peaks;
	};
}

/** Measures while V8 records where time and memory go, which makes the work slower. */
export async function measureWithProfile(work: () => Promise<number>): Promise<WorkerStats> {
	const session = new Session();
	session.connect();
	await session.post('Profiler.enable');
	await session.post('Profiler.start');
	await session.post('HeapProfiler.startSampling', ALL_OBJECTS);
	const peaksOf = samplePeaks();
	const stats = await measure(work);
	const peaks = peaksOf();
	const { profile: heap } = await session.post('HeapProfiler.stopSampling');
	const { profile: cpu } = await session.post('Profiler.stop');
	session.disconnect();
	return { ...stats, profile: { cpu, heap, peaks } };
}

/** Measures the time and the longest block of the event loop. */
export async function measureEventLoop(work: () => Promise<void>): Promise<EventLoopStats> {
	const delays = monitorEventLoopDelay({ resolution: 1 });
	delays.enable();
	// A block counts between two ticks of the monitor, so there must be one before the work and one after it.
	await wait(SAMPLE_EVERY);
	const started = performance.now();
	await work();
	const milliseconds = performance.now() - started;
	await wait(SAMPLE_EVERY);
	delays.disable();
	// The histogram is in nanoseconds.
	return { milliseconds, longestBlock: delays.max / 1e6 };
}
