import { LearnedLimit } from '../../../nodes/Segmind/batch/learnedLimit';
import type { Windows } from '../../emulator/rateLimit';
import { RateLimit } from '../../emulator/rateLimit';

const WINDOW = 2000;

/** Milliseconds that an image takes, and that a request or a response travels at most. */
const DURATION = 40;
const TRAVEL = 3;

/** Random numbers that are the same in every run. */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

interface Events {
	readonly now: () => number;
	readonly after: (milliseconds: number, act: () => void) => void;
	readonly run: () => void;
}

/** A clock that leaps from event to event. */
function eventsOf(): Events {
	const queue: Array<readonly [at: number, act: () => void]> = [];
	let time = 0;
	const earliest = (): number =>
		queue.reduce((best, [at], index) => (at < queue[best]![0] ? index : best), 0);
	return {
		now: () => time,
		after: (milliseconds, act) => void queue.push([time + milliseconds, act]),
		run: () => {
			while (queue.length > 0) {
				const [[at, act]] = queue.splice(earliest(), 1) as [readonly [number, () => void]];
				time = Math.max(time, at);
				act();
			}
		},
	};
}

/**
 * Sends requests, up to 20 at once, and returns when each one passed and was refused.
 *
 * @param phase of the server's clock
 */
function simulate(server: RateLimit, count: number, hasHeader: boolean, seed: number, phase: number) {
	const random = randomFrom(seed);
	const { now, after, run } = eventsOf();
	const limit = LearnedLimit.of(`simulation ${Math.random()}`);
	const passed: number[] = [];
	const refused: number[] = [];
	const travel = (): number => 1 + random() * (TRAVEL - 1);
	let [waiting, inFlight, concurrency] = [count, 0, 4];
	let isAsking = false;
	const send = (): void => {
		const start = limit.start(now());
		[waiting, inFlight] = [waiting - 1, inFlight + 1];
		after(travel(), () => {
			const reset = server.take(now() + phase);
			const isPassed = reset === undefined;
			(isPassed ? passed : refused).push(now());
			const left = (reset ?? 0) - phase - now();
			after(isPassed ? DURATION * (0.8 + 0.4 * random()) : travel(), () => {
				inFlight -= 1;
				if (isPassed) limit.pass(start);
				else limit.refuse(start, now(), hasHeader ? now() + left : null);
				if (isPassed) concurrency = Math.min(20, concurrency + 1);
				else waiting += 1;
				ask();
			});
		});
	};
	const next = (): void => {
		isAsking = false;
		if (waiting === 0 || inFlight >= concurrency) return;
		const wait = limit.nextStart(now()) - now();
		if (wait <= 0) send();
		isAsking = true;
		after(Math.max(0, wait), next);
	};
	const ask = (): void => {
		if (!isAsking) next();
	};
	ask();
	run();
	return { passed, refused };
}

const CASES = (['fixed', 'clock', 'sliding'] as const).flatMap((windows) =>
	[1, 2, 5, 20, 60].flatMap((requests) =>
		[true, false].map((hasHeader) => [windows, requests, hasHeader] as [Windows, number, boolean]),
	),
);

/** How much longer than the least possible ten windows' worth may take, and refusals in a window after the first. */
const goalFor = (windows: Windows, hasHeader: boolean) => {
	if (hasHeader) return { ratio: 1.03, refusals: 2 };
	// Windows that follow the clock: the first one was cut short, and nothing says so.
	return windows === 'clock' ? { ratio: 1.25, refusals: 10 } : { ratio: 1.07, refusals: 2 };
};

test.each(CASES)(
	'learns windows that are %s, of %i requests, with a header: %j',
	(windows, requests, hasHeader) => {
		const goal = goalFor(windows, hasHeader);
		for (const seed of [1, 7919, 104_729]) {
			const server = new RateLimit({ requests, window: WINDOW, windows });
			const phase = windows === 'clock' ? seed % 1500 : 0;
			const { passed, refused } = simulate(server, 10 * requests, hasHeader, seed, phase);
			expect(passed).toHaveLength(10 * requests);
			const best = 9 * WINDOW - phase + DURATION;
			expect((passed.at(-1) ?? 0) + DURATION).toBeLessThan(best * goal.ratio);
			const later = refused.map((time) => Math.floor((time + phase) / WINDOW)).filter((window) => window > 0);
			for (const window of later) {
				expect(later.filter((other) => other === window).length).toBeLessThanOrEqual(goal.refusals);
			}
		}
	},
);

