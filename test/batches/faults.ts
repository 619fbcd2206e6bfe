import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

import type { Fault } from '../emulator/fault';

/** A fault, where a server can give away its key. */
type ToFault = (key: string) => Fault & {
	/** Whether the request was billed stays unknown: its response is lost. */
	readonly loses?: true;
};

const PAGE = '<html><h1>oops</h1></html>';
const AT_ONCE = { 'retry-after': '0' };

const fails = (status: number, body: unknown, more: Fault = {}): Fault => ({ status, body, ...more });
const loses = (fault: Fault): ReturnType<ToFault> => ({ ...fault, loses: true });

/** What can happen to a request that may be billed. 402 and 406 come from the emulator itself, for lack of credits. */
export const REQUEST_FAULTS: Readonly<Record<string, ToFault>> = {
	'400': () => fails(400, { error: 'seed is no integer' }),
	'401 with the key': (key) => fails(401, { error: 'x', error_description: `No such key: ${key}` }),
	'403': () => fails(403, { message: 'not for this team' }),
	'404 page': () => fails(404, PAGE),
	'422 with the key': (key) => fails(422, { detail: [{ msg: `blocked for ${key}` }] }),
	'302 with the key': (key) => fails(302, '', { headers: { location: `/?key=${key}` } }),
	'429': () => fails(429, { error: 'slow down' }, { headers: AT_ONCE }),
	'429 with a reset time': () => {
		const time = new Date(Date.now() + 200).toISOString();
		return fails(429, '', { headers: { 'x-rate-limit-reset-at-utc': time } });
	},
	'500 page': () => loses(fails(500, PAGE, { headers: AT_ONCE })),
	'500 polling error': () => loses(fails(500, { error: 'Internal Polling Error' }, { billed: true })),
	'502': () => fails(502, { error: 'bad worker' }, { headers: AT_ONCE }),
	'502 page': () => loses(fails(502, PAGE)),
	'502 page billed': () => loses(fails(502, PAGE, { billed: true })),
	'503': () => fails(503, { error: 'busy' }),
	'503 cut short': () => fails(503, { error: 'busy' }, { headers: AT_ONCE, cut: 5 }),
	'504': () => loses(fails(504, PAGE)),
	'504 billed': () => loses(fails(504, PAGE, { billed: true })),
	reset: () => loses({ reset: true, billed: false }),
	'reset billed': () => loses({ reset: true }),
	cut: () => loses({ cut: 60 }),
	'200 page': () => loses(fails(200, PAGE)),
	'200 error with the key': (key) => loses(fails(200, { error: `no image for ${key}` })),
	drip: () => ({ drip: { bytes: 2000, every: 2 } }),
	late: () => ({ delay: 30 }),
	'no headers': () => ({ headers: { 'x-cost': null, 'x-remaining-credits': null, 'x-request-id': null } }),
};

/** What can happen to a request that the queue has taken. */
export const QUEUE_FAULTS: Readonly<Record<string, ToFault>> = {
	fails: () => ({ fails: { error: 'the worker died' } }),
	'status 401': () => fails(401, { error: 'expired' }, { on: 'status' }),
	'status reset': () => ({ on: 'status', reset: true }),
	'status 404': () => fails(404, { error: 'Not found' }, { on: 'status' }),
	'status page': () => fails(200, PAGE, { on: 'status' }),
	'status unknown': () => ({ on: 'status', fields: { status: 'STARTING' } }),
	'result 403': () => fails(403, { error: 'not now' }, { on: 'result' }),
	'file 503': () => fails(503, PAGE, { on: 'file' }),
	'file cut': () => ({ on: 'file', cut: 100 }),
};

/** What can happen to a queued image; a flow may put out whatever it likes. */
export const QUEUED_IMAGE_FAULTS: Readonly<Record<string, ToFault>> = {
	...QUEUE_FAULTS,
	'no output': () => ({ on: 'result', fields: { output: null, images: null } }),
	'file page': () => fails(200, PAGE, { on: 'file' }),
};

/** The faults of these names. */
export const faultsOf = (names: readonly string[], key: string): ReadonlyArray<ReturnType<ToFault>> =>
	names.map((name) => ({ ...REQUEST_FAULTS, ...QUEUED_IMAGE_FAULTS })[name]!(key));

type Call = 'stores' | 'reads';

/** Which files of a batch n8n can't store or can't read back: so many, after so many that it can. */
export class FileFaults {
	/** When each of them failed, in milliseconds since the epoch. */
	readonly failed: Readonly<Record<Call, number[]>> = { stores: [], reads: [] };

	private readonly calls = { stores: 0, reads: 0 };

	constructor(private readonly plan: Readonly<Record<Call, { after: number; times: number }>>) {}

	/** @throws in place of storing or reading a file */
	check(call: Call): void {
		const { after, times } = this.plan[call];
		const number = (this.calls[call] += 1);
		if (number <= after || number > after + times) return;
		this.failed[call].push(Date.now());
		throw new Error(call === 'stores' ? 'ENOSPC: no space left on device' : 'EIO: i/o error, read');
	}
}

/** The faults of each execution that runs. */
export const fileFaults = new Map<string, FileFaults>();

/** Lets the storage of n8n in this process fail, for single executions. */
export function makeStorageFail(): void {
	const service = Container.get(BinaryDataService);
	const { store, getAsStream, getAsBuffer, getMetadata } = service;
	const checkRead = (id = ''): void =>
		fileFaults.get(/executions\/(\d+)\//.exec(id)?.[1] ?? '')?.check('reads');
	service.store = async (location, ...rest) => {
		if (location.type === 'execution') fileFaults.get(location.executionId)?.check('stores');
		return await store.call(service, location, ...rest);
	};
	service.getAsStream = async (id, ...rest) => {
		checkRead(id);
		return await getAsStream.call(service, id, ...rest);
	};
	service.getMetadata = async (id, ...rest) => {
		checkRead(id);
		return await getMetadata.call(service, id, ...rest);
	};
	service.getAsBuffer = async (file) => {
		checkRead(file.id);
		return await getAsBuffer.call(service, file);
	};
}
