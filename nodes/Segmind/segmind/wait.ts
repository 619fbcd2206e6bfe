import { sleep } from 'n8n-workflow';

/** Milliseconds after which a cancelled wait has ended at the latest. */
const SLICE = 100;

/** Waits so many milliseconds, or until the execution is cancelled: n8n's own sleep can't be woken. */
export async function wait(milliseconds: number, cancelled: AbortSignal | undefined): Promise<void> {
	const end = performance.now() + milliseconds;
	for (let left = milliseconds; left > 0 && cancelled?.aborted !== true; left = end - performance.now()) {
		await sleep(Math.min(left, SLICE));
	}
}
