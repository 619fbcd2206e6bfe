import { limitOf } from '../../../nodes/Segmind/batch/accountLimits';

const MINUTE = 60_000;

describe('a new execution', () => {
	/** The account of a limit of one a minute, as learned by the execution `1`, which has sent the last request at 0. */
	function minuteAccount(): string {
		const account = `minute ${Math.random()}`;
		const limit = limitOf(account, '1');
		limit.pass(limit.start(-MINUTE));
		limit.refuse(limit.start(1 - MINUTE), 5 - MINUTE, 0);
		limit.pass(limit.start(0));
		return account;
	}

	test('looks once for itself, and believes what it finds', () => {
		const account = minuteAccount();
		const limit = limitOf(account, '1');
		expect(limit.nextStart(10_000)).toBe(60_010);
		limitOf(account, '2');
		expect(limit.nextStart(10_000)).toBe(10_000);
		const look = limit.start(10_000);
		expect(limit.nextStart(10_001)).toBeLessThan(20_100);
		limit.refuse(look, 10_005, null);
		expect(limit.nextStart(10_006)).toBe(60_010);
		limitOf(account, '2');
		expect(limit.nextStart(10_007)).toBe(60_010);
		limitOf(account, '3');
		limit.pass(limit.start(limit.nextStart(12_000)));
		expect(limit.nextStart(12_001)).toBe(24_010);
	});

	test.each([
		['waits', 5000],
		['looks at once', 5001],
	])('%s where the others wait for %i ms', (action, wait) => {
		const limit = limitOf(minuteAccount(), '2');
		const now = 60_010 - wait;
		expect(limit.nextStart(now)).toBe(action === 'waits' ? 60_010 : now);
	});

	test('looks at once where the server asks to wait, too', () => {
		const limit = limitOf('server asks', '1');
		limit.refuse(limit.start(0), 10, MINUTE);
		expect(limit.nextStart(20)).toBe(MINUTE);
		expect(limitOf('server asks', '2')).toBe(limit);
		expect(limit.nextStart(20)).toBe(20);
		limit.refuse(limit.start(20), 30, MINUTE);
		expect(limit.nextStart(40)).toBe(MINUTE);
	});

	test('is one that is not among the last hundred', () => {
		const account = minuteAccount();
		const limit = limitOf(account, '1');
		const enterHundred = (): void => {
			for (let execution = 2; execution <= 101; execution += 1) limitOf(account, `${execution}`);
		};
		enterHundred();
		limit.refuse(limit.start(20_000), 20_005, null);
		enterHundred();
		expect(limit.nextStart(20_006)).toBe(60_010);
		limitOf(account, '1');
		expect(limit.nextStart(20_006)).toBe(20_006);
	});
});

test('keeps the limits of a hundred accounts', () => {
	const first = limitOf('first', '1');
	const second = limitOf('second', '1');
	for (let count = 0; count < 99; count += 1) {
		limitOf(`account ${count}`, '1');
		expect(limitOf('first', '1')).toBe(first);
	}
	expect(limitOf('second', '1')).not.toBe(second);
});
