import fc from 'fast-check';

import { toRetryAfter } from '../../nodes/Segmind/segmind/retryAfter';
import { campaign } from './campaign';

const always = campaign(2);

const SECOND = 1000;

const DAY = 24 * 60 * 60 * SECOND;

/** What a header can be: n8n hands over a text, a list where it came twice, or nothing. */
const anyHeader = fc.oneof(
	fc.constantFrom(
		...[
			'',
			' ',
			'0',
			'-0',
			'-1',
			'+5',
			'1e3',
			'0x10',
			'NaN',
			'Infinity',
			'-Infinity',
			'null',
			'99999999999999',
		],
		...[
			'1e309',
			'１２',
			'12,5',
			'3.7',
			'soon',
			'Thu, 01 Jan 1970 00:00:00 GMT',
			'+275760-09-13T00:00:00.000Z',
		],
		...['+275760-09-13T00:00:00.001Z', '-271821-04-20T00:00:00Z', '2026-02-30T25:61:61Z', '0000-00-00 00:00'],
	),
	fc.string({ unit: 'binary' }),
	fc.anything(),
	fc.double().map(String),
	fc.bigInt().map(String),
	fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
	fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
	fc.integer({ min: -2 * DAY, max: 2 * DAY }).map((away) => new Date(Date.now() + away).toISOString()),
	fc.integer({ min: -2 * DAY, max: 2 * DAY }).map((away) => String((Date.now() + away) / SECOND)),
	fc.integer({ min: -2 * DAY, max: 2 * DAY }).map((away) => String(Date.now() + away)),
);

const headers = fc.record(
	{ 'retry-after': anyHeader, 'x-rate-limit-reset-at-utc': anyHeader, date: anyHeader },
	{ requiredKeys: [] },
);

always('whatever the headers say, the wait is none or at most a day', headers, (values) => {
	const wait = toRetryAfter(values);
	if (wait === null) return;
	expect(typeof wait).toBe('number');
	expect(Number.isFinite(wait)).toBe(true);
	expect(wait).toBeGreaterThanOrEqual(0);
	expect(wait).toBeLessThanOrEqual(DAY);
});

/** The same moment, in each form that a server may write it in. */
const FORMS: ReadonlyArray<(moment: Date) => string> = [
	(moment) => moment.toISOString(),
	(moment) => moment.toISOString().replace('Z', '+00:00'),
	(moment) => moment.toISOString().replace('Z', ''),
	(moment) => moment.toISOString().replace('T', ' ').replace('Z', ''),
	(moment) => moment.toISOString().slice(0, 19),
	(moment) => moment.toUTCString(),
	(moment) => String(moment.getTime()),
	(moment) => String(moment.getTime() / SECOND),
	(moment) => String(Math.floor(moment.getTime() / SECOND)),
];

/** How far the server's clock is from ours: not at all, by less than its Date can tell, or by years. */
const skew = fc.oneof(fc.constant(0), fc.integer({ min: -20 * 365 * DAY, max: 20 * 365 * DAY }));

always(
	'the same moment in any form is the same wait, however far the clocks are apart',
	fc.record({
		seconds: fc.integer({ min: 3, max: 3600 }),
		toForm: fc.constantFrom(...FORMS),
		name: fc.constantFrom('retry-after', 'x-rate-limit-reset-at-utc'),
		skew,
	}),
	({ seconds, toForm, name, skew: apart }) => {
		const server = Date.now() + apart;
		const wait = toRetryAfter({
			date: new Date(server).toUTCString(),
			[name]: toForm(new Date(server + seconds * SECOND)),
		});
		// A Date has whole seconds, and a clock that differs by less than two of them is taken for ours.
		expect(wait).not.toBeNull();
		expect(Math.abs((wait ?? 0) - seconds * SECOND)).toBeLessThanOrEqual(3 * SECOND);
	},
);
