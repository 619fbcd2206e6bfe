import { ByteBudget } from '../../../nodes/Segmind/batch/byteBudget';

/** Work that ends when it is told to. */
function startWork(budget: ByteBudget, ...sizes: number[]) {
	const running: number[] = [];
	const ends = new Map<number, (error?: Error) => void>();
	const works = sizes.map(async (size, index) => {
		await budget.use(size, async () => {
			running.push(index);
			await new Promise<void>((resolve, reject) => {
				ends.set(index, (error) => {
					if (error === undefined) resolve();
					else reject(error);
				});
			});
		});
	});
	const settle = async (): Promise<number[]> => {
		for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
		return running;
	};
	return { works, ends, settle };
}

it('starts what fits, in the order of the calls', async () => {
	const { works, ends, settle } = startWork(new ByteBudget(10), 6, 4, 1, 9, 20);
	expect(await settle()).toEqual([0, 1]);
	ends.get(1)?.();
	expect(await settle()).toEqual([0, 1, 2]);
	ends.get(0)?.();
	expect(await settle()).toEqual([0, 1, 2, 3]);
	ends.get(2)?.();
	expect(await settle()).toEqual([0, 1, 2, 3]);
	ends.get(3)?.();
	expect(await settle()).toEqual([0, 1, 2, 3, 4]);
	ends.get(4)?.();
	await Promise.all(works);
});

it('gives back what failed work had', async () => {
	const { works, ends, settle } = startWork(new ByteBudget(10), 10, 10);
	await settle();
	ends.get(0)?.(new Error('no'));
	await expect(works[0]).rejects.toThrow('no');
	expect(await settle()).toEqual([0, 1]);
	ends.get(1)?.();
	await works[1];
});
