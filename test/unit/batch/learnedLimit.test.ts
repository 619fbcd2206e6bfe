import { LearnedLimit } from '../../../nodes/Segmind/batch/learnedLimit';
import type { Windows } from '../../emulator/rateLimit';
import { RateLimit } from '../../emulator/rateLimit';

const WINDOW = 2000;

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

/** Milliseconds for an image, and at most for the way of a request or a response. */
interface Network {
	readonly duration: number;
	readonly travel: number;
}

const NEAR: Network = { duration: 40, travel: 3 };
const FAR: Network = { duration: 6000, travel: 300 };

interface Simulation {
	/** The rate limit at a time. */
	readonly serverAt: (now: number) => RateLimit;
	readonly count: number;
	readonly hasHeader: boolean;
	readonly seed: number;
	/** Of the server's clock. */
	readonly phase?: number;
	readonly network?: Network;
	/** Processes that learn each for itself. */
	readonly processes?: number;
	/** When nothing is asked for. */
	readonly pause?: readonly [from: number, to: number];
}

/** Sends requests, up to 20 at once, and returns when each one passed and was refused. */
function simulate({ serverAt, count, hasHeader, seed, ...more }: Simulation) {
	const { phase = 0, network = NEAR, processes = 1, pause = [0, 0] } = more;
	const random = randomFrom(seed);
	const { now, after, run } = eventsOf();
	const passed: number[] = [];
	const refused: number[] = [];
	const travel = (): number => 1 + random() * (network.travel - 1);
	const startProcess = (): void => {
		const limit = new LearnedLimit();
		let [waiting, inFlight, concurrency] = [count / processes, 0, 4];
		let isAsking = false;
		const send = (): void => {
			const start = limit.start(now());
			[waiting, inFlight] = [waiting - 1, inFlight + 1];
			after(travel(), () => {
				const reset = serverAt(now()).take(now() + phase);
				const isPassed = reset === undefined;
				(isPassed ? passed : refused).push(now());
				const left = (reset ?? 0) - phase - now();
				after(isPassed ? network.duration * (0.8 + 0.4 * random()) : travel(), () => {
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
			const isPaused = now() >= pause[0] && now() < pause[1];
			const wait = (isPaused ? pause[1] : limit.nextStart(now())) - now();
			if (wait <= 0) send();
			isAsking = true;
			after(Math.max(0, wait), next);
		};
		const ask = (): void => {
			if (!isAsking) next();
		};
		ask();
	};
	for (let process = 0; process < processes; process += 1) startProcess();
	run();
	return { passed, refused };
}

/** When the last one passed, in milliseconds, and how many were refused. */
const courseOf = ({ passed, refused }: ReturnType<typeof simulate>): string =>
	`${Math.round(passed.at(-1) ?? 0)}/${refused.length}`;

/** The course of each case with one of the seeds, so that no change goes unnoticed. */
const COURSES = `
	18129/5 18739/20 18162/4 18267/19 18169/3 18436/17 18216/6 18627/20 18305/6 18570/20
	17586/6 17626/21 17630/5 17715/20 17634/4 17827/18 17680/7 17963/22 17770/7 17895/23
	18129/5 18739/20 18162/4 18267/19 18169/3 18436/17 18216/6 18627/20 18305/6 18570/20
`;

const CASES = (['fixed', 'clock', 'sliding'] as const)
	.flatMap((windows) =>
		[1, 2, 5, 20, 60].flatMap((requests) =>
			[true, false].map((hasHeader) => [windows, requests, hasHeader] as const),
		),
	)
	.map((row, index) => [...row, COURSES.trim().split(/\s+/)[index]] as const);

/** How much longer than the least possible ten windows' worth may take, and refusals in a window after the first. */
const goalFor = (windows: Windows, hasHeader: boolean) => {
	if (hasHeader) return { ratio: 1.03, refusals: 2 };
	// Windows that follow the clock: the first one was cut short, and nothing says so.
	return windows === 'clock' ? { ratio: 1.25, refusals: 10 } : { ratio: 1.07, refusals: 2 };
};

test.each(CASES)(
	'learns windows that are %s, of %i requests, with a header: %j',
	(windows, requests, hasHeader, course) => {
		const goal = goalFor(windows, hasHeader);
		for (const seed of [1, 7919, 104_729]) {
			const server = new RateLimit({ requests, window: WINDOW, windows });
			const phase = windows === 'clock' ? seed % 1500 : 0;
			const serverAt = (): RateLimit => server;
			const run = simulate({ serverAt, count: 10 * requests, hasHeader, seed, phase });
			const { passed, refused } = run;
			expect(passed).toHaveLength(10 * requests);
			if (seed === 7919) expect(courseOf(run)).toBe(course);
			const best = 9 * WINDOW - phase + NEAR.duration;
			expect((passed.at(-1) ?? 0) + NEAR.duration).toBeLessThan(best * goal.ratio);
			const later = refused.map((time) => Math.floor((time + phase) / WINDOW)).filter((window) => window > 0);
			for (const window of later) {
				expect(later.filter((other) => other === window).length).toBeLessThanOrEqual(goal.refusals);
			}
		}
	},
);

const MINUTE = 60_000;

/** Requests a minute, and seconds that an image takes: the first window is not full before it ends. */
const SLOW = (['fixed', 'clock', 'sliding'] as const).flatMap((windows) =>
	[
		[60, 14],
		[30, 14],
		[100, 10],
	].map(([requests = 0, seconds = 0]) => ({ windows, requests, seconds })),
);

test.each(SLOW)(
	'learns $requests a minute with images of $seconds s, windows that are $windows, and a pause or none',
	({ windows, requests, seconds }) => {
		for (const seed of [1, 7919, 38_484, 104_729]) {
			for (const pause of [
				[0, 0],
				[80_000, 380_000],
			] as const) {
				const server = new RateLimit({ requests, window: MINUTE, windows });
				const phase = windows === 'clock' ? seed % 45_000 : 0;
				const network = { duration: seconds * 1000, travel: 100 };
				const count = Math.floor(16.66 * requests);
				const run = simulate({ serverAt: () => server, count, hasHeader: true, seed, phase, network, pause });
				const best = 16 * MINUTE - phase + network.duration + pause[1] - pause[0];
				expect(run.passed).toHaveLength(count);
				// What a window holds is learned in the first one that is full. Here a pause falls into it, or it slides.
				const isHard = pause[1] > 0 || (windows === 'sliding' && seconds === 10);
				const ratio = isHard ? 1.35 : 1.1;
				expect((run.passed.at(-1) ?? 0) + network.duration).toBeLessThan(ratio * best);
				expect(run.refused.length).toBeLessThan(16);
			}
		}
	},
);

/** What happens while a limit of some requests in each window is learned. */
type Scene = Partial<Simulation> & { readonly window?: number; readonly later?: number };

const SCENE_COURSES = [
	'548920/4 583849/28 558119/4 582725/28 541702/5 583849/28 552964/5 582725/28 548920/4 583849/28 558119/4 596071/42',
	'20235/5 25542/26 20834/7 20774/22 20043/6 25035/26 20628/8 20424/20 20235/5 20416/20 20834/7 20774/21',
	'18129/5 19048/20 18182/8 21641/29 18014/5 18739/20 27814/8 25474/28 18129/5 19048/20 18182/8 21641/29',
	'18123/10 18227/40 20216/8 20510/39 18014/12 18050/40 21933/10 25905/40 18123/10 18227/40 20216/8 18636/44',
	'21119/4 21101/18 21118/6 21214/20 20040/5 20508/17 20043/7 21047/19 21119/4 21101/18 21118/6 21214/20',
];

/**
 * Scenes with at most how much longer than the least possible they may take, and the course of each: by windows that are
 * fixed, that follow the clock, and that slide, of 2 and of 20 requests, with the header and without.
 */
const SCENES: ReadonlyArray<[name: string, scene: Scene, ratio: number, courses: string]> = (
	[
		['windows of a minute on a slow network', { window: MINUTE, network: FAR }, 1.11],
		['a limit that is raised', { later: 2 }, 1.42],
		['a limit that is lowered', { later: 0.5 }, 1.55],
		['two processes on one account', { processes: 2 }, 1.45],
		['a pause', { pause: [5000, 9000] }, 1],
	] as Array<[string, Scene, number]>
).map((row, index) => [...row, SCENE_COURSES[index]!]);

test.each(SCENES)('learns with %s', (_name, { window = WINDOW, later = 1, ...scene }, ratio, expected) => {
	const courses = (['fixed', 'clock', 'sliding'] as const).flatMap((windows) =>
		[2, 20].flatMap((requests) =>
			[true, false].map((hasHeader) => {
				const first = new RateLimit({ requests, window, windows });
				const second = new RateLimit({ requests: requests * later, window, windows });
				const serverAt = (now: number): RateLimit => (now < 4 * window ? first : second);
				const count = requests * (4 + 6 * later);
				const run = simulate({ serverAt, count, hasHeader, seed: 7919, ...scene });
				expect(run.passed).toHaveLength(count);
				const [from = 0, to = 0] = scene.pause ?? [];
				expect(run.passed.at(-1)).toBeLessThan((9 * window + to - from) * ratio);
				return courseOf(run);
			}),
		),
	);
	expect(courses).toEqual(expected.split(' '));
});

test('starts everything at once as long as nothing is refused', () => {
	const limit = new LearnedLimit();
	for (let count = 0; count < 1000; count += 1) {
		expect(limit.nextStart(0)).toBe(0);
		limit.start(0);
	}
});

test('looks again soon after a refusal of a request that was started before the window closed', () => {
	const limit = new LearnedLimit();
	const first = limit.start(0);
	const second = limit.start(1);
	limit.refuse(limit.start(2), 5, null);
	limit.pass(limit.start(limit.nextStart(5)));
	limit.refuse(second, 300, null);
	limit.refuse(first, 301, null);
	expect(limit.nextStart(301)).toBeLessThan(2000);
});

test('waits as long as the server asks when nothing has passed', () => {
	const limit = new LearnedLimit();
	limit.refuse(limit.start(0), 10, 5000);
	expect(limit.nextStart(20)).toBe(5000);
	expect(limit.nextStart(5000)).toBe(5000);
});

test('all wait for the one that tests whether the window has opened', () => {
	const limit = new LearnedLimit();
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

test('looks again no later when requests are refused that were sent together', () => {
	const looks = [1, 16].map((count) => {
		const limit = new LearnedLimit();
		limit.pass(limit.start(0));
		limit.refuse(limit.start(1), 5, 1000);
		limit.pass(limit.start(1100));
		const together = Array.from({ length: count }, () => limit.start(2200));
		for (const start of together) limit.refuse(start, 2205, null);
		return limit.nextStart(2205);
	});
	expect(looks[0]).toBeLessThan(2400);
	expect(looks[1]).toBe(looks[0]);
});