/** The course of each case with one seed: when the last one passed, in milliseconds, and how many were refused. */
const COURSES = `
	18129/5 18739/20 18162/4 18267/19 18169/3 18436/17 18216/6 18627/20 18305/6 18570/20
	17586/6 17626/21 17630/5 17715/20 17634/4 17827/18 17680/7 17963/22 17770/7 17895/23
	18129/5 18739/20 18162/4 18267/19 18169/3 18436/17 18216/6 18627/20 18305/6 18570/20
`;

test('takes the same course as before, so that no change goes unnoticed', () => {
	const courses = CASES.map(([windows, requests, hasHeader]) => {
		const server = new RateLimit({ requests, window: WINDOW, windows });
		const { passed, refused } = simulate(
			server,
			10 * requests,
			hasHeader,
			7919,
			windows === 'clock' ? 419 : 0,
		);
		return `${Math.round(passed.at(-1) ?? 0)}/${refused.length}`;
	});
	expect(courses).toEqual(COURSES.trim().split(/\s+/));
});

test('starts everything at once as long as nothing is refused', () => {
	const limit = LearnedLimit.of('free');
	for (let count = 0; count < 1000; count += 1) {
		expect(limit.nextStart(0)).toBe(0);
		limit.start(0);
	}
});

test('looks again soon after a refusal of a request that was started before the window closed', () => {
	const limit = LearnedLimit.of('in flight');
	const first = limit.start(0);
	const second = limit.start(1);
	limit.refuse(limit.start(2), 5, null);
	limit.pass(limit.start(limit.nextStart(5)));
	limit.refuse(second, 300, null);
	limit.refuse(first, 301, null);
	expect(limit.nextStart(301)).toBeLessThan(2000);
});

test('waits as long as the server asks when nothing has passed', () => {
	const limit = LearnedLimit.of('refused at once');
	limit.refuse(limit.start(0), 10, 5000);
	expect(limit.nextStart(20)).toBe(5000);
	expect(limit.nextStart(5000)).toBe(5000);
});

test('all wait for the one that tests whether the window has opened', () => {
	const limit = LearnedLimit.of('scout');
	limit.pass(limit.start(0));
	limit.refuse(limit.start(1), 5, 1000);
	const opens = limit.nextStart(5);
	expect(opens).toBeGreaterThanOrEqual(1000);
	expect(opens).toBeLessThan(1050);
	const scout = limit.start(opens);
	expect(limit.nextStart(opens + 1)).toBeGreaterThan(opens + 20);
	limit.pass(scout);
	expect(limit.nextStart(opens + 2)).toBeGreaterThan(opens + 900);
});

test('finds a limit that was raised', () => {
	const limit = LearnedLimit.of('raised');
	limit.pass(limit.start(0));
	limit.refuse(limit.start(1), 5, 1000);
	const times: number[] = [];
	for (let now = 5; now < 20_000; now = Math.max(now + 1, limit.nextStart(now))) {
		if (limit.nextStart(now) > now) continue;
		times.push(now);
		limit.pass(limit.start(now));
	}
	const countIn = (from: number): number => times.filter((time) => time >= from && time < from + 1000).length;
	expect(countIn(1000)).toBeLessThanOrEqual(2);
	expect(countIn(18_000)).toBeGreaterThan(10);
});

test('keeps the limits of a hundred accounts', () => {
	const first = LearnedLimit.of('first');
	const second = LearnedLimit.of('second');
	for (let count = 0; count < 99; count += 1) {
		LearnedLimit.of(`account ${count}`);
		expect(LearnedLimit.of('first')).toBe(first);
	}
	expect(LearnedLimit.of('second')).not.toBe(second);
});
