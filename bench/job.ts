/* eslint-disable @n8n/community-nodes/no-restricted-imports -- types of a command, not part of the node */
import type { HeapProfiler, Profiler } from 'node:inspector';

import type { EmulatorOptions } from '../test/emulator/emulator';
import type { Fault } from '../test/emulator/fault';

/** What makes the images; `floor` is undici alone, `queued` is this node through the queue, `empty` makes none. */
export type Contender = 'floor' | 'node' | 'queued' | 'http' | 'httpBatched' | 'declarative' | 'empty';

/** Whether it is this node, by whatever way. */
export const isOwn = (contender: Contender): boolean => contender === 'node' || contender === 'queued';

/** Where an emulator answers, and for whom. */
export interface Address {
	readonly baseUrl: string;
	readonly apiKey: string;
}

/** What one process is to do. */
export interface Job {
	readonly contender: Contender;
	readonly items: number;
	/** Requests in flight; for a contender that has no such setting it says nothing. */
	readonly atOnce: number;
	/** Milliseconds between two batches of HTTP Request. */
	readonly batchInterval: number;
	/** How often the flow runs in this process. */
	readonly flows: number;
	/** Settings of the node itself, such as retryOnFail. */
	readonly settings: Readonly<Record<string, string | number | boolean>>;
	/** How often a person chooses Retry execution after a run that stopped. */
	readonly retriesByHand: number;
	/** Whether to write down where time and memory go, which takes some of both. */
	readonly profiled?: boolean;
	/** The emulator that counts. */
	readonly address: Address;
	/** Another one, which is asked for one image first: n8n loads what it needs with the first run. */
	readonly warmUp: Address;
}

/** Where time and memory went. */
export interface Profile {
	readonly cpu: Profiler.Profile;
	readonly heap: HeapProfiler.SamplingHeapProfile;
	/** Bytes at most, of objects, of the buffers beside them, and of the process. */
	readonly peaks: { readonly heap: number; readonly buffers: number; readonly resident: number };
}

/** What one process measured of itself. */
export interface Measured {
	/** From the first request to the last item, without the start of the process. */
	readonly milliseconds: number;
	/** Milliseconds of processor time, user and system, in the same stretch. */
	readonly cpu: number;
	/** Most resident memory that the process ever had. */
	readonly peakBytes: number;
	/** Images that reached the next node. */
	readonly delivered: number;
	readonly profile?: Profile;
}

/** How the emulator is to behave for one job. */
export interface Behaviour {
	readonly pictureBytes: number;
	readonly delay: number;
	readonly rateLimit?: EmulatorOptions['rateLimit'];
	readonly faults?: readonly Fault[];
	/** The share of requests whose connection is reset; an image was billed by then. */
	readonly resets?: number;
}

/** What the emulator saw of one job. */
export interface Witnessed {
	readonly requests: number;
	readonly paid: number;
	readonly maxInFlight: number;
	readonly connections: number;
	/** Images that were billed and then lost by a reset. */
	readonly lost: number;
}

/** A job with all that is known of it afterwards. */
export interface Result extends Measured, Witnessed {}

/** What the parent asks of the server process. */
export type ToServer = { readonly open: Behaviour } | { readonly close: true };

/** What the prompt of an item is: each one alone of its kind, so that a fault can meet it. */
export const promptOf = (itemIndex: number): string => `image ${String(itemIndex).padStart(3, '0')}`;
