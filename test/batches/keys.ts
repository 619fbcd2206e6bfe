import { isError } from './group';
import type { Play } from './play';

/** With a key for each row, another execution pays for what was not delivered, and for nothing else. */
export async function expectPaidOnceByKey(play: Play): Promise<void> {
	const { batch, tries, emulator } = play;
	if (!batch.keyed) return;
	const delivered = (tries.at(-1)?.items ?? []).filter((item) => !isError(item)).length;
	const wanted = batch.items.reduce((sum, { images }) => sum + images, 0);
	const { paid } = emulator;
	const { items, error } = await play.again();
	expect(emulator.paid - paid).toBeLessThanOrEqual(wanted - delivered);
	if (delivered < wanted) return;
	expect([error, items.length]).toEqual([undefined, wanted]);
	expect(new Set(items.map(({ json }) => json.requestId)).size).toBe(wanted);
	expect(items.filter(({ json }) => json.alreadyPaid !== true)).toEqual([]);
}
