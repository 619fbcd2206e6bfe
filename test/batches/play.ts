import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { Segmind } from '../../nodes/Segmind/Segmind.node';
import type { ReceivedRequest } from '../emulator/emulator';
import { Emulator } from '../emulator/emulator';
import { isBilled } from '../emulator/fault';
import type { RunResult, RunOptions } from '../engine/engine';
import { Engine } from '../engine/engine';
import type { Batch } from './batch';
import { inputOf, isFlow, isSettled, parametersOf } from './batch';
import { FileFaults, fileFaults, faultsOf, makeStorageFail } from './faults';

/** One try of the node: what it returned or threw, and what was requested and spent meanwhile. */
export interface Try {
	/** From 0: an execution has several tries under Retry On Fail. */
	readonly execution: number;
	readonly items?: readonly INodeExecutionData[] | undefined;
	readonly error?: Error & { description?: string; context?: { itemIndex?: number } };
	/** Requests that may be billed. */
	readonly requests: readonly ReceivedRequest[];
	/** US dollars in the account before and after, those that must stay, and those that may be spent. */
	readonly before: number;
	readonly after: number;
	readonly floor: number;
	readonly ceiling: number;
}

const node = new Segmind();

/** What is under way, by the names of lanes that the items carry. */
const plays = new Map<unknown, Play>();

/** The node, with every try recorded that n8n makes of it. */
const recorded: INodeType = {
	description: node.description,
	async execute() {
		return await plays.get(this.getInputData()[0]?.json.lane)!.record(this);
	},
};

/** A batch that is run, with Retry execution until it succeeds. */
export class Play {
	/** Of all executions, in their order. */
	readonly tries: Try[] = [];

	/** What n8n stored, showed and threw in each execution. */
	readonly executions: RunResult[] = [];

	private readonly faults: FileFaults;

	/** When files could not be stored or read back. */
	readonly failed: FileFaults['failed'];

	/** Whether no more tries are recorded. */
	private isOver = false;

	/** US dollars. */
	private limits: { readonly floor: number; readonly ceiling: number };

	constructor(
		readonly batch: Batch,
		private readonly lane: string,
		private readonly engine: Engine,
		readonly emulator: Emulator,
	) {
		this.faults = new FileFaults(batch);
		this.failed = this.faults.failed;
		this.limits = batch;
		plays.set(lane, this);
		emulator.changeAccount();
		emulator.credits = batch.credits;
		emulator.history.options = batch.history;
		for (const { prompt, faults } of batch.items) {
			for (const fault of faultsOf(faults, emulator.key)) {
				// What never arrived would be looked for in vain, for half a minute.
				const listed = isSettled(batch) && fault.loses === true && !isBilled(fault) ? { listed: true } : {};
				emulator.inject({ ...fault, prompt, ...listed });
			}
		}
		if (!isFlow(batch)) return;
		const output = batch.outputs.map((keyname) => ({ keyname, value: `{file}?${keyname}` }));
		for (const on of ['status', 'result'] as const) {
			emulator.inject({ on, fields: { output: JSON.stringify(output) }, times: -1 });
		}
	}

	async read(item: INodeExecutionData, field: string): Promise<Buffer> {
		return await this.engine.read(item, field);
	}

	/** Before the second retry, credits are added and the limits are lifted. Each retry uses up a fault at least. */
	async toItsEnd(): Promise<this> {
		const { batch, engine, emulator, executions } = this;
		const faults = batch.items.flatMap((item) => item.faults).length + batch.stores.times + batch.reads.times;
		let ran = await engine.run(this.options);
		for (executions.push(ran); ran.error && executions.length < faults + 4; executions.push(ran)) {
			if (executions.length === 2) this.limits = { floor: 0, ceiling: 0 };
			if (executions.length === 2) emulator.credits = 10;
			ran = await engine.retry(ran, this.options);
		}
		for (const [id, each] of fileFaults) if (each === this.faults) fileFaults.delete(id);
		for (let waited = 0; emulator.inFlight > 0 && waited < 100; waited += 1) await sleep(10);
		return this;
	}

	/** Runs the same items in a new execution that knows nothing of the others, as after a kill. */
	async again(): Promise<RunResult> {
		this.isOver = true;
		this.limits = { floor: 0, ceiling: 0 };
		this.emulator.credits = 10;
		await sleep(this.batch.history.lag ?? 0);
		return await this.engine.run(this.options);
	}

	/** Runs the node for one try. */
	async record(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		if (this.isOver) return await node.execute.call(context);
		const { emulator, executions, tries } = this;
		const { floor, ceiling } = this.limits;
		const [first, before, execution] = [emulator.requests.length, emulator.credits ?? 0, executions.length];
		const add = (outcome: Pick<Try, 'items' | 'error'>): void => {
			const requests = emulator.requests.slice(first).filter(({ method }) => method === 'POST');
			tries.push({ ...outcome, execution, requests, before, after: emulator.credits ?? 0, floor, ceiling });
		};
		fileFaults.set(context.getExecutionId(), this.faults);
		try {
			const output = await node.execute.call(context);
			add({ items: structuredClone(output[0]) });
			return output;
		} catch (thrown) {
			add({ error: thrown as Error });
			throw thrown; // eslint-disable-line @n8n/community-nodes/require-node-api-error -- the node's own
		}
	}

	private get options(): RunOptions {
		const { onError, maxTries } = this.batch;
		const { floor: minimumRemainingCredits, ceiling: maximumCostPerRun } = this.limits;
		return {
			credential: { apiKey: this.emulator.key, baseUrl: this.emulator.url },
			items: inputOf(this.batch, this.lane),
			node: { onError, retryOnFail: maxTries > 1, maxTries, waitBetweenTries: 1 },
			parameters: parametersOf(this.batch, { minimumRemainingCredits, maximumCostPerRun }),
		};
	}
}

/** Starts lanes, each of which runs one batch at a time against an emulator of its own. */
export async function startLanes(count: number) {
	const engine = await Engine.start(recorded);
	makeStorageFail();
	const emulators = await Promise.all(Array.from({ length: count }, async () => await Emulator.start()));
	const play = async (lane: number, batch: Batch): Promise<Play> =>
		await new Play(batch, `lane ${lane}`, engine, emulators[lane]!).toItsEnd();
	const stop = async (): Promise<void> => {
		await engine.stop();
		for (const emulator of emulators) await emulator.close();
	};
	return { play, stop };
}
