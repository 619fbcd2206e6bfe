import { WindowTrial } from '../../../nodes/Segmind/batch/windowTrial';

const startsAt = (...times: readonly number[]) => times.map((at) => ({ at }));

/** A trial that began at 1000, when the window opened. Before it, requests took from 0 to 600. */
function running(): WindowTrial {
	const trial = new WindowTrial();
	trial.begin(1000, 0, 600);
	return trial;
}

test('there is one trial, unless the requests before it came within a quarter of the time', () => {
	for (const [refused, isRunning] of [
		[249, false],
		[250, true],
	] as const) {
		const trial = new WindowTrial();
		expect(trial.isRunning).toBe(false);
		trial.begin(1000, 0, refused);
		expect(trial.isRunning).toBe(isRunning);
		trial.refuse(1100, []);
		trial.begin(2000, 0, 600);
		expect(trial.isRunning).toBe(false);
	}
});

test('four requests at a time have no verdict', () => {
	const trial = running();
	expect(trial.nextStart(startsAt(1000, 1001, 1002), 30, 1003)).toBe(1003);
	expect(trial.nextStart(startsAt(900, 1000, 1001, 1002, 1003), 30, 1004)).toBe(1030);
});

test('a pause of half a window ends it', () => {
	const trial = running();
	trial.checkPause(1000, 1000, 1500);
	expect(trial.isRunning).toBe(true);
	trial.checkPause(1000, 1000, 1501);
	expect(trial.isRunning).toBe(false);
	expect(trial.refuse(1600, startsAt(1000))).toBeUndefined();
});

test('it holds what was started before the first request that is refused, in whichever order refusals arrive', () => {
	const trial = running();
	expect(trial.refuse(1300, startsAt(999, 1000, 1100, 1200, 1300, 1400))).toBe(3);
	expect(trial.isRunning).toBe(false);
	expect(trial.refuse(1200, startsAt(1000, 1100))).toBeUndefined();
	expect(trial.lengthOf(2000, 2000)).toBe(1000);
	expect(trial.refuse(1400, startsAt(1000, 1100, 1200))).toBeUndefined();
	expect(trial.refuse(1200, startsAt(999, 1000, 1100))).toBe(2);
	expect(trial.refuse(1250, startsAt(1000, 1100))).toBeUndefined();
});

test.each([
	[1449, undefined],
	[1450, 450],
	[4000, 3000],
	[4001, undefined],
])('a window of 1 s that opens again at %i has a length of %p', (time, length) => {
	const trial = running();
	trial.refuse(1200, startsAt(1000));
	expect(trial.lengthOf(time, 1000)).toBe(length);
	expect(trial.refuse(1100, startsAt(1000))).toBe(length === undefined ? undefined : 1);
});
