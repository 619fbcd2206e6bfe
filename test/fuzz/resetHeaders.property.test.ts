import fc from 'fast-check';

import { toRetryAfter } from '../../nodes/Segmind/api/response';
import { always } from './setup';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** Forms in which a server may write a moment. */
const FORMS: ReadonlyArray<(moment: Date) => string> = [
	(moment) => moment.toISOString(),
	(moment) => moment.toISOString().replace('Z', '+00:00'),
	(moment) => moment.toISOString().replace('T', ' ').replace('Z', ''),
	(moment) => moment.toISOString().slice(0, 19),
	(moment) => moment.toUTCString(),
	(moment) => String(moment.getTime()),
	(moment) => String(moment.getTime() / SECOND),
];

always(
	'the same moment in any form is the same wait, and no longer, however far the clocks are apart',
	fc.record({
		seconds: fc.integer({ min: 3, max: 3600 }),
		toForm: fc.constantFrom(...FORMS),
		name: fc.constantFrom('retry-after', 'x-rate-limit-reset-at-utc'),
		skew: fc.oneof(fc.constant(0), fc.integer({ min: -20 * 365 * DAY, max: 20 * 365 * DAY })),
	}),
	({ seconds, toForm, name, skew }) => {
		const server = Date.now() + skew;
		const reset = toForm(new Date(server + seconds * SECOND));
		const headers = { date: new Date(server).toUTCString(), [name]: reset };
		const wait = toRetryAfter({ headers, body: Buffer.of() }) ?? Infinity;
		// A Date header has whole seconds. Where this machine's clock gives a shorter wait, that one counts.
		expect(wait).toBeLessThanOrEqual((seconds + 2) * SECOND);
		const byThisClock = seconds * SECOND + skew;
		const least = byThisClock >= 0 ? Math.min(seconds * SECOND, byThisClock) : seconds * SECOND;
		expect(wait).toBeGreaterThanOrEqual(least - 2 * SECOND);
	},
);
