/* eslint-disable @n8n/community-nodes/no-restricted-imports -- types of a command, not part of the node */
import type { HeapProfiler, Profiler } from 'node:inspector';

import type { IDataObject } from 'n8n-workflow';

import type { EmulatorOptions } from '../test/emulator/emulator';
import type { Fault } from '../test/emulator/fault';

/** What makes the images. `floor` is undici without n8n, `queued` is this node through the queue, `empty` makes none. */
export type Contender = 'floor' | 'node' | 'queued' | 'http' | 'httpBatched' | 'declarative' | 'empty';

export const NAMES: Readonly<Record<Contender, string>> = {
	floor: 'undici alone',
	node: 'this node',
	queued: 'this node, queued',
	http: 'HTTP Request',
	httpBatched: 'HTTP Request, batched',
	declarative: 'declarative node',
	empty: 'empty workflow',
};

export const isOwn = (contender: Contender): boolean => contender === 'node' || contender === 'queued';

/** Base URL and API key of an emulator. */
export interface Address {
	readonly baseUrl: string;
	readonly apiKey: string;
}

/** What one worker process does. */
export interface Job {
	readonly mode: 'measure' | 'profile' | 'blocks' | 'again';
	readonly contender: Contender;
	readonly items: number;
	/** Requests in flight, for the contenders that have such a setting. */
	readonly concurrency: number;
	/** Milliseconds between two batches of HTTP Request. */
	readonly batchInterval: number;
	/** How often the workflow runs. */
	readonly runs: number;
	/** Settings of the n8n node, such as retryOnFail. */
	readonly settings: Readonly<Record<string, string | number | boolean>>;
	/** Options of this node, beside the number of parallel requests. */
	readonly options: IDataObject;
	/** Each item brings a picture of so many bytes, which is uploaded and edited. */
	readonly pictureBytes?: number;
	/** How often Retry execution follows a failed run, at most. */
	readonly manualRetries: number;
	/** The emulator that counts. */
	readonly emulator: Address;
	/** Makes the first image, which is not measured: n8n loads what it needs with the first run. */
	readonly warmUp: Address;
}

/** Where time and memory went. */
export interface RawProfile {
	readonly cpu: Profiler.Profile;
	readonly heap: HeapProfiler.SamplingHeapProfile;
	/** Peak bytes of objects, of buffers outside the heap, and of the process. */
	readonly peaks: { readonly heap: number; readonly buffers: number; readonly resident: number };
}

/** How long a run took and how long it kept n8n from doing anything else. */
export interface EventLoopStats {
	readonly milliseconds: number;
	/** Longest block of the event loop in milliseconds. */
	readonly longestBlock: number;
}

/** What a worker measured of itself. */
export interface WorkerStats {
	/** From the first request to the last item, without the start of the process. */
	readonly milliseconds: number;
	/** Milliseconds of processor time, user and system. */
	readonly cpu: number;
	/** Peak resident memory of the process. */
	readonly peakBytes: number;
	/** Images that reached the next node. */
	readonly delivered: number;
	readonly profile?: RawProfile;
	/** A run and what follows it: its retry, or the same workflow once more. */
	readonly blocks?: readonly [EventLoopStats, EventLoopStats];
}

/** How the emulator behaves for one job. */
export interface ServerOptions {
	readonly imageBytes: number;
	/** Milliseconds until a response starts. */
	readonly delay: number;
	readonly rateLimit?: EmulatorOptions['rateLimit'];
	readonly faults?: readonly Fault[];
	/** The share of requests whose connection is reset after the image was billed. */
	readonly resets?: number;
	/** Segmind's request history, which answers when left out. */
	readonly history?: EmulatorOptions['history'];
	/** Requests of other members of the team that the history lists. */
	readonly teammates?: number;
}

/** What the emulator counted during one job. */
export interface ServerStats {
	readonly requests: number;
	readonly paid: number;
	readonly maxInFlight: number;
	/** Images that were billed and whose response was lost. */
	readonly lost: number;
	/** Requests to the request history. */
	readonly historyRequests: number;
}

/** What is known about a job afterwards. */
export interface Result extends WorkerStats, ServerStats {}

/** What the parent sends to the server process. */
export type ServerMessage =
	{ readonly open: ServerOptions } | { readonly count: true } | { readonly close: true };

/** The prompt of an item, which differs for each so that a fault can name it. */
export const promptOf = (itemIndex: number): string => `image ${String(itemIndex).padStart(3, '0')}`;

/** The middle value. */
export const median = (values: readonly number[]): number =>
	[...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
