import fc from 'fast-check';

import { toRetryAfter } from '../../nodes/Segmind/api/response';
import { always } from './setup';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

const ODD =
	'|0|-0|-1|+5|1e3|0x10|NaN|Infinity|-Infinity|99999999999999|1e309|１２|12,5|soon| |Thu, 01 Jan 1970 00:00:00 GMT|+275760-09-13T00:00:00.001Z|-271821-04-20T00:00:00Z|2026-02-30T25:61:61Z|0000-00-00 00:00';

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

const form = fc.constantFrom(...FORMS);

/** n8n hands over a string, a list for a header that came twice, or nothing. */
const header = fc.oneof(
	fc.constantFrom(...ODD.split('|')),
	fc.anything(),
	fc.double().map(String),
	fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
	fc.tuple(form, fc.nat(4 * DAY)).map(([toForm, offset]) => toForm(new Date(Date.now() - 2 * DAY + offset))),
);

always(
	'the wait is none or at most a day, whatever the headers are',
	fc.record({ 'retry-after': header, 'x-rate-limit-reset-at-utc': header, date: header }),
	(headers) => {
		const wait = toRetryAfter(headers) ?? 0;
		expect(wait >= 0 && wait <= DAY).toBe(true);
	},
);

always(
	'the same moment in any form is the same wait, however far the clocks are apart',
	fc.record({
		seconds: fc.integer({ min: 3, max: 3600 }),
		toForm: form,
		name: fc.constantFrom('retry-after', 'x-rate-limit-reset-at-utc'),
		skew: fc.oneof(fc.constant(0), fc.integer({ min: -20 * 365 * DAY, max: 20 * 365 * DAY })),
	}),
	({ seconds, toForm, name, skew }) => {
		const server = Date.now() + skew;
		const reset = toForm(new Date(server + seconds * SECOND));
		const wait = toRetryAfter({ date: new Date(server).toUTCString(), [name]: reset });
		// A Date header has whole seconds, and clocks less than two seconds apart count as equal.
		expect(Math.abs((wait ?? Infinity) - seconds * SECOND)).toBeLessThanOrEqual(3 * SECOND);
	},
);
