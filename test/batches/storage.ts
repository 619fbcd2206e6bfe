import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

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
	const { store, getAsStream, getAsBuffer } = service;
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
	service.getAsBuffer = async (file) => {
		checkRead(file.id);
		return await getAsBuffer.call(service, file);
	};
}
